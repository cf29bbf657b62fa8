import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../lambda/pool/refusals.ts';
import type { Reply, ServedApi } from '../support/api/served-api.ts';
import { callUrl, serveApi } from '../support/api/served-api.ts';
import { NOON_SEC, someVms } from '../support/pool/lending.ts';

const VM_01 = { id: 'vm-01', pool: 'default', ip: '192.0.2.1', port: 22, username: 'tester' };
const NOON = '2026-11-21T12:00:00Z';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const PUBLIC_KEY = `ssh-ed25519 ${Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 0123456789abcdef0123456789abcdef').toString('base64')} alice@laptop`;

/** A body from JSON.parse. Each test checks the fields it needs. */
type Body = Record<string, never> & { vm: { id: string }; lease: { id: string }; leaseId: string };

let served: ServedApi;

beforeEach(async () => {
  served = await serveApi(someVms(3));
});

afterEach(async () => {
  await served.close();
  expect(served.faults).toEqual([]);
});

const call = (method: string, path: string, parameters?: object, headers?: Record<string, string>) =>
  callUrl<Body>(served.url + path, method, parameters, headers);

const post = (path: string, parameters: object, headers?: Record<string, string>) =>
  call('POST', path, parameters, headers);

/** Checks a reply against RFC 9457 and the rules of every refusal. */
function expectProblem(reply: Reply<Body>, status: number, code: string, data: object = {}): void {
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body).toMatchObject({ status, code, requestId: reply.headers.get('x-request-id'), ...data });
  expect(reply.body).toHaveProperty('title');
  expect(reply.body).toHaveProperty('detail');
  expect(JSON.stringify(reply.body)).not.toContain('key of vm-');
}

describe('POST /getvm', () => {
  it('lends a VM: shows how to log in, and until when', async () => {
    const reply = await post('/getvm', { userid: 'alice', minutes: 60 });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/json');
    expect(reply.body).toEqual({
      message: 'vm-01 is yours until 2026-11-21T13:00:00Z',
      vm: { ...VM_01, privateKey: 'key of vm-01' },
      lease: { id: expect.stringMatching(UUID), userid: 'alice', acquiredAt: NOON, expiresAt: '2026-11-21T13:00:00Z' },
    });
  });

  it.each([
    { way: 'JSON', type: 'application/json; charset=utf-8', body: '{"userid":"alice","minutes":60}', query: '' },
    { way: 'a form', type: 'application/x-www-form-urlencoded', body: 'userid=alice&minutes=60', query: '' },
    { way: 'the query string', type: '', body: '', query: '?userid=alice&minutes=60' },
    {
      way: 'query string and body together',
      type: 'application/json',
      body: '{"minutes":"60"}',
      query: '?userid=alice',
    },
  ])('reads the parameters from $way', async ({ type, body, query }) => {
    const headers = type === '' ? undefined : { 'content-type': type };
    const response = await fetch(`${served.url}/getvm${query}`, { method: 'POST', body, ...(headers && { headers }) });
    expect(await response.json()).toMatchObject({ lease: { userid: 'alice', expiresAt: '2026-11-21T13:00:00Z' } });
  });

  it("authorizes the user's own public key, and returns no private key", async () => {
    const reply = await post('/getvm', { userid: 'alice', sshPublicKey: `${PUBLIC_KEY}\n` });
    expect(reply.body.vm).toEqual({ ...VM_01, authorizedKey: PUBLIC_KEY });
  });

  it('409 already_allocated: names the lease the user has, without its key', async () => {
    const first = await post('/getvm', { userid: 'alice' });
    expectProblem(await post('/getvm', { userid: 'alice' }), 409, 'already_allocated', {
      vmId: 'vm-01',
      leaseId: first.body.lease.id,
      expiresAt: '2026-11-21T20:00:00Z',
    });
  });

  it('503 pool_empty: shows the counts and when to retry', async () => {
    for (const userid of ['alice', 'bob', 'carol']) await post('/getvm', { userid });
    const reply = await post('/getvm', { userid: 'dave' });
    const counts = { free: 0, leased: 3, checking: 0, quarantined: 0, drained: 0 };
    expectProblem(reply, 503, 'pool_empty', { pool: 'default', counts });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('404 unknown_pool: names all pools', async () => {
    expectProblem(await post('/getvm', { userid: 'alice', pool: 'huge' }), 404, 'unknown_pool', { pools: ['default'] });
  });

  it('422 lease_too_long: shows the latest end', async () => {
    expectProblem(await post('/getvm', { userid: 'alice', minutes: 10_081 }), 422, 'lease_too_long', {
      latestExpiresAt: '2026-11-28T12:00:00Z',
    });
    expect((await post('/getvm', { userid: 'alice', minutes: 10_080 })).status).toBe(200);
  });

  it('never lends a VM that is quarantined', async () => {
    served.provider.failing.add('vm-01');
    await post('/getvm', { userid: 'alice' });
    expect((await post('/releasevm', { userid: 'alice' })).body).toMatchObject({
      vm: { id: 'vm-01', state: 'checking' },
    });
    served.clock.advance(10);
    await call('GET', '/pool');
    served.clock.advance(20);
    expect((await call('GET', '/pool')).body).toEqual({
      pools: { default: { free: 2, leased: 0, checking: 0, quarantined: 1, drained: 0 } },
    });
    for (const userid of ['bob', 'carol']) expect((await post('/getvm', { userid })).body.vm.id).not.toBe('vm-01');
    expectProblem(await post('/getvm', { userid: 'dave' }), 503, 'pool_empty');
  });

  describe('with an Idempotency-Key', () => {
    const key = { 'Idempotency-Key': '5a2c-1' };

    it('answers a retry the same, including the login key', async () => {
      const first = await post('/getvm', { userid: 'alice', minutes: 480 }, key);
      const retry = await post('/getvm', { userid: 'alice', minutes: '480', pool: 'default' }, key);
      expect(retry.status).toBe(200);
      expect(retry.body).toEqual(first.body);
    });

    it.each([
      { userid: 'alice', minutes: 5 },
      { userid: 'alice', sshPublicKey: PUBLIC_KEY },
    ])('422 for other parameters: %j', async (other) => {
      await post('/getvm', { userid: 'alice' }, key);
      expectProblem(await post('/getvm', other, key), 422, 'idempotency_key_reused');
    });

    it('is another key for another user', async () => {
      const alices = await post('/getvm', { userid: 'alice' }, key);
      const bobs = await post('/getvm', { userid: 'bob', minutes: 5 }, key);
      expect(bobs).toMatchObject({ status: 200, body: { lease: { userid: 'bob' } } });
      expect(bobs.body.vm.id).not.toBe(alices.body.vm.id);
    });

    it('409 once the lease is over, so that a late duplicate gets no second VM', async () => {
      await post('/getvm', { userid: 'alice' }, key);
      await post('/releasevm', { userid: 'alice' });
      expectProblem(await post('/getvm', { userid: 'alice' }, key), 409, 'idempotency_key_spent');
      expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
    });

    it.each(['', 'a b', 'x'.repeat(256)])('400 for a bad key: %j', async (bad) => {
      const reply = await post('/getvm', { userid: 'alice' }, { 'Idempotency-Key': bad });
      expectProblem(reply, 400, 'invalid_request', {
        errors: [
          {
            field: 'Idempotency-Key',
            message: 'must be sent once, as 1 to 255 visible ASCII characters without a comma, such as a UUID',
          },
        ],
      });
    });
  });
});

describe('POST /releasevm', () => {
  it('gives the VM back and shows its state', async () => {
    const { lease } = (await post('/getvm', { userid: 'alice' })).body;
    const reply = await post('/releasevm', { userid: 'alice', leaseId: lease.id });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ message: 'vm-01 was given back', vm: { id: 'vm-01', state: 'free' } });
  });

  it('answers a repeated leaseId the same, and leaves a later lease alone', async () => {
    const { lease } = (await post('/getvm', { userid: 'alice' })).body;
    const release = { userid: 'alice', leaseId: lease.id };
    const first = await post('/releasevm', release);
    expect((await post('/releasevm', release)).body).toEqual(first.body);
    await post('/getvm', { userid: 'alice' });
    expect((await post('/releasevm', release)).status).toBe(200);
    expect((await call('GET', '/lease?userid=alice')).status).toBe(200);
  });

  it('404 no_lease', async () => {
    expectProblem(await post('/releasevm', { userid: 'alice' }), 404, 'no_lease');
  });

  it('409 lease_superseded: a lease that is not the current one', async () => {
    await post('/getvm', { userid: 'alice' });
    const other = await post('/getvm', { userid: 'bob' });
    const release = { userid: 'alice', leaseId: other.body.lease.id };
    expectProblem(await post('/releasevm', release), 409, 'lease_superseded');
    expect((await call('GET', '/lease?userid=bob')).status).toBe(200);
  });
});

describe('a lease longer than the pool allows', () => {
  it('422 lease_too_long: shows the latest end, and lends nothing', async () => {
    for (const minutes of [10_081, Number.MAX_SAFE_INTEGER]) {
      expectProblem(await post('/getvm', { userid: 'alice', minutes }), 422, 'lease_too_long', {
        latestExpiresAt: '2026-11-28T12:00:00Z',
      });
    }
    expect((await call('GET', '/lease?userid=alice')).status).toBe(404);
    expect((await post('/getvm', { userid: 'alice', minutes: 10_080 })).status).toBe(200);
  });
});

describe('POST /renewvm', () => {
  it('extends the lease to the minutes from now', async () => {
    const { lease } = (await post('/getvm', { userid: 'alice', minutes: 60 })).body;
    served.clock.advance(30 * 60);
    const reply = await post('/renewvm', { userid: 'alice', leaseId: lease.id, minutes: 60 });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ lease: { ...lease, expiresAt: '2026-11-21T13:30:00Z' } });
  });

  it('422 lease_too_long: shows the latest end', async () => {
    await post('/getvm', { userid: 'alice' });
    served.clock.advance(60);
    expectProblem(await post('/renewvm', { userid: 'alice', minutes: 10_080 }), 422, 'lease_too_long', {
      latestExpiresAt: '2026-11-28T12:00:00Z',
    });
  });

  it('404 no_lease, 409 lease_superseded', async () => {
    expectProblem(await post('/renewvm', { userid: 'alice' }), 404, 'no_lease');
    await post('/getvm', { userid: 'alice' });
    expectProblem(await post('/renewvm', { userid: 'alice', leaseId: 'other' }), 409, 'lease_superseded');
  });
});

describe('GET /lease', () => {
  it("shows the user's lease and how to log in", async () => {
    const granted = await post('/getvm', { userid: 'alice' });
    const reply = await call('GET', '/lease?userid=alice');
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ vm: granted.body.vm, lease: granted.body.lease });
  });

  it('404 no_lease, also from the second a lease ends', async () => {
    expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
    await post('/getvm', { userid: 'alice', minutes: 1 });
    served.clock.advance(59);
    expect((await call('GET', '/lease?userid=alice')).status).toBe(200);
    served.clock.advance(1);
    expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
  });
});

describe('GET /pool', () => {
  it('counts by state for each pool, a lease past its end no longer as leased', async () => {
    await post('/getvm', { userid: 'alice', minutes: 1 });
    await post('/getvm', { userid: 'bob' });
    const leased = (count: number) => ({
      pools: { default: { free: 3 - count, leased: count, checking: 0, quarantined: 0, drained: 0 } },
    });
    expect((await call('GET', '/pool')).body).toEqual(leased(2));
    served.clock.advance(60);
    expect((await call('GET', '/pool')).body).toEqual(leased(1));
  });
});

describe('GET /health', () => {
  it('is ok when the store answers', async () => {
    const reply = await call('GET', '/health');
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({ status: 'ok' });
  });

  it('503 store_unavailable when it does not; only the log says why', async () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.7');
    served.store.ping = () => Promise.reject(new StoreUnavailable({ cause }));
    const reply = await call('GET', '/health');
    expectProblem(reply, 503, 'store_unavailable');
    expect(JSON.stringify(reply.body)).not.toContain('10.0.0.7');
    expect(served.lines.at(-1)).toContain('10.0.0.7');
  });
});

describe('GET /health over a store that is wrongly configured', () => {
  it('is 500 internal, since trying again does not help', async () => {
    served.store.ping = () => Promise.reject(new Error('TABLE_NAME must name a table'));
    expectProblem(await call('GET', '/health'), 500, 'internal');
    expect(served.lines.at(-1)).toContain('TABLE_NAME must name a table');
  });
});

describe('every answer', () => {
  it('has a unique x-request-id and may not be cached', async () => {
    const replies = [
      await post('/getvm', { userid: 'alice' }),
      await post('/getvm', { userid: 'alice' }),
      await call('GET', '/lease?userid=alice'),
      await call('GET', '/health'),
      await call('GET', '/nowhere'),
    ];
    for (const { headers } of replies) expect(headers.get('cache-control')).toBe('no-store');
    const ids = replies.map(({ headers }) => headers.get('x-request-id'));
    expect(ids).not.toContain(null);
    expect(new Set(ids).size).toBe(replies.length);
  });

  it('500 internal when something breaks: only the log says what', async () => {
    served.store.acquire = () => Promise.reject(new Error('table vm-pool-leases is gone'));
    const reply = await post('/getvm', { userid: 'alice' });
    expectProblem(reply, 500, 'internal');
    expect(JSON.stringify(reply.body)).not.toContain('table');
    expect(JSON.parse(served.lines.at(-1) ?? '')).toMatchObject({
      level: 'ERROR',
      message: 'request',
      requestId: reply.headers.get('x-request-id'),
      status: 500,
      error: { name: 'Error', message: 'table vm-pool-leases is gone' },
    });
  });
});

describe('requests that are wrong', () => {
  it.each([
    { userid: undefined, message: 'is required' },
    ...['', 'a b', 'ä', 'x'.repeat(129), 'a;b', 'a\n', 5, null, ['alice'], { id: 1 }].map((userid) => ({
      userid,
      message: 'must be 1 to 128 characters of A-Z a-z 0-9 . _ @ + - : / = , |',
    })),
  ])('400 userid $userid $message', async ({ userid, message }) => {
    const reply = await post('/getvm', { userid });
    expectProblem(reply, 400, 'invalid_request', { errors: [{ field: 'userid', message }] });
  });

  it.each(['a', 'Alice.B-c_d@example.com', 'ci+build', 'x'.repeat(128)])('accepts %j as a userid', async (userid) => {
    expect((await post('/getvm', { userid })).status).toBe(200);
  });

  it.each([0, -1, 1.5, '', '1e3', 'soon', true, null])('400 minutes %j', async (minutes) => {
    const reply = await post('/getvm', { userid: 'alice', minutes });
    const errors = [{ field: 'minutes', message: 'must be a whole number from 1' }];
    expectProblem(reply, 400, 'invalid_request', { errors });
  });

  it.each([
    { field: 'pool', value: '' },
    { field: 'pool', value: 'a/b' },
    { field: 'sshPublicKey', value: 'ssh-ed25519' },
    { field: 'sshPublicKey', value: 'ssh-ed25519 AAAA' },
    { field: 'sshPublicKey', value: `${PUBLIC_KEY}\n${PUBLIC_KEY}` },
    { field: 'sshPublicKey', value: `command="rm -rf /" ${PUBLIC_KEY}` },
    { field: 'sshPublicKey', value: PUBLIC_KEY.replace('ssh-ed25519 ', 'ssh-rsa ') },
  ])('400 $field $value', async ({ field, value }) => {
    const reply = await post('/getvm', { userid: 'alice', [field]: value });
    expectProblem(reply, 400, 'invalid_request', { errors: [{ field, message: expect.stringContaining('must be') }] });
  });

  it('names every bad field at once', async () => {
    const reply = await post('/getvm', { userid: '', minutes: 0, pool: '', leaseid: 'x' });
    const fields = (reply.body as unknown as { errors: { field: string }[] }).errors.map(({ field }) => field);
    expect(fields.sort()).toEqual(['leaseid', 'minutes', 'pool', 'userid']);
  });

  it('refuses an unknown parameter, such as a misspelt leaseId', async () => {
    await post('/getvm', { userid: 'alice' });
    const reply = await post('/releasevm', { userid: 'alice', leaseid: 'an-old-one' });
    expectProblem(reply, 400, 'invalid_request', {
      errors: [{ field: 'leaseid', message: 'is not a parameter of this call; it takes userid, leaseId' }],
    });
    expect((await call('GET', '/lease?userid=alice')).status).toBe(200);
  });

  it.each([
    { rule: 'a repeated query parameter', query: '?userid=alice&userid=bob', body: undefined },
    { rule: 'a parameter in query string and body', query: '?userid=alice', body: { userid: 'alice' } },
  ])('400 for $rule', async ({ query, body }) => {
    const reply = await call('POST', `/getvm${query}`, body);
    const errors = [{ field: 'userid', message: 'is given more than once; give it once' }];
    expectProblem(reply, 400, 'invalid_request', { errors });
  });

  it.each([
    { type: 'application/json', body: 'userid=alice', message: 'must be valid JSON' },
    { type: 'application/json', body: '["alice"]', message: 'must be a JSON object' },
    { type: 'application/json', body: 'null', message: 'must be a JSON object' },
    {
      type: 'application/x-www-form-urlencoded',
      body: '{"userid":"alice"}',
      message: 'looks like JSON; send it with content-type: application/json',
    },
  ])('400 for the body $body of type $type', async ({ type, body, message }) => {
    const response = await fetch(`${served.url}/getvm`, { method: 'POST', body, headers: { 'content-type': type } });
    expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'body', message }] });
  });

  it.each(['text/plain', ''])('415 for a body of type %j', async (type) => {
    const body = Buffer.from('userid=alice');
    const response = await fetch(`${served.url}/getvm`, { method: 'POST', body, headers: { 'content-type': type } });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-post')).toBe('application/json, application/x-www-form-urlencoded');
    expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  it.each([
    { bytes: 8192, status: 200 },
    { bytes: 8193, status: 413 },
  ])('$status for a body of $bytes bytes', async ({ bytes, status }) => {
    const body = '{"userid":"alice"}'.padEnd(bytes);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${served.url}/getvm`, { method: 'POST', body, headers });
    expect(response.status).toBe(status);
    if (status === 413) expect(await response.json()).toMatchObject({ code: 'payload_too_large' });
  });

  it.each([
    { method: 'GET', path: '/getvm', allow: 'POST' },
    { method: 'DELETE', path: '/releasevm', allow: 'POST' },
    { method: 'POST', path: '/health', allow: 'GET, HEAD' },
    { method: 'PUT', path: '/lease', allow: 'GET' },
  ])('405 for $method $path, with Allow: $allow', async ({ method, path, allow }) => {
    const reply = await call(method, path);
    expectProblem(reply, 405, 'method_not_allowed');
    expect(reply.headers.get('allow')).toBe(allow);
  });

  it.each([
    '/',
    '/getvm/',
    '//getvm',
    '/%67etvm',
    '/getvm/..',
    '/GETVM',
    '/resources/getvm',
    '/constructor',
    '/__proto__',
  ])('404 for POST %s', async (path) => {
    const reply = await call('POST', `${path}?userid=alice`);
    expectProblem(reply, 404, 'not_found');
  });

  it('change nothing and reach no provider', async () => {
    let logins = 0;
    served.provider.onLogin = () => (logins += 1);
    for (const bad of [{}, { userid: '' }, { userid: 'alice', minutes: 0 }, { userid: 'alice', pool: 'huge' }]) {
      await post('/getvm', bad);
    }
    expect((await call('GET', '/pool')).body).toMatchObject({ pools: { default: { free: 3 } } });
    expect({ logins, checked: served.provider.checked }).toEqual({ logins: 0, checked: [] });
  });
});

describe('the log', () => {
  it('has one line for each request: user, route and status, but no key', async () => {
    const { body } = await post('/getvm', { userid: 'alice' });
    await call('GET', '/lease?userid=alice');
    await post('/getvm', { userid: 'alice' });
    await post('/releasevm', { userid: 'alice' });
    await post('/getvm', { userid: 'not valid', sshPublicKey: 'sensitive' });
    const lease = { userId: 'alice', vmId: 'vm-01', leaseId: body.lease.id };
    const lines = served.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { message: 'request', level: 'INFO', route: 'POST /getvm', status: 200, ...lease },
      { message: 'request', level: 'INFO', route: 'GET /lease', status: 200, ...lease },
      {
        message: 'request',
        level: 'INFO',
        route: 'POST /getvm',
        status: 409,
        userId: 'alice',
        code: 'already_allocated',
      },
      { message: 'request', level: 'INFO', route: 'POST /releasevm', status: 200, userId: 'alice', vmId: 'vm-01' },
      { message: 'request', level: 'INFO', route: 'POST /getvm', status: 400, code: 'invalid_request' },
    ]);
    for (const line of lines) {
      expect(line).toHaveProperty('requestId');
      expect(line.durationMs).toBeGreaterThanOrEqual(0);
    }
    expect(served.lines.join('')).not.toMatch(/key of vm|privateKey|sensitive|not valid/);
  });

  it('carries the metrics of the dashboard', async () => {
    await post('/getvm', { userid: 'alice' });
    await post('/getvm', { userid: 'alice' });
    const [granted, refused] = served.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(granted).toMatchObject({ Requests: 1, statusClass: '2xx', Grants: 1, EmptyPools: 0 });
    expect(granted).not.toHaveProperty('Refusals');
    expect(refused).toMatchObject({
      Requests: 1,
      statusClass: '4xx',
      Grants: 0,
      EmptyPools: 0,
      Refusals: 1,
      code: 'already_allocated',
    });
  });

  it('counts calls that found the pool empty', async () => {
    for (const userid of ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']) await post('/getvm', { userid });
    const counted = served.lines.map((line) => (JSON.parse(line) as { EmptyPools: number }).EmptyPools);
    expect({ first: counted.at(0), last: counted.at(-1) }).toEqual({ first: 0, last: 1 });
  });
});

it('starts the clock of these tests at noon', () => {
  expect(NOON_SEC * 1000).toBe(Date.parse(NOON));
});
