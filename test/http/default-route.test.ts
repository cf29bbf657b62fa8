import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../lambda/pool/refusals.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { serveApi } from '../support/api/served-api.ts';

let served: ServedApi;

beforeEach(async () => {
  served = await serveApi();
});

afterEach(async () => {
  await served.close();
  expect(served.faults).toEqual([]);
});

const send = (method: string, path: string, headers = {}) => fetch(served.url + path, { method, headers });
const lastLine = () => JSON.parse(served.lines.at(-1) ?? '') as Record<string, unknown>;

describe('HEAD', () => {
  it.each(['/health', '/openapi.json'])('%s is answered as GET, without a body', async (path) => {
    const [head, get] = [await send('HEAD', path), await send('GET', path)];
    expect(head.status).toBe(200);
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect(await head.text()).toBe('');
  });

  it('/health says when the store is out of reach', async () => {
    served.store.ping = () => Promise.reject(new StoreUnavailable());
    expect((await send('HEAD', '/health')).status).toBe(503);
  });

  it.each(['/pool', '/lease?userid=alice', '/vms', '/events?vm=vm-01'])(
    '%s is 405: API Gateway does not authorize callers of $default',
    async (path) => {
      const reply = await send('HEAD', path, { 'x-operator': 'ops' });
      expect({ status: reply.status, allow: reply.headers.get('allow') }).toEqual({ status: 405, allow: 'GET' });
    },
  );
});

describe('OPTIONS', () => {
  it.each([
    { path: '/getvm', allow: 'POST' },
    { path: '/health', allow: 'GET, HEAD' },
    { path: '/vms/vm-01/drain', allow: 'POST' },
  ])('$path is answered with success, so that a preflight request passes', async ({ path, allow }) => {
    const reply = await send('OPTIONS', path);
    const answer = { status: reply.status, allow: reply.headers.get('allow'), body: await reply.text() };
    expect(answer).toEqual({ status: 204, allow, body: '' });
  });

  it('is 404 at a path without a call', async () => {
    expect((await send('OPTIONS', '/nowhere')).status).toBe(404);
  });
});

describe('the log line of a request that matches no call', () => {
  it.each([
    { method: 'GET', path: '/getvm', status: 405 },
    { method: 'POST', path: '/nowhere', status: 404 },
  ])('names method and path: $method $path', async ({ method, path, status }) => {
    await send(method, `${path}?userid=alice`);
    expect(lastLine()).toMatchObject({ status, method, path });
    expect(JSON.stringify(lastLine())).not.toContain('alice');
  });

  it('does not grow with the path', async () => {
    await send('GET', `/${'x'.repeat(5_000)}`);
    expect(lastLine().path).toHaveLength(100);
  });
});
