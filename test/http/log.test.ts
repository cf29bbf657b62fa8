/** What an operator finds in the log of a request that somebody asks about. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CALLS } from '../../lambda/http/calls.ts';
import { OPERATOR } from '../support/api/modes.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { callApi, serveApi, testApi } from '../support/api/served-api.ts';
import { eventOf, signedBy, withClaims } from './event.ts';
import { inEachMode } from './in-each-mode.ts';

interface Body {
  detail: string;
  lease: { id: string; expiresAt: string };
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

  it('says when a lease ends, as getvm and renewvm have set it', async () => {
    const { lease } = (await call('POST', '/getvm', { userid: 'alice', minutes: 5 })).body;
    expect(lastLine()).toMatchObject({ leaseId: lease.id, expiresAt: lease.expiresAt });
    const renewed = (await call('POST', '/renewvm', { userid: 'alice', minutes: 10 })).body;
    expect(lastLine()).toMatchObject({ leaseId: lease.id, expiresAt: renewed.lease.expiresAt });
    expect(renewed.lease.expiresAt > lease.expiresAt).toBe(true);
  });

  it('names the pool that a borrower asked for', async () => {
    await call('POST', '/getvm', { userid: 'alice', pool: 'gpu' });
    expect(lastLine()).toMatchObject({ code: 'unknown_pool', pool: 'gpu' });
  });

  it('names the operator who takes a VM from its user, that user, and the lease', async () => {
    const { lease } = (await call('POST', '/getvm', { userid: 'alice' })).body;
    await call('POST', '/vms/vm-01/release', { reason: 'a test' }, OPERATOR);
    expect(lastLine()).toMatchObject({ who: OPERATOR, userId: 'alice', vmId: 'vm-01', leaseId: lease.id });
  });

  it('names the operator and the VM of an order that ends no lease', async () => {
    await call('POST', '/vms/vm-01/drain', { reason: 'a test' }, OPERATOR);
    expect(lastLine()).toMatchObject({ status: 200, userId: OPERATOR, vmId: 'vm-01' });
    expect(lastLine()).not.toHaveProperty('leaseId');
  });

  it.each([
    { method: 'POST', path: '/vms/vm-99/drain', code: 'unknown_vm', vmId: 'vm-99' },
    { method: 'POST', path: `/vms/${'x'.repeat(300)}/drain`, code: 'unknown_vm', vmId: 'x'.repeat(128) },
    { method: 'POST', path: '/vms/vm-01/return', code: 'wrong_state', vmId: 'vm-01' },
    { method: 'GET', path: '/events?vm=vm-99', code: 'unknown_vm', vmId: 'vm-99' },
  ])('names the VM of a refused $method $path', async ({ method, path, code, vmId }) => {
    await call(method, path, method === 'POST' ? { reason: 'a test' } : undefined, OPERATOR);
    expect(lastLine()).toMatchObject({ code, vmId, userId: OPERATOR });
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

/** What an operator needs in the line of a refused request, beside its code. */
function lacking(line: Record<string, unknown>): string[] {
  const has = (...names: string[]) => names.some((name) => line[name] !== undefined);
  const needed = {
    'a name or claim': line.status !== 403 || has('userId', 'caller', 'claimedOperator'),
    'an address': line.status !== 403 || has('sourceIp'),
    'the fields': line.code !== 'invalid_request' || has('badFields'),
    'the path': ![404, 405].includes(Number(line.status)) || has('path', 'vmId', 'userId'),
    'the method': line.status !== 405 || has('method'),
  };
  return Object.entries(needed).flatMap(([what, isThere]) => (isThere ? [] : [what]));
}

inEachMode(3, (served) => {
  it.each(CALLS.map(({ route }) => route))('lacks nothing when %s is called in every wrong way', async (route) => {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replace('{id}', 'vm-99');
    const parameters = method === 'POST' ? { reason: 'x', nonsense: 'x' } : undefined;
    const bodiless = method === 'GET' ? `${path}?nonsense=x` : path;
    served().lines.length = 0;
    await callApi(served(), method, bodiless, parameters, { by: OPERATOR });
    await callApi(served(), method, bodiless, parameters, { by: 'mallory' });
    await callApi(served(), method, path, method === 'POST' ? { userid: 'bob', reason: 'x' } : undefined, {
      by: 'mallory',
    });
    await callApi(served(), 'PATCH', path, undefined, { by: 'mallory' });
    await callApi(served(), method, `${path}/nowhere`, undefined, { by: 'mallory' });
    const lines = served().lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const refused = lines.filter(({ status }) => Number(status) >= 400);
    // The page takes any query, because an issuer leads back to it with its own.
    expect(refused.length).toBeGreaterThan(route === 'GET /' ? 1 : 2);
    expect(refused.filter((line) => lacking(line).length > 0)).toEqual([]);
  });
});

describe('a verified caller who can not be a user', () => {
  it.each([
    {
      mode: 'iam',
      event: signedBy('arn:aws:iam::123456789012:root', eventOf({})),
      caller: 'arn:aws:iam::123456789012:root',
    },
    {
      mode: 'iam',
      event: signedBy(`arn:aws:iam::999999999999:user/${'a'.repeat(200)}`, eventOf({})),
      caller: `arn:aws:iam::999999999999:user/${'a'.repeat(97)}`,
    },
    { mode: 'jwt', event: withClaims({ sub: 'not fit for an id' }, eventOf({})), caller: 'not fit for an id' },
    { mode: 'jwt', event: withClaims({ sub: 'erin', aud: 'x' }, eventOf({})), caller: 'erin' },
  ])('is logged with address and verified name: $caller', async ({ mode, event, caller }) => {
    const { api, lines } = await testApi(undefined, {
      AUTHORIZATION: mode,
      AWS_REGION: 'us-east-1',
      JWT_REQUIRED_CLAIMS: mode === 'jwt' ? 'aud=y' : '',
    });
    await api(event, 'invocation-1');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      status: 403,
      code: 'unusable_identity',
      caller,
      sourceIp: '203.0.113.9',
    });
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
