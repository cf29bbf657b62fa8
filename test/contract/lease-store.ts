import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AcquireRequest, LeaseStore } from '../../lambda/pool/ports.ts';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import { MAX_FAILURES, NOON_SEC, someVms } from '../support/lending.ts';
import type { StoreFactory } from '../support/lending.ts';

const HOUR_SEC = 3600;
const END_SEC = NOON_SEC + HOUR_SEC;

let requests = 0;

function wish(userId: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  requests += 1;
  return {
    pool: 'default',
    userId,
    leaseId: `lease-${String(requests)}`,
    nowSec: NOON_SEC,
    expiresAtSec: END_SEC,
    ...more,
  };
}

async function only(statuses: Promise<readonly VmStatus[]>): Promise<VmStatus> {
  const [first, ...more] = await statuses;
  if (first === undefined || more.length > 0) throw new Error('expected exactly one VM');
  return first;
}

/** Fails, or passes, the check of the one VM that waits for it. */
async function settleOnly(store: LeaseStore, passed: boolean): Promise<VmStatus> {
  const due = await only(store.dueChecks());
  return store.settleCheck(due, passed ? { passed } : { passed, reason: 'disk full' });
}

/** What every store promises, whatever it is made of: the port `LeaseStore`, rule by rule. */
export function describeLeaseStore(name: string, makeStore: StoreFactory): void {
  describe(`${name} as a LeaseStore`, () => {
    let store: LeaseStore;

    beforeEach(async () => {
      store = await makeStore([...someVms(3), ...someVms(1, 'large', 'big')]);
    });

    describe('acquire', () => {
      it('grants a VM of the pool until the end that was asked for', async () => {
        const request = wish('alice', { pool: 'large', sshPublicKey: 'ssh-ed25519 AAAA' });
        const { vm, lease } = await store.acquire(request);
        expect(vm).toEqual(someVms(1, 'large', 'big')[0]);
        expect(lease).toEqual({
          id: request.leaseId,
          userId: 'alice',
          vmId: vm.id,
          acquiredAtSec: NOON_SEC,
          expiresAtSec: END_SEC,
          sshPublicKey: 'ssh-ed25519 AAAA',
        });
      });

      it('refuses a user who holds a lease, and shows which', async () => {
        const { lease } = await store.acquire(wish('alice'));
        await expect(store.acquire(wish('alice', { pool: 'large' }))).rejects.toMatchObject({
          code: 'already_allocated',
          lease,
        });
      });

      it('refuses when no VM of the pool is free, and tells the counts of that pool', async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({
          code: 'pool_empty',
          pool: 'large',
          counts: { free: 0, leased: 1, checking: 0, quarantined: 0 },
        });
      });

      it('refuses a pool that no VM belongs to', async () => {
        const request = wish('alice', { pool: 'huge' });
        await expect(store.acquire(request)).rejects.toMatchObject({
          code: 'unknown_pool',
          pool: 'huge',
          knownPools: ['default', 'large'],
        });
      });

      it('lends each VM once when more users than VMs come at the same moment', async () => {
        const users = Array.from({ length: 20 }, (_, index) => `user-${String(index)}`);
        const outcomes = await Promise.allSettled(users.map((user) => store.acquire(wish(user))));
        const granted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.vm.id] : []));
        expect(granted.sort()).toEqual(['vm-01', 'vm-02', 'vm-03']);
        const refusals = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
        );
        for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'pool_empty' });
      });

      it('gives a user who asks many times at the same moment one VM', async () => {
        const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.acquire(wish('alice'))));
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await store.counts()).get('default')).toEqual({ free: 2, leased: 1, checking: 0, quarantined: 0 });
      });

      it('lets a user whose lease has ended have another VM, though nothing was reaped', async () => {
        const first = await store.acquire(wish('alice'));
        const second = await store.acquire(wish('alice', { nowSec: END_SEC, expiresAtSec: END_SEC + 1 }));
        expect(second.vm.id).not.toBe(first.vm.id);
        expect((await only(store.dueChecks())).vm.id).toBe(first.vm.id);
      });
    });

    describe('idempotency', () => {
      const idempotency = { key: 'k-1', fingerprint: 'alice wants one' };

      it('answers a retry with the grant of the first request', async () => {
        const first = await store.acquire(wish('alice', { idempotency }));
        expect(await store.acquire(wish('alice', { idempotency, nowSec: END_SEC - 1 }))).toEqual(first);
      });

      it('answers retries at the same moment with one and the same grant', async () => {
        const grants = await Promise.all(
          Array.from({ length: 10 }, () => store.acquire(wish('alice', { idempotency }))),
        );
        expect(new Set(grants.map(({ lease }) => lease.id)).size).toBe(1);
      });

      it.each(['alice', 'bob'])('refuses the key for other parameters (%s)', async (userId) => {
        await store.acquire(wish('alice', { idempotency }));
        const other = wish(userId, { idempotency: { key: 'k-1', fingerprint: 'something else' } });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      });

      it('refuses a second request of the user under another key', async () => {
        await store.acquire(wish('alice', { idempotency }));
        const other = wish('alice', { idempotency: { ...idempotency, key: 'k-2' } });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'already_allocated' });
      });

      it.each([
        ['was released', () => store.release({ userId: 'alice', nowSec: NOON_SEC })],
        ['has ended', () => Promise.resolve()],
      ])('forgets the key once its lease %s', async (_, end) => {
        const first = await store.acquire(wish('alice', { idempotency }));
        await end();
        const again = await store.acquire(
          wish('bob', { idempotency: { key: 'k-1', fingerprint: 'bob' }, nowSec: END_SEC, expiresAtSec: END_SEC + 9 }),
        );
        expect(again.lease.id).not.toBe(first.lease.id);
        await store.reap(END_SEC);
        const retry = wish('bob', { idempotency: { key: 'k-1', fingerprint: 'bob' }, nowSec: END_SEC });
        expect(await store.acquire(retry)).toEqual(again);
      });
    });

    describe('find', () => {
      it('shows the live lease of the user and nobody else', async () => {
        const grant = await store.acquire(wish('alice'));
        expect(await store.find('alice', END_SEC - 1)).toEqual(grant);
        expect(await store.find('bob', NOON_SEC)).toBeUndefined();
      });

      it('shows no lease from the very second of its end', async () => {
        await store.acquire(wish('alice'));
        expect(await store.find('alice', END_SEC)).toBeUndefined();
      });
    });

    describe('renew', () => {
      const renewal = { userId: 'alice', nowSec: NOON_SEC + 60, ttlSec: HOUR_SEC, maxSec: 2 * HOUR_SEC };

      it('extends the lease and keeps it so', async () => {
        const { lease } = await store.acquire(wish('alice'));
        const longer = { ...lease, expiresAtSec: END_SEC + 60 };
        expect(await store.renew({ ...renewal, leaseId: lease.id })).toEqual(longer);
        expect((await store.find('alice', END_SEC))?.lease).toEqual(longer);
      });

      it('is refused to a user without a live lease', async () => {
        await expect(store.renew(renewal)).rejects.toMatchObject({ code: 'no_lease' });
        await store.acquire(wish('alice'));
        await expect(store.renew({ ...renewal, nowSec: END_SEC })).rejects.toMatchObject({ code: 'no_lease' });
      });

      it('is refused for a lease that is not the current one', async () => {
        const { lease } = await store.acquire(wish('alice'));
        await expect(store.renew({ ...renewal, leaseId: 'another' })).rejects.toMatchObject({
          code: 'lease_superseded',
        });
        expect((await store.find('alice', NOON_SEC))?.lease).toEqual(lease);
      });

      it('is refused beyond the longest lease, which leaves the lease as it was', async () => {
        const { lease } = await store.acquire(wish('alice'));
        await expect(store.renew({ ...renewal, ttlSec: 2 * HOUR_SEC })).rejects.toMatchObject({
          code: 'lease_too_long',
          latestSec: NOON_SEC + 2 * HOUR_SEC,
        });
        expect((await store.find('alice', NOON_SEC))?.lease).toEqual(lease);
      });
    });

    describe('release', () => {
      it('leaves the VM to its check, and the user without a lease', async () => {
        const { vm } = await store.acquire(wish('alice'));
        expect(await store.release({ userId: 'alice', nowSec: NOON_SEC })).toMatchObject({ vm, state: 'checking' });
        expect(await store.find('alice', NOON_SEC)).toBeUndefined();
        expect((await store.counts()).get('default')).toEqual({ free: 2, leased: 0, checking: 1, quarantined: 0 });
      });

      it('is refused to a user without a live lease', async () => {
        await expect(store.release({ userId: 'alice', nowSec: NOON_SEC })).rejects.toMatchObject({ code: 'no_lease' });
        await store.acquire(wish('alice'));
        await expect(store.release({ userId: 'alice', nowSec: END_SEC })).rejects.toMatchObject({ code: 'no_lease' });
      });

      it('is refused for a lease that is not the current one, so that a late call ends nothing', async () => {
        const { lease } = await store.acquire(wish('alice'));
        const other = await store.acquire(wish('bob'));
        const query = { userId: 'alice', leaseId: other.lease.id, nowSec: NOON_SEC };
        await expect(store.release(query)).rejects.toMatchObject({ code: 'lease_superseded' });
        expect((await store.find('alice', NOON_SEC))?.lease).toEqual(lease);
        expect((await store.find('bob', NOON_SEC))?.lease).toEqual(other.lease);
      });

      it('answers its repetition with the VM as it is now, and changes nothing, whoever has it by then', async () => {
        const { vm, lease } = await store.acquire(wish('alice', { pool: 'large' }));
        const query = { userId: 'alice', leaseId: lease.id, nowSec: NOON_SEC };
        await store.release(query);
        expect(await store.release(query)).toMatchObject({ vm, state: 'checking' });
        await settleOnly(store, true);
        expect(await store.release(query)).toMatchObject({ vm, state: 'free' });
        const next = await store.acquire(wish('bob', { pool: 'large' }));
        const own = await store.acquire(wish('alice'));
        expect(await store.release(query)).toMatchObject({ vm, state: 'leased' });
        expect(await store.find('bob', NOON_SEC)).toEqual(next);
        expect(await store.find('alice', NOON_SEC)).toEqual(own);
      });

      it("tells nothing of another user's released lease", async () => {
        const { lease } = await store.acquire(wish('alice'));
        await store.release({ userId: 'alice', leaseId: lease.id, nowSec: NOON_SEC });
        const query = { userId: 'bob', leaseId: lease.id, nowSec: NOON_SEC };
        await expect(store.release(query)).rejects.toMatchObject({ code: 'no_lease' });
      });
    });

    describe('reap', () => {
      it('takes back ended leases and no others', async () => {
        const short = await store.acquire(wish('alice', { expiresAtSec: NOON_SEC + 10 }));
        const long = await store.acquire(wish('bob'));
        expect(await store.reap(NOON_SEC + 9)).toBe(0);
        expect(await store.reap(NOON_SEC + 10)).toBe(1);
        expect(await store.reap(NOON_SEC + 10)).toBe(0);
        expect((await only(store.dueChecks())).vm).toEqual(short.vm);
        expect(await store.find('bob', NOON_SEC + 10)).toEqual(long);
      });

      it('leaves a renewed lease alone until its new end', async () => {
        await store.acquire(wish('alice'));
        await store.renew({ userId: 'alice', nowSec: NOON_SEC + 60, ttlSec: HOUR_SEC, maxSec: 2 * HOUR_SEC });
        expect(await store.reap(END_SEC)).toBe(0);
        expect(await store.reap(END_SEC + 60)).toBe(1);
      });

      it('finds a lease that ends before all others though it began last', async () => {
        await store.acquire(wish('alice'));
        expect(await store.reap(NOON_SEC)).toBe(0);
        await store.acquire(wish('bob', { expiresAtSec: NOON_SEC + 1 }));
        expect(await store.reap(NOON_SEC + 1)).toBe(1);
      });
    });

    describe('checks', () => {
      beforeEach(async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        await store.release({ userId: 'alice', nowSec: NOON_SEC });
      });

      it('frees a VM that passes', async () => {
        expect(await settleOnly(store, true)).toMatchObject({ state: 'free', failures: 0 });
        expect(await store.dueChecks()).toEqual([]);
        expect((await store.acquire(wish('bob', { pool: 'large' }))).vm.id).toBe('big-01');
      });

      it('checks a VM that failed again, and never lends it meanwhile', async () => {
        expect(await settleOnly(store, false)).toMatchObject({ state: 'checking', failures: 1, reason: 'disk full' });
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({ code: 'pool_empty' });
        expect(await only(store.dueChecks())).toMatchObject({ failures: 1, reason: 'disk full' });
      });

      it('quarantines a VM after the last failure in a row, and never lends it', async () => {
        for (let failure = 1; failure < MAX_FAILURES; failure++) await settleOnly(store, false);
        expect(await settleOnly(store, false)).toMatchObject({ state: 'quarantined', reason: 'disk full' });
        expect(await store.dueChecks()).toEqual([]);
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({
          counts: { free: 0, leased: 0, checking: 0, quarantined: 1 },
        });
      });

      it('counts failures anew after a pass', async () => {
        await settleOnly(store, false);
        await settleOnly(store, true);
        await store.acquire(wish('bob', { pool: 'large' }));
        await store.release({ userId: 'bob', nowSec: NOON_SEC });
        expect(await settleOnly(store, false)).toMatchObject({ state: 'checking', failures: 1 });
      });

      it('counts a check that ran twice at once as one', async () => {
        const due = await only(store.dueChecks());
        const verdict = { passed: false, reason: 'disk full' } as const;
        await Promise.all([store.settleCheck(due, verdict), store.settleCheck(due, verdict)]);
        expect(await only(store.dueChecks())).toMatchObject({ failures: 1 });
      });

      it("ignores a check that comes too late, so that it frees nobody's VM", async () => {
        const due = await only(store.dueChecks());
        await store.settleCheck(due, { passed: true });
        const { lease } = await store.acquire(wish('bob', { pool: 'large' }));
        expect(await store.settleCheck(due, { passed: true })).toMatchObject({ state: 'leased' });
        expect((await store.find('bob', NOON_SEC))?.lease).toEqual(lease);
      });
    });

    it('counts every VM of every pool in exactly one state', async () => {
      await store.acquire(wish('alice'));
      expect(await store.counts()).toEqual(
        new Map([
          ['default', { free: 2, leased: 1, checking: 0, quarantined: 0 }],
          ['large', { free: 1, leased: 0, checking: 0, quarantined: 0 }],
        ]),
      );
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
