import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { leaseOf, minutesOf, vmOf } from './bodies.ts';
import type { Answer, Client } from './client.ts';
import { countsOf } from './counts.ts';
import type { RunningEnvironment } from './environment.ts';

/** Users borrow mock VMs; each story begins with all of them free. @param poolSize - number of VMs that are lent */
export function lendingStories(running: () => RunningEnvironment, poolSize: number): void {
  const client = () => running().client;

  it('lends a VM with everything that a login needs', async () => {
    const granted = await client().post('/getvm', { userid: 'alice', minutes: 30 });
    const { status, headers, body } = granted;
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({
      message: expect.stringContaining('vm-0'),
      vm: {
        id: expect.stringMatching(/^vm-0[1-5]$/),
        pool: 'default',
        ip: expect.stringMatching(/^192\.0\.2\.\d+$/),
        port: 22,
        username: expect.any(String),
        privateKey: expect.any(String),
      },
      lease: { id: expect.any(String), userid: 'alice' },
    });
    expect(minutesOf(granted)).toBe(30);
  });

  it('accepts the commands of the README, with a form and with a query string', async () => {
    const { served, callers } = running();
    const { curl: options } = await callers.credentialsOf('alice');
    const post = (path: string, ...args: string[]) => curl(...options, '-X', 'POST', `${served.url}${path}`, ...args);
    expect(await post('/getvm', '-d', 'userid=alice', '-d', 'minutes=60')).toMatchObject({
      lease: { userid: 'alice' },
    });
    expect(await post('/releasevm?userid=alice')).toMatchObject({ vm: { state: 'free' } });
  });

  it('refuses a second VM, and names the first one without its key', async () => {
    const granted = await client().post('/getvm', { userid: 'alice' });
    const refused = await client().post('/getvm', { userid: 'alice' });
    expect(refused.status).toBe(409);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.body).toEqual({
      title: 'Conflict',
      status: 409,
      detail: expect.any(String),
      code: 'already_allocated',
      requestId: refused.headers.get('x-request-id'),
      vmId: vmOf(granted).id,
      leaseId: leaseOf(granted).id,
      expiresAt: leaseOf(granted).expiresAt,
    });
  });

  it('gives a retry with the same Idempotency-Key the same answer', async () => {
    const acquire = () => client().post('/getvm', { userid: 'alice' }, { 'idempotency-key': 'deploy-7' });
    const first = await acquire();
    const again = await acquire();
    expect([again.status, again.body]).toEqual([200, first.body]);
  });

  it('lends each VM once until the pool is empty, and lends a released VM again', async () => {
    const grants = await exhaust(client(), poolSize);
    expect(new Set(grants.map((grant) => vmOf(grant).id)).size).toBe(poolSize);
    const refused = await client().post('/getvm', { userid: 'late' });
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'pool_empty', pool: 'default', counts: { free: 0 } },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

    const released = await client().post('/releasevm', { userid: 'user-3' });
    expect(released.body).toMatchObject({ vm: { state: 'free' } });
    const granted = await client().post('/getvm', { userid: 'late' });
    expect([granted.status, vmOf(granted).id]).toEqual([200, vmOf(released).id]);
  });

  it('accepts the same release twice, and answers 404 to a user without a lease', async () => {
    const granted = await client().post('/getvm', { userid: 'alice' });
    const release = { userid: 'alice', leaseId: leaseOf(granted).id };
    expect((await client().post('/releasevm', release)).status).toBe(200);
    expect((await client().post('/releasevm', release)).status).toBe(200);
    expect(await client().post('/releasevm', { userid: 'bob' })).toMatchObject({
      status: 404,
      body: { code: 'no_lease' },
    });
  });

  it('extends a lease up to the limit in the settings', async () => {
    await client().post('/getvm', { userid: 'alice', minutes: 10 });
    const renewed = await client().post('/renewvm', { userid: 'alice', minutes: 120 });
    expect([renewed.status, Math.round(minutesOf(renewed))]).toEqual([200, 120]);
    expect(await client().post('/renewvm', { userid: 'alice', minutes: 20_000 })).toMatchObject({
      status: 422,
      body: { code: 'lease_too_long' },
    });
  });

  it('shows users their own lease, and everyone the counts of the pool', async () => {
    const granted = await client().post('/getvm', { userid: 'alice' });
    const { vm, lease } = granted.body;
    expect(await client().get('/lease?userid=alice')).toMatchObject({ status: 200, body: { vm, lease } });
    expect(await client().get('/lease?userid=bob')).toMatchObject({ status: 404, body: { code: 'no_lease' } });
    expect(await countsOf(running())).toMatchObject({ free: poolSize - 1, leased: 1, checking: 0, drained: 0 });
  });

  it('is healthy', async () => {
    expect(await client().get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
}

/** What becomes of a rush when leases live in the memory of one process. */
export function oneProcessStory(running: () => RunningEnvironment): void {
  const client = () => running().client;

  it('lends no VM twice when more calls arrive than its one process can serve', async () => {
    const users = Array.from({ length: 20 }, (_, index) => `rush-${index}`);
    const answers = await Promise.all(users.map((userid) => client().post('/getvm', { userid })));
    const granted = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(granted.map((grant) => vmOf(grant).id)).size).toBe(granted.length);
    expect(granted.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    const { body } = await client().get('/pool');
    expect(body).toMatchObject({ pools: { default: { leased: granted.length } } });
  });
}

/** Runs curl without blocking this process, which serves the API. */
async function curl(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', ...args]);
  return JSON.parse(stdout) as unknown;
}

/** Lends every VM: to user-1, user-2 and so on. */
async function exhaust(client: Client, poolSize: number): Promise<Answer[]> {
  const grants: Answer[] = [];
  for (let user = 1; user <= poolSize; user += 1) grants.push(await client.post('/getvm', { userid: `user-${user}` }));
  return grants;
}
