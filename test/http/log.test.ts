/** What an operator finds in the log of a request that somebody asks about. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OPERATOR } from '../support/api/modes.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { callApi, serveApi, testApi } from '../support/api/served-api.ts';
import { eventOf } from './event.ts';
import { inEachMode } from './in-each-mode.ts';

interface Body {
  detail: string;
  lease: { id: string };
}

const lastLineOf = ({ lines }: ServedApi) => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;

inEachMode(3, (served) => {
  const call = (method: string, path: string, parameters?: object, by = 'alice') =>
    callApi<Body>(served(), method, path, parameters, { by });
  const lastLine = () => lastLineOf(served());

  it('names the lease that releasevm and renewvm are given', async () => {
    const { lease } = (await call('POST', '/getvm', { userid: 'alice' })).body;
    await call('POST', '/renewvm', { userid: 'alice', leaseId: 'other' });
    expect(lastLine()).toMatchObject({ code: 'lease_superseded', leaseId: 'other' });
    await call('POST', '/releasevm', { userid: 'alice', leaseId: lease.id });
    expect(lastLine()).toMatchObject({ status: 200, leaseId: lease.id, vmId: 'vm-01' });
  });

  it('names the lease that releasevm ended, also when the caller named none', async () => {
    const { lease } = (await call('POST', '/getvm', { userid: 'alice' })).body;
    await call('POST', '/releasevm', { userid: 'alice' });
    expect(lastLine()).toMatchObject({ status: 200, leaseId: lease.id, vmId: 'vm-01' });
  });

  it.each(['/vms', '/events?userid=alice'])('names the operator who looks at %s', async (path) => {
    await call('GET', path, undefined, OPERATOR);
    expect(lastLine()).toMatchObject({ status: 200, userId: OPERATOR });
  });

  it('names the wrong parameters, but never repeats a name that a caller made up', async () => {
    const secret = 'eyJhbGciOiJIUzI1NiJ9.sensitive';
    await call('POST', '/getvm', { userid: 'not valid', leaseid: 'x' });
    expect(lastLine()).toMatchObject({ code: 'invalid_request', badFields: ['userid', 'leaseid'] });
    await call('POST', '/getvm', { userid: 'alice', [secret]: 1 });
    expect(lastLine()).toMatchObject({ badFields: ['(other)'] });
    expect(served().lines.join('')).not.toMatch(/not valid|sensitive/);
  });
});

describe('a caller who is not an operator, where nobody is asked who borrows', () => {
  let served: ServedApi;

  beforeEach(async () => {
    served = await serveApi();
  });

  afterEach(() => served.close());

  const look = (by: string | null) => callApi<Body>(served, 'GET', '/vms', undefined, { by });

  it('is logged with address and claimed name', async () => {
    await look('e'.repeat(200));
    expect(lastLineOf(served)).toMatchObject({ status: 403, claimedOperator: 'e'.repeat(64), sourceIp: '127.0.0.1' });
    expect(lastLineOf(served)).not.toHaveProperty('userId');
  });

  it('gets the instructions for a local server', async () => {
    const { body } = await look(null);
    expect(body.detail).toBe(
      'this call is for operators: start the server with ADMIN_USERS=NAME and send the header x-operator: NAME',
    );
  });

  it('gets the instruction to sign the call on Lambda, also from an address that looks local', async () => {
    const { api } = await testApi(undefined, { AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-dev' });
    const event = eventOf({ routeKey: 'GET /vms', method: 'GET', headers: { 'x-operator': OPERATOR } });
    event.requestContext.http.sourceIp = '127.0.0.1';
    const { statusCode, body } = await api(event, 'invocation-1');
    expect(statusCode).toBe(403);
    expect(JSON.parse(body ?? '')).toMatchObject({ detail: expect.stringContaining('sign it with AWS credentials') });
  });
});
