import { beforeEach, describe, expect, it } from '@jest/globals';
import { checked, gone, ordered, vacated } from '../../lambda/pool/life.ts';
import type { VmChange } from '../../lambda/pool/life.ts';
import type { AcquireRequest, LeaseQuery, LeaseStore } from '../../lambda/pool/ports.ts';
import type { ChangeEvent } from '../../lambda/pool/event.ts';
import type { PoolCounts, Vm, VmStatus } from '../../lambda/pool/vm.ts';
import { AT_NOON, CHECKS, NOON_SEC, someVms } from '../support/pool/lending.ts';
import type { StoreFactory } from '../support/pool/lending.ts';

const HOUR_SEC = 3600;
const END_SEC = NOON_SEC + HOUR_SEC;

let requests = 0;

/** An act at a second; every one is of a request of its own. */
function act(who: string, nowSec: number) {
  requests += 1;
  return { who, nowMs: nowSec * 1000 + 7, requestId: `r-${requests}` };
}

function wish(
  userId: string,
  { nowSec = NOON_SEC, ...more }: Partial<AcquireRequest> & { nowSec?: number } = {},
): AcquireRequest {
  const at = act(userId, nowSec);
  return { pool: 'default', userId, leaseId: `lease-${requests}`, expiresAtSec: END_SEC, act: at, ...more };
}

function query(userId: string, leaseId?: string, nowSec = NOON_SEC): LeaseQuery {
  return { userId, ...(leaseId !== undefined && { leaseId }), act: act(userId, nowSec) };
}

async function known(store: LeaseStore, vmId: string): Promise<VmStatus> {
  const status = await store.status(vmId);
  if (status === undefined) throw new Error(`the store does not know ${vmId}`);
  return status;
}

async function only(statuses: Promise<readonly VmStatus[]>): Promise<VmStatus> {
  const [first, ...more] = await statuses;
  if (first === undefined || more.length > 0) throw new Error('expected exactly one VM');
  return first;
}

const TO_FREE: VmChange = { state: 'free', failures: 0, draining: false };

function counted(some: Partial<PoolCounts>): PoolCounts {
  return { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0, ...some };
}

async function countsOf(store: LeaseStore, pool = 'default', nowSec = NOON_SEC): Promise<PoolCounts | undefined> {
  return (await store.counts(nowSec)).get(pool);
}

/** An event that a test has no more to say of. */
function happening(status: VmStatus): ChangeEvent {
  return { kind: 'check_passed', vmId: status.vm.id, act: act('reaper', NOON_SEC) };
}

/** What every store promises, whatever it is made of: the port `LeaseStore`, rule by rule. */
export function describeLeaseStore(name: string, makeStore: StoreFactory): void {
  describe(`${name} as a LeaseStore`, () => {
    let store: LeaseStore;

    beforeEach(async () => {
      store = await makeStore();
      await store.sync([...someVms(3), ...someVms(1, 'large', 'big')], AT_NOON);
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

      it('refuses a user who holds a lease before it looks at the pool', async () => {
        await store.acquire(wish('alice'));
        await expect(store.acquire(wish('alice', { pool: 'huge' }))).rejects.toMatchObject({
          code: 'already_allocated',
        });
      });

      it('refuses when no VM of the pool is free, and tells the counts of that pool', async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({
          code: 'pool_empty',
          pool: 'large',
          counts: counted({ leased: 1 }),
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
        expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
      });

      it('lets a user whose lease has ended have another VM, though nothing was reaped', async () => {
        const first = await store.acquire(wish('alice'));
        const second = await store.acquire(wish('alice', { nowSec: END_SEC, expiresAtSec: END_SEC + 1 }));
        expect(second.vm.id).not.toBe(first.vm.id);
        expect((await only(store.due(END_SEC, 10))).vm.id).toBe(first.vm.id);
      });
    });

    describe('idempotency', () => {
      const idempotency = { key: 'k-1', fingerprint: 'alice wants one' };

      it('answers a retry with the grant of the first request', async () => {
        const first = await store.acquire(wish('alice', { idempotency }));
        expect(await store.acquire(wish('alice', { idempotency, nowSec: END_SEC - 1 }))).toEqual(first);
      });

      it('answers a retry also when no VM is free any more', async () => {
        const first = await store.acquire(wish('alice', { idempotency, pool: 'large' }));
        expect(await store.acquire(wish('alice', { idempotency, pool: 'large' }))).toEqual(first);
      });

      it('answers retries at the same moment with one and the same grant', async () => {
        const retries = Array.from({ length: 10 }, () => store.acquire(wish('alice', { idempotency })));
        const grants = await Promise.all(retries);
        expect(new Set(grants.map(({ lease }) => lease.id)).size).toBe(1);
        expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
      });

      it.each([
        ['alice', 'default'],
        ['bob', 'default'],
        ['alice', 'large'],
        ['bob', 'large'],
      ])('refuses the key for other parameters (%s, pool %s)', async (userId, pool) => {
        await store.acquire(wish('alice', { idempotency, pool: 'large' }));
        const other = wish(userId, { idempotency: { key: 'k-1', fingerprint: 'something else' }, pool });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      });

      it('refuses a key in use before it looks at the pool', async () => {
        await store.acquire(wish('alice', { idempotency }));
        const other = wish('bob', { idempotency: { key: 'k-1', fingerprint: 'something else' }, pool: 'huge' });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      });

      it('refuses a second request of the user under another key', async () => {
        await store.acquire(wish('alice', { idempotency }));
        const other = wish('alice', { idempotency: { ...idempotency, key: 'k-2' } });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'already_allocated' });
      });

      it.each([
        ['was released', NOON_SEC, () => store.release(query('alice'))],
        ['has ended', END_SEC, () => Promise.resolve()],
      ])('forgets the key once its lease %s', async (_, nowSec, end) => {
        const first = await store.acquire(wish('alice', { idempotency }));
        await end();
        const bobs = { idempotency: { key: 'k-1', fingerprint: 'bob' }, nowSec, expiresAtSec: END_SEC + 9 };
        const again = await store.acquire(wish('bob', bobs));
        expect(again.lease.id).not.toBe(first.lease.id);
        for (const status of await store.due(END_SEC, 10)) {
          await store.change(status, vacated(status, END_SEC), happening(status));
        }
        expect(await store.acquire(wish('bob', bobs))).toEqual(again);
      });

      it('keeps the key as long as the lease is renewed', async () => {
        const first = await store.acquire(wish('alice', { idempotency }));
        await store.renew({
          ...query('alice', undefined, END_SEC - 1),
          termIn: () => ({ ttlSec: HOUR_SEC, maxSec: 9 * HOUR_SEC }),
        });
        const retry = await store.acquire(wish('alice', { idempotency, nowSec: END_SEC }));
        expect(retry.lease.id).toBe(first.lease.id);
        const other = wish('bob', { idempotency: { key: 'k-1', fingerprint: 'bob' }, nowSec: END_SEC });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
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
      const renewal = (leaseId?: string, nowSec = NOON_SEC + 60, ttlSec = HOUR_SEC) => {
        return { ...query('alice', leaseId, nowSec), termIn: () => ({ ttlSec, maxSec: 2 * HOUR_SEC }) };
      };

      it('extends the lease and keeps it so', async () => {
        const { lease } = await store.acquire(wish('alice'));
        const longer = { ...lease, expiresAtSec: END_SEC + 60 };
        expect(await store.renew(renewal(lease.id))).toEqual(longer);
        expect((await store.find('alice', END_SEC))?.lease).toEqual(longer);
        expect(await store.due(END_SEC, 10)).toEqual([]);
        expect((await only(store.due(END_SEC + 60, 10))).lease).toEqual(longer);
      });

      it('is refused to a user without a live lease', async () => {
        await expect(store.renew(renewal())).rejects.toMatchObject({ code: 'no_lease' });
        await store.acquire(wish('alice'));
        await expect(store.renew(renewal(undefined, END_SEC))).rejects.toMatchObject({ code: 'no_lease' });
      });

      it('is refused for a lease that is not the current one', async () => {
        const { lease } = await store.acquire(wish('alice'));
        await expect(store.renew(renewal('another'))).rejects.toMatchObject({ code: 'lease_superseded' });
        expect((await store.find('alice', NOON_SEC))?.lease).toEqual(lease);
      });

      it('is refused beyond the longest lease, which leaves the lease as it was', async () => {
        const { lease } = await store.acquire(wish('alice'));
        const tooLong = renewal(undefined, NOON_SEC + 60, 2 * HOUR_SEC);
        await expect(store.renew(tooLong)).rejects.toMatchObject({
          code: 'lease_too_long',
          latestSec: NOON_SEC + 2 * HOUR_SEC,
        });
        expect((await store.find('alice', NOON_SEC))?.lease).toEqual(lease);
      });

      it('has the limits of the pool that the VM belongs to', async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        const pools: string[] = [];
        const termIn = (pool: string) => {
          pools.push(pool);
          return { ttlSec: HOUR_SEC, maxSec: HOUR_SEC };
        };
        await store.renew({ ...query('alice'), termIn });
        expect(pools).toEqual(['large']);
      });

      it('is not lost when it comes many times at once', async () => {
        await store.acquire(wish('alice'));
        const ends = await Promise.all(
          [1, 2, 3, 4, 5].map((minute) => store.renew(renewal(undefined, NOON_SEC + minute * 60))),
        );
        expect((await store.find('alice', NOON_SEC))?.lease.expiresAtSec).toBe(END_SEC + 300);
        for (const { expiresAtSec } of ends) expect(expiresAtSec).toBeGreaterThan(END_SEC);
      });
    });

    describe('release', () => {
      it('leaves the VM to its check, due at once, and the user without a lease', async () => {
        const { vm } = await store.acquire(wish('alice'));
        const status = await store.release(query('alice'));
        expect(status).toMatchObject({ vm, state: 'checking', failures: 0, dueAtSec: NOON_SEC });
        expect(await only(store.due(NOON_SEC, 10))).toEqual(status);
        expect(await store.find('alice', NOON_SEC)).toBeUndefined();
        expect(await countsOf(store)).toEqual(counted({ free: 2, checking: 1 }));
      });

      it('is refused to a user without a live lease', async () => {
        await expect(store.release(query('alice'))).rejects.toMatchObject({ code: 'no_lease' });
        await store.acquire(wish('alice'));
        await expect(store.release(query('alice', undefined, END_SEC))).rejects.toMatchObject({ code: 'no_lease' });
      });

      it('is refused for a lease that is not the current one, so that a late call ends nothing', async () => {
        const { lease } = await store.acquire(wish('alice'));
        const other = await store.acquire(wish('bob'));
        const late = query('alice', other.lease.id);
        await expect(store.release(late)).rejects.toMatchObject({ code: 'lease_superseded' });
        expect((await store.find('alice', NOON_SEC))?.lease).toEqual(lease);
        expect((await store.find('bob', NOON_SEC))?.lease).toEqual(other.lease);
      });

      it('answers its repetition with the VM as it is now, and changes nothing, whoever has it by then', async () => {
        const { vm, lease } = await store.acquire(wish('alice', { pool: 'large' }));
        const repeated = query('alice', lease.id);
        const status = await store.release(repeated);
        expect(await store.release(repeated)).toEqual(status);
        await store.change(status, TO_FREE, happening(status));
        expect(await store.release(repeated)).toMatchObject({ vm, state: 'free' });
        const next = await store.acquire(wish('bob', { pool: 'large' }));
        const own = await store.acquire(wish('alice'));
        expect(await store.release(repeated)).toMatchObject({ vm, state: 'leased' });
        expect(await store.find('bob', NOON_SEC)).toEqual(next);
        expect(await store.find('alice', NOON_SEC)).toEqual(own);
      });

      it('happens once when it comes many times at once', async () => {
        const { lease } = await store.acquire(wish('alice'));
        const releases = await Promise.all(Array.from({ length: 5 }, () => store.release(query('alice', lease.id))));
        expect(new Set(releases.map(({ version }) => version)).size).toBe(1);
        expect(await countsOf(store)).toEqual(counted({ free: 2, checking: 1 }));
      });

      it("tells nothing of another user's released lease", async () => {
        const { lease } = await store.acquire(wish('alice'));
        await store.release(query('alice', lease.id));
        await expect(store.release(query('bob', lease.id))).rejects.toMatchObject({ code: 'no_lease' });
      });
    });

    describe('due', () => {
      it('has leases from the second of their end on, and the VM as the reaper needs it', async () => {
        const { vm, lease } = await store.acquire(wish('alice', { expiresAtSec: NOON_SEC + 10 }));
        await store.acquire(wish('bob'));
        expect(await store.due(NOON_SEC + 9, 10)).toEqual([]);
        const status = await only(store.due(NOON_SEC + 10, 10));
        expect(status).toMatchObject({ vm, lease, state: 'leased', draining: false, retired: false });
        expect(await store.status(vm.id)).toEqual(status);
      });

      it('has the longest overdue first, and no more than was asked for', async () => {
        await store.acquire(wish('alice', { expiresAtSec: NOON_SEC + 30 }));
        await store.acquire(wish('bob', { expiresAtSec: NOON_SEC + 10 }));
        await store.acquire(wish('carol', { expiresAtSec: NOON_SEC + 20, pool: 'large' }));
        const users = async (limit: number) => (await store.due(END_SEC, limit)).map(({ lease }) => lease?.userId);
        expect(await users(2)).toEqual(['bob', 'carol']);
        expect(await users(10)).toEqual(['bob', 'carol', 'alice']);
      });

      it('finds a lease that ends before all others though it began last', async () => {
        await store.acquire(wish('alice'));
        expect(await store.due(NOON_SEC, 10)).toEqual([]);
        await store.acquire(wish('bob', { expiresAtSec: NOON_SEC + 1 }));
        expect((await only(store.due(NOON_SEC + 1, 10))).lease?.userId).toBe('bob');
      });

      it('has checks from their time on', async () => {
        await store.acquire(wish('alice'));
        const status = await store.release(query('alice'));
        const later: VmChange = {
          state: 'checking',
          failures: 1,
          draining: false,
          dueAtSec: NOON_SEC + 30,
          reason: 'disk full',
        };
        const { status: waiting } = await store.change(status, later, happening(status));
        expect(waiting).toMatchObject({ ...later });
        expect(await store.due(NOON_SEC + 29, 10)).toEqual([]);
        expect(await only(store.due(NOON_SEC + 30, 10))).toEqual(waiting);
      });
    });

    describe('change', () => {
      let checking: VmStatus;

      beforeEach(async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        checking = await store.release(query('alice'));
      });

      it('frees a VM, so that it is lent again', async () => {
        const { applied, status } = await store.change(checking, TO_FREE, happening(checking));
        expect([applied, status.state]).toEqual([true, 'free']);
        expect(await store.due(END_SEC, 10)).toEqual([]);
        expect((await store.acquire(wish('bob', { pool: 'large' }))).vm.id).toBe('big-01');
      });

      it.each(['checking', 'quarantined', 'drained'] as const)('never lends a VM that is %s', async (state) => {
        const change: VmChange = { state, failures: 1, draining: false, dueAtSec: NOON_SEC, reason: 'disk full' };
        await store.change(checking, change, happening(checking));
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({
          code: 'pool_empty',
          counts: counted({ [state]: 1 }),
        });
        expect(await store.status('big-01')).toMatchObject({ state, reason: 'disk full' });
      });

      it('takes a free VM out', async () => {
        const { status } = await store.change(checking, TO_FREE, happening(checking));
        await store.change(
          status,
          { state: 'drained', failures: 0, draining: true, reason: 'repair' },
          happening(status),
        );
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({ code: 'pool_empty' });
      });

      it('is made once when it comes twice at once', async () => {
        const [one, other] = await Promise.all([
          store.change(checking, TO_FREE, happening(checking)),
          store.change(checking, TO_FREE, happening(checking)),
        ]);
        expect([one.applied, other.applied].sort()).toEqual([false, true]);
        expect(await countsOf(store, 'large')).toEqual(counted({ free: 1 }));
      });

      it('is not made when it comes too late, so that it frees no VM of anybody', async () => {
        await store.change(checking, TO_FREE, happening(checking));
        const { lease } = await store.acquire(wish('bob', { pool: 'large' }));
        const late = await store.change(checking, TO_FREE, happening(checking));
        expect(late).toMatchObject({ applied: false, status: { state: 'leased', lease } });
        expect((await store.find('bob', NOON_SEC))?.lease).toEqual(lease);
      });

      it('keeps the reason of a drain through the release until the VM is drained', async () => {
        const { vm } = await store.acquire(wish('bob'));
        const leased = await known(store, vm.id);
        await store.change(leased, ordered(leased, 'drain', 'repair', NOON_SEC), happening(leased));
        expect(await store.status(vm.id)).toMatchObject({ state: 'leased', draining: true, reason: 'repair' });
        const vacant = await store.release(query('bob'));
        expect(vacant).toMatchObject({ state: 'checking', draining: true, reason: 'repair' });
        expect(await store.status(vm.id)).toEqual(vacant);
        await store.change(vacant, checked(vacant, { passed: true }, NOON_SEC * 1000, CHECKS), happening(vacant));
        expect(await store.status(vm.id)).toMatchObject({ state: 'drained', reason: 'repair' });
      });

      it('forgets the reason of a drain that is taken back while the VM is leased', async () => {
        const { vm } = await store.acquire(wish('bob'));
        const leased = await known(store, vm.id);
        await store.change(leased, ordered(leased, 'drain', 'repair', NOON_SEC), happening(leased));
        const wanted = await known(store, vm.id);
        await store.change(wanted, ordered(wanted, 'return', 'mended', NOON_SEC), happening(wanted));
        expect((await known(store, vm.id)).reason).toBeUndefined();
        expect((await store.release(query('bob'))).reason).toBeUndefined();
      });

      it('ends a live lease whose VM is taken from its holder, key and all', async () => {
        const idempotency = { key: 'k-9', fingerprint: 'bob' };
        const { vm, lease } = await store.acquire(wish('bob', { idempotency }));
        const leased = await store.status(vm.id);
        if (leased === undefined) throw new Error('the VM is gone');
        await store.change(leased, vacated(leased, NOON_SEC), happening(leased));
        expect(await store.find('bob', NOON_SEC)).toBeUndefined();
        const again = await store.acquire(wish('bob', { idempotency }));
        expect(again.lease.id).not.toBe(lease.id);
      });

      it('of a VM whose lease had ended leaves the lease alone that its user got meanwhile', async () => {
        const first = await store.acquire(wish('bob'));
        const second = await store.acquire(wish('bob', { nowSec: END_SEC, expiresAtSec: END_SEC + HOUR_SEC }));
        const old = await store.status(first.vm.id);
        if (old?.state === 'leased')
          await store.change(old, vacated(old, END_SEC), {
            ...happening(old),
            act: act('reaper', END_SEC),
          });
        expect(await store.find('bob', END_SEC)).toEqual(second);
      });
    });

    describe('sync', () => {
      const [first, second, third] = someVms(3) as [Vm, Vm, Vm];

      it('changes nothing when the inventory has not changed', async () => {
        const grant = await store.acquire(wish('alice'));
        await store.sync([...someVms(3), ...someVms(1, 'large', 'big')], act('reaper', NOON_SEC));
        expect(await store.find('alice', NOON_SEC)).toEqual(grant);
        expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
      });

      it('adds VMs, and the pools that come with them', async () => {
        const more = [...someVms(3), ...someVms(1, 'large', 'big'), ...someVms(1, 'arm', 'arm')];
        await store.sync(more, act('reaper', NOON_SEC));
        expect((await store.acquire(wish('alice', { pool: 'arm' }))).vm.id).toBe('arm-01');
      });

      it('drops what is not leased, and what is leased when it comes back', async () => {
        const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
        await store.sync([first], act('reaper', NOON_SEC));
        expect(await countsOf(store)).toEqual(counted({ free: 1 }));
        expect(await store.status(second.id)).toBeUndefined();
        expect((await store.find('alice', NOON_SEC))?.vm).toEqual(vm);
        const lease = (await store.find('alice', NOON_SEC))?.lease;
        const answers = [await store.release(query('alice')), await store.release(query('alice', lease?.id))];
        expect(answers).toEqual([gone(vm), gone(vm)]);
        expect(await store.status(vm.id)).toBeUndefined();
        expect(await countsOf(store, 'large')).toEqual(counted({}));
      });

      it('changes a leased VM that is gone once, so that nothing decided before makes it free', async () => {
        const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
        const before = await store.status(vm.id);
        if (before === undefined) throw new Error('no VM');
        await store.sync(someVms(3), act('reaper', NOON_SEC));
        await store.sync(someVms(3), act('reaper', NOON_SEC));
        const { applied } = await store.change(before, vacated(before, NOON_SEC), happening(before));
        expect(applied).toBe(false);
        const { items } = await store.events({ vmId: vm.id, limit: 10 });
        expect(items.map(({ kind }) => kind)).toEqual(['changed', 'acquired', 'added']);
      });

      it('takes a VM back that was to be dropped', async () => {
        const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
        await store.sync(someVms(3), act('reaper', NOON_SEC));
        await store.sync([...someVms(3), vm], act('reaper', NOON_SEC));
        expect(await store.release(query('alice'))).toMatchObject({ state: 'checking' });
      });

      it('shows a new address to everybody, the holder of a lease included', async () => {
        const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
        const moved = [first, second, third, vm].map((one) => ({ ...one, ip: '198.51.100.7' }));
        await store.sync(moved, act('reaper', NOON_SEC));
        expect((await store.find('alice', NOON_SEC))?.vm.ip).toBe('198.51.100.7');
        expect((await store.acquire(wish('bob'))).vm.ip).toBe('198.51.100.7');
        expect(await store.release(query('alice'))).toMatchObject({ vm: { ip: '198.51.100.7' } });
      });

      it('lends nothing that is gone, and what has changed pools only from its new one', async () => {
        await store.sync([{ ...first, pool: 'large' }, second], act('reaper', NOON_SEC));
        expect((await store.acquire(wish('alice'))).vm.id).toBe(second.id);
        await expect(store.acquire(wish('bob'))).rejects.toMatchObject({ code: 'pool_empty' });
        expect((await store.acquire(wish('bob', { pool: 'large' }))).vm.id).toBe(first.id);
      });

      it('does no harm when it runs twice at once', async () => {
        const more = [...someVms(9), ...someVms(1, 'large', 'big')];
        await Promise.all([store.sync(more, act('reaper', NOON_SEC)), store.sync(more, act('reaper', NOON_SEC))]);
        expect(await countsOf(store)).toEqual(counted({ free: 9 }));
      });
    });

    describe('events', () => {
      it('tell who did what to which VM, when, and in which request, newest first', async () => {
        const request = wish('alice', { pool: 'large' });
        const { lease } = await store.acquire(request);
        const release = query('alice', undefined, NOON_SEC + 5);
        const status = await store.release(release);
        await store.change(status, TO_FREE, { ...happening(status), act: act('reaper', NOON_SEC + 9) });
        const ofAlice = { vmId: 'big-01', userId: 'alice', leaseId: lease.id };
        const released = { ...ofAlice, kind: 'released', from: 'leased', to: 'checking', act: release.act };
        const acquired = { ...ofAlice, kind: 'acquired', from: 'free', to: 'leased', act: request.act };
        const { items } = await store.events({ vmId: 'big-01', limit: 10 });
        expect(items).toMatchObject([
          { vmId: 'big-01', kind: 'check_passed', from: 'checking', to: 'free', act: { who: 'reaper' } },
          released,
          acquired,
          { vmId: 'big-01', kind: 'added', to: 'free' },
        ]);
        expect((await store.events({ userId: 'alice', limit: 10 })).items).toMatchObject([released, acquired]);
        expect((await store.events({ userId: 'bob', limit: 10 })).items).toEqual([]);
      });

      it('come page by page, none twice and none left out', async () => {
        for (let round = 0; round < 4; round++) {
          await store.acquire(wish('alice', { pool: 'large', nowSec: NOON_SEC + 10 * round }));
          const status = await store.release(query('alice', undefined, NOON_SEC + 10 * round + 1));
          const passed = { ...happening(status), act: act('reaper', NOON_SEC + 10 * round + 2) };
          await store.change(status, TO_FREE, passed);
        }
        const all = (await store.events({ vmId: 'big-01', limit: 100 })).items;
        expect(all).toHaveLength(13);
        const paged = [];
        let cursor: string | undefined;
        do {
          const page = await store.events({ vmId: 'big-01', limit: 5, cursor });
          paged.push(...page.items);
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(paged).toEqual(all);
      });

      it.each([{ vmId: 'big-01' }, { userId: 'alice' }])('refuse a made-up cursor (%j)', async (subject) => {
        for (const cursor of ['', 'abc', '-1', '99999999999999999999', '9999999999999999', 'vm-01', '\ufffd~']) {
          await expect(store.events({ ...subject, limit: 10, cursor })).rejects.toMatchObject({
            code: 'invalid_cursor',
          });
        }
      });

      it('are not written by what does not happen', async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toThrow();
        await expect(store.release(query('bob'))).rejects.toThrow();
        expect((await store.events({ vmId: 'big-01', limit: 10 })).items).toHaveLength(2);
        expect((await store.events({ userId: 'bob', limit: 10 })).items).toEqual([]);
      });
    });

    describe('statuses', () => {
      it('have every VM, page by page', async () => {
        await store.acquire(wish('alice'));
        const ids = [];
        let cursor: string | undefined;
        do {
          const page = await store.statuses({ limit: 3, cursor });
          ids.push(...page.items.map(({ vm }) => vm.id));
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(ids.sort()).toEqual(['big-01', 'vm-01', 'vm-02', 'vm-03']);
      });

      it.each(['', 'abc', 'vm-99', '\ufffd~'])('refuse the made-up cursor %j', async (cursor) => {
        await expect(store.statuses({ limit: 3, cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
      });

      it('go on after a VM that has left the inventory since', async () => {
        const page = await store.statuses({ limit: 2 });
        const gone = page.items.map(({ vm }) => vm.id);
        const all = [...someVms(3), ...someVms(1, 'large', 'big')];
        await store.sync(
          all.filter(({ id }) => !gone.includes(id)),
          act('reaper', NOON_SEC),
        );
        const { items } = await store.statuses({ limit: 10, cursor: page.cursor });
        expect([...gone, ...items.map(({ vm }) => vm.id)].sort()).toEqual(all.map(({ id }) => id).sort());
      });
    });

    describe('counts', () => {
      it('have every VM of every pool in exactly one state', async () => {
        await store.acquire(wish('alice'));
        expect(await store.counts(NOON_SEC)).toEqual(
          new Map([
            ['default', counted({ free: 2, leased: 1 })],
            ['large', counted({ free: 1 })],
          ]),
        );
      });

      it('have a VM whose lease has ended as one that waits for its check', async () => {
        await store.acquire(wish('alice'));
        expect(await countsOf(store, 'default', END_SEC)).toEqual(counted({ free: 2, checking: 1 }));
      });
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
