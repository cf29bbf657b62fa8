import { beforeAll, describe, expect, it } from '@jest/globals';
import { leaseOf, minutesOf, vmOf } from './bodies.ts';
import { countsOf, untilCountsAreNew } from './counts.ts';
import type { RunningEnvironment } from './environment.ts';

const POOL_SIZE = 5;

/** More than the VMs, and fewer than the processes that the function may have. */
const CALLERS = Array.from({ length: 7 }, (_, index) => `rush-${index}`);

/**
 * Users borrow five VMs whose leases live in a table; vm-01 fails every check. The stories build on each other: the end
 * of a process never gives a VM back.
 */
export function rushStories(running: () => RunningEnvironment): void {
  const { post, get } = callsOf(running);

  // No process that is already warm, and no first use of the simulator of IAM, may draw the calls apart.
  beforeAll(async () => {
    await get('/pool');
    await running().restart();
  });

  it('lends each VM once to users who call at once, each in a separate process, and refuses the rest', async () => {
    const answers = await Promise.all(CALLERS.map((userid) => post('/getvm', { userid })));
    expect(running().deployed.lambda.environmentCount).toBe(CALLERS.length);
    const granted = answers.filter(({ status }) => status === 200);
    expect(new Set(granted.map((grant) => vmOf(grant).id)).size).toBe(POOL_SIZE);
    expect(granted.map(minutesOf)).toEqual(Array<number>(POOL_SIZE).fill(5)); // lease_default_minutes
    for (const refused of answers.filter(({ status }) => status !== 200)) {
      expect(refused).toMatchObject({ status: 503, body: { code: 'pool_empty', counts: { free: 0 } } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await countsOf(running())).toMatchObject({ free: 0, leased: POOL_SIZE });
  });

  it('takes them back at once, and quarantines the one that fails its check', async () => {
    const answers = await Promise.all(CALLERS.map((userid) => post('/releasevm', { userid })));
    const released = answers.filter(({ status }) => status === 200).map(vmOf);
    expect(Object.fromEntries(released.map(({ id, state }) => [id, state]))).toEqual({
      'vm-01': 'quarantined',
      'vm-02': 'free',
      'vm-03': 'free',
      'vm-04': 'free',
      'vm-05': 'free',
    });
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(refused.map(() => [404, 'no_lease']));
  });
}

/** Users borrow the same VMs one after another, while the function's processes end. */
export function survivingStories(running: () => RunningEnvironment): void {
  const { post, get } = callsOf(running);

  it('gives concurrent calls with one Idempotency-Key the same VM, in different processes too', async () => {
    const acquire = () => post('/getvm', { userid: 'bob' }, { 'idempotency-key': 'deploy-7' });
    const answers = await Promise.all([acquire(), acquire(), acquire(), acquire()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { body: first } = await acquire();
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => first));
  });

  describe('after the end of every process', () => {
    it('still knows every lease and every VM', async () => {
      const look = async () => {
        await untilCountsAreNew(running());
        return Promise.all([get('/lease?userid=bob'), get('/pool')]);
      };
      const before = await look();
      await running().restart();
      expect(running().deployed.lambda.environmentCount).toBe(0);
      const after = await look();
      expect(after.map(({ status }) => status)).toEqual([200, 200]);
      expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
    });

    it('gives a retry the VM of the first call', async () => {
      const before = await get('/lease?userid=bob');
      await running().restart();
      const retried = await post('/getvm', { userid: 'bob' }, { 'idempotency-key': 'deploy-7' });
      expect([retried.status, vmOf(retried), leaseOf(retried)]).toEqual([200, vmOf(before), leaseOf(before)]);
    });

    it('refuses a second VM', async () => {
      const held = await get('/lease?userid=bob');
      await running().restart();
      expect(await post('/getvm', { userid: 'bob' })).toMatchObject({
        status: 409,
        body: { code: 'already_allocated', vmId: vmOf(held).id, leaseId: leaseOf(held).id },
      });
    });

    it('extends a lease up to the limit in the settings', async () => {
      await running().restart();
      const renewed = await post('/renewvm', { userid: 'bob', minutes: 30 });
      expect([renewed.status, Math.round(minutesOf(renewed))]).toEqual([200, 30]);
      expect(leaseOf(await get('/lease?userid=bob'))).toEqual(leaseOf(renewed));
      const refused = await post('/renewvm', { userid: 'bob', minutes: 20_000 });
      expect(refused).toMatchObject({ status: 422, body: { code: 'lease_too_long' } });
    });

    it('accepts a release and its retry, and lends no second VM to a late duplicate', async () => {
      const release = { userid: 'bob', leaseId: leaseOf(await get('/lease?userid=bob')).id };
      expect(await post('/releasevm', release)).toMatchObject({ status: 200, body: { vm: { state: 'free' } } });
      await running().restart();
      expect(await post('/releasevm', release)).toMatchObject({ status: 200, body: { vm: { state: 'free' } } });
      expect(await get('/lease?userid=bob')).toMatchObject({ status: 404, body: { code: 'no_lease' } });
      const late = await post('/getvm', { userid: 'bob' }, { 'idempotency-key': 'deploy-7' });
      expect(late).toMatchObject({ status: 409, body: { code: 'idempotency_key_spent' } });
      expect(await get('/lease?userid=bob')).toMatchObject({ status: 404, body: { code: 'no_lease' } });
    });
  });

  it('is healthy', async () => {
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
}

function callsOf(running: () => RunningEnvironment) {
  return {
    post: (...call: Parameters<RunningEnvironment['client']['post']>) => running().client.post(...call),
    get: (...call: Parameters<RunningEnvironment['client']['get']>) => running().client.get(...call),
  };
}
