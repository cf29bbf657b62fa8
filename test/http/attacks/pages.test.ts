import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalServer } from '../../support/processes/local-server.ts';
import { START_MS, startServer, urlOf } from '../../support/processes/local-server.ts';

/** Written as an IPv6 address it counts as one that other computers can reach, and yet they can't. */
const NETWORK = '::ffff:127.0.0.1';

describe.each(['127.0.0.1', NETWORK])('a page of another site in a browser, with HOST=%s and no tokens', (HOST) => {
  let server: LocalServer;
  let port: string;

  beforeAll(async () => {
    server = startServer({ HOST });
    ({ port } = new URL(await urlOf(server)));
  }, START_MS);

  afterAll(async () => {
    server.process.kill();
    await server.exit;
  });

  async function statusOf(headers: Record<string, string>, method = 'POST'): Promise<number | undefined> {
    const request = http.request({ host: '127.0.0.1', port, method, path: '/resources/getvm?userid=alice', headers });
    const [response] = (await once(request.end(), 'response')) as [http.IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  it.each([
    {
      attack: 'its own name, rebound to this server',
      headers: { host: 'evil.example', origin: 'http://evil.example' },
    },
    { attack: 'a form', headers: { origin: 'http://evil.example', 'content-type': 'text/plain' } },
    { attack: 'a form that hides its origin', headers: { origin: 'null' } },
    {
      attack: 'a form that names no origin',
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    },
    { attack: 'a script on another port', headers: { origin: 'http://127.0.0.1:1' } },
    { attack: 'a preflight request', headers: { origin: 'http://evil.example' }, method: 'OPTIONS' },
  ])('reaches nothing by $attack', async ({ headers, method }) => {
    expect(await statusOf(headers as Record<string, string>, method)).toBe(403);
  });

  it('leaves programs alone', async () => {
    expect(await statusOf({})).toBe(200);
  });
});
