import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Grant, LeaseStore, NewGrant } from '../../../lambda/pool/ports.ts';
import { stillStarting } from '../../../lambda/pool/start.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, END_SEC, HOUR_SEC, known, only, query, someEvent, stop, wish } from './fixtures.ts';

/** Longest that a VM may take to start, seconds. */
const LIMIT_SEC = 600;

/** When the VM of the lease is ready. */
const READY_SEC = NOON_SEC + 90;

/** Who gets a VM that is stopped, and when the time of their lease begins. */
export function describeStarting(currentStore: CurrentStore): void {
  describe('a free VM that is stopped', () => {
    let store: LeaseStore;

    beforeEach(async () => {
      store = currentStore();
      await stop(store, 'vm-01');
    });

    it('is lent only when no other one is free', async () => {
      const users = ['alice', 'bob', 'carol'];
      const grants: NewGrant[] = [];
      for (const user of users) grants.push(await store.acquire(wish(user, { startLimitSec: LIMIT_SEC })));
      expect(grants.map(({ vm }) => vm.id).indexOf('vm-01')).toBe(2);
      const isStarting = grants.map(({ lease }) => lease.startingTtlSec !== undefined);
      expect(isStarting).toEqual([false, false, true]);
    });

    it('is not lent to a caller who does not say how long it may take to start', async () => {
      for (const user of ['alice', 'bob']) await store.acquire(wish(user));
      await expect(store.acquire(wish('carol'))).rejects.toMatchObject({ code: 'pool_empty' });
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'free', stopped: true });
    });

    it('is lent like any other when it has been started', async () => {
      const stopped = await known(store, 'vm-01');
      const checking = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC } as const;
      const { status } = await store.change(stopped, checking, someEvent(stopped));
      expect(status.stopped).toBeUndefined();
      await store.change(status, { state: 'free', failures: 0, draining: false }, someEvent(status));
      for (const user of ['alice', 'bob', 'carol']) await store.acquire(wish(user));
      expect(await countsOf(store)).toEqual(counted({ leased: 3 }));
    });

    it('is lent once when several ask at the same moment', async () => {
      const users = Array.from({ length: 8 }, (_, index) => `user-${String(index)}`);
      const wishes = users.map((user) => store.acquire(wish(user, { startLimitSec: LIMIT_SEC })));
      const granted = (await Promise.allSettled(wishes)).flatMap((one) => {
        return one.status === 'fulfilled' ? [one.value.vm.id] : [];
      });
      expect(granted.sort()).toEqual(['vm-01', 'vm-02', 'vm-03']);
    });
  });

  describe('a lease whose VM has to be started', () => {
    let store: LeaseStore;
    let starting: Grant;

    beforeEach(async () => {
      store = currentStore();
      await stop(store, 'big-01');
      const idempotency = { key: 'k-1', fingerprint: 'the same' };
      starting = await store.acquire(wish('alice', { pool: 'large', startLimitSec: LIMIT_SEC, idempotency }));
    });

    it('has its whole length from the end of the start on, and is what its holder sees', async () => {
      const term = { startingTtlSec: HOUR_SEC, expiresAtSec: END_SEC + LIMIT_SEC, acquiredAtSec: NOON_SEC };
      expect(starting.lease).toMatchObject(term);
      expect(await store.find('alice', NOON_SEC)).toEqual(starting);
      const status = await known(store, 'big-01');
      expect(status).toMatchObject({ state: 'leased', lease: starting.lease });
      expect({ ...status }).not.toHaveProperty('stopped', true);
      expect(await countsOf(store, 'large')).toEqual(counted({ leased: 1 }));
    });

    it('is due for a look at its start at once, and again when that has said so', async () => {
      const status = await only(store.due(NOON_SEC, 10));
      expect(status).toEqual(await known(store, 'big-01'));
      const { status: looked } = await store.change(
        status,
        stillStarting(status, NOON_SEC, 'it boots'),
        someEvent(status),
      );
      expect(looked).toMatchObject({ state: 'leased', lease: starting.lease, reason: 'it boots' });
      expect(await store.due(NOON_SEC + 29, 10)).toEqual([]);
      expect(await only(store.due(NOON_SEC + 30, 10))).toEqual(looked);
    });

    it('begins when its VM is ready', async () => {
      const lease = await store.begin(query('alice', starting.lease.id, READY_SEC));
      const times = { acquiredAtSec: READY_SEC, expiresAtSec: READY_SEC + HOUR_SEC, startingTtlSec: undefined };
      expect(lease).toEqual({ ...starting.lease, ...times });
      expect(await store.find('alice', READY_SEC)).toEqual({ ...starting, lease });
      expect(await known(store, 'big-01')).toMatchObject({ state: 'leased', lease });
      expect(await store.due(READY_SEC + HOUR_SEC - 1, 10)).toEqual([]);
      expect((await only(store.due(READY_SEC + HOUR_SEC, 10))).vm.id).toBe('big-01');
      const { items } = await store.events({ vmId: 'big-01', limit: 1 });
      const about = { userId: 'alice', leaseId: lease.id, from: 'leased', to: 'leased' };
      expect(items).toMatchObject([{ kind: 'started', ...about }]);
    });

    it('begins once, however often and late it is begun', async () => {
      const begins = [1, 2, 3].map(() => store.begin(query('alice', undefined, READY_SEC)));
      const [lease, ...others] = await Promise.all(begins);
      expect(others).toEqual([lease, lease]);
      expect(await store.begin(query('alice', lease?.id, READY_SEC + 60))).toEqual(lease);
      const { items } = await store.events({ vmId: 'big-01', limit: 10 });
      expect(items.filter(({ kind }) => kind === 'started')).toHaveLength(1);
    });

    it('forgets what it waited for when it begins, but not why an operator wants the VM', async () => {
      const status = await known(store, 'big-01');
      await store.change(status, stillStarting(status, NOON_SEC, 'it boots'), someEvent(status));
      const waiting = await known(store, 'big-01');
      await store.begin(query('alice', undefined, READY_SEC));
      const begun = await known(store, 'big-01');
      expect([waiting.reason, begun.reason]).toEqual(['it boots', undefined]);
    });

    it('keeps a drain that is ordered meanwhile', async () => {
      const status = await known(store, 'big-01');
      const drain = { ...stillStarting(status, NOON_SEC, ''), draining: true, reason: 'repair' };
      await store.change(status, drain, someEvent(status));
      await store.begin(query('alice', undefined, READY_SEC));
      expect(await known(store, 'big-01')).toMatchObject({ draining: true, reason: 'repair' });
    });

    it.each([
      { rule: 'of a user without a lease', user: 'bob', leaseId: undefined, nowSec: NOON_SEC, code: 'no_lease' },
      { rule: 'of another lease', user: 'alice', leaseId: 'l-0', nowSec: NOON_SEC, code: 'lease_superseded' },
      {
        rule: 'that has ended',
        user: 'alice',
        leaseId: undefined,
        nowSec: END_SEC + LIMIT_SEC,
        code: 'no_lease',
      },
    ])('does not begin when the call is $rule', async ({ user, leaseId, nowSec, code }) => {
      await expect(store.begin(query(user, leaseId, nowSec))).rejects.toMatchObject({ code });
      expect(await known(store, 'big-01')).toMatchObject({ lease: starting.lease });
    });

    it('is renewed by as much as it lasts longer, and stays due for the look', async () => {
      const termIn = () => ({ ttlSec: 3 * HOUR_SEC, maxSec: 9 * HOUR_SEC });
      const lease = await store.renew({ ...query('alice'), termIn });
      const grown = { startingTtlSec: 3 * HOUR_SEC, expiresAtSec: NOON_SEC + LIMIT_SEC + 3 * HOUR_SEC };
      expect(lease).toEqual({ ...starting.lease, ...grown });
      expect((await only(store.due(NOON_SEC, 10))).lease).toEqual(lease);
      const begun = await store.begin(query('alice', undefined, READY_SEC));
      expect(begun.expiresAtSec).toBe(READY_SEC + 3 * HOUR_SEC);
    });

    it('ends by a release, which leaves nothing to undo', async () => {
      const released = await store.release(query('alice', undefined, READY_SEC));
      const status = await known(store, 'big-01');
      expect(status).toMatchObject({ state: 'checking', dueAtSec: READY_SEC });
      expect({ use: status.use, closedAtSec: status.closedAtSec }).toEqual({});
      expect(released).toMatchObject({ ...status, ended: starting.lease });
      expect(await only(store.due(READY_SEC, 10))).toEqual(status);
      await expect(store.begin(query('alice', undefined, READY_SEC))).rejects.toMatchObject({ code: 'no_lease' });
    });

    it('ends at its latest end, and counts as checking from then on', async () => {
      const endSec = END_SEC + LIMIT_SEC;
      expect(await store.find('alice', endSec)).toBeUndefined();
      expect(await countsOf(store, 'large', endSec)).toEqual(counted({ checking: 1 }));
      expect((await only(store.due(endSec, 10))).vm.id).toBe('big-01');
    });

    it('is the same lease for a retry of its request, before and after it begins', async () => {
      const idempotency = { key: 'k-1', fingerprint: 'the same' };
      const retry = (nowSec: number) => store.acquire(wish('alice', { pool: 'large', idempotency, nowSec }));
      expect(await retry(NOON_SEC)).toEqual(starting);
      const lease = await store.begin(query('alice', undefined, READY_SEC));
      expect(await retry(READY_SEC)).toEqual({ ...starting, lease });
      const forgottenSec = lease.expiresAtSec + 7 * 24 * HOUR_SEC;
      await expect(retry(forgottenSec - 1)).rejects.toMatchObject({ code: 'idempotency_key_spent' });
    });

    it('begins or is released when both are wanted at the same moment', async () => {
      const [begun, released] = await Promise.allSettled([
        store.begin(query('alice', starting.lease.id, READY_SEC)),
        store.release(query('alice', starting.lease.id, READY_SEC)),
      ]);
      expect(released.status).toBe('fulfilled');
      if (begun.status === 'rejected') expect(begun.reason).toMatchObject({ code: 'no_lease' });
      expect(await known(store, 'big-01')).toMatchObject({ state: 'checking' });
      expect(await store.find('alice', READY_SEC)).toBeUndefined();
    });

    it('begins with the longer time or is renewed after it has begun, when both come at the same moment', async () => {
      const termIn = () => ({ ttlSec: 3 * HOUR_SEC, maxSec: 9 * HOUR_SEC });
      const renewal = { ...query('alice', undefined, READY_SEC), termIn };
      await Promise.all([store.begin(query('alice', undefined, READY_SEC)), store.renew(renewal)]);
      const { lease } = (await store.find('alice', READY_SEC)) ?? {};
      expect(lease).toMatchObject({ acquiredAtSec: READY_SEC, expiresAtSec: READY_SEC + 3 * HOUR_SEC });
      expect(lease).not.toHaveProperty('startingTtlSec');
      expect(await known(store, 'big-01')).toMatchObject({ lease, dueAtSec: READY_SEC + 3 * HOUR_SEC });
    });

    it('is begun or looked at, never both, by two who read its VM at the same moment', async () => {
      const status = await known(store, 'big-01');
      const look = stillStarting(status, READY_SEC, 'it boots');
      const [lease, { applied }] = await Promise.all([
        store.begin(query('alice', undefined, READY_SEC)),
        store.change(status, look, { kind: 'starting', vmId: 'big-01', act: act('reaper', READY_SEC) }),
      ]);
      expect(await known(store, 'big-01')).toMatchObject({ lease, dueAtSec: lease.expiresAtSec });
      const { items } = await store.events({ vmId: 'big-01', limit: 10 });
      expect(items.filter(({ kind }) => kind === 'starting')).toHaveLength(applied ? 1 : 0);
    });
  });
}
