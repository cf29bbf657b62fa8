import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ExchangeRequest, Grant, LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, HOUR_SEC, INVENTORY, known, only, query, stop, wish } from './fixtures.ts';

const LIMIT_SEC = 600;

/** When the VM turns out to be of no use. */
const LATER_SEC = NOON_SEC + 90;

const KEY = { key: 'k-1', fingerprint: 'the same' };

function exchangeOf(grant: Grant, more: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return { grant, reason: 'it does not start', act: act('reaper', LATER_SEC), ...more };
}

/** The holder of a VM that can't be used gets another one. */
export function describeExchange(currentStore: CurrentStore): void {
  describe('exchange', () => {
    let store: LeaseStore;
    let grant: Grant;

    beforeEach(async () => {
      store = currentStore();
      grant = await store.acquire(wish('alice', { idempotency: KEY, sshPublicKey: 'ssh-ed25519 AAAA' }));
    });

    it('moves the lease to another VM, with its id, its key and its whole length', async () => {
      const next = await store.exchange(exchangeOf(grant));
      expect(next.vm.id).not.toBe(grant.vm.id);
      const times = { acquiredAtSec: LATER_SEC, expiresAtSec: LATER_SEC + HOUR_SEC };
      expect(next.lease).toEqual({ ...grant.lease, vmId: next.vm.id, ...times });
      expect(await store.find('alice', LATER_SEC)).toEqual(next);
      expect(await known(store, next.vm.id)).toMatchObject({ state: 'leased', lease: next.lease });
      expect(await countsOf(store, 'default', LATER_SEC)).toEqual(counted({ free: 1, leased: 1, quarantined: 1 }));
      expect((await only(store.due(LATER_SEC + HOUR_SEC, 10))).vm.id).toBe(next.vm.id);
    });

    it('quarantines the VM with the reason, and knows its use', async () => {
      await store.exchange(exchangeOf(grant));
      const status = await known(store, grant.vm.id);
      const use = { id: grant.lease.id, endedAtSec: LATER_SEC };
      expect(status).toMatchObject({ state: 'quarantined', reason: 'it does not start', use });
      expect(status).not.toHaveProperty('lease.id');
    });

    it('is on record with both VMs', async () => {
      const { vm, lease } = await store.exchange(exchangeOf(grant));
      const about = { userId: 'alice', leaseId: lease.id };
      const lastOf = async (vmId: string) => (await store.events({ vmId, limit: 1 })).items[0];
      const parting = { kind: 'exchanged', from: 'leased', to: 'quarantined', reason: 'it does not start' };
      expect(await lastOf(grant.vm.id)).toMatchObject({ ...parting, ...about });
      expect(await lastOf(vm.id)).toMatchObject({ kind: 'acquired', from: 'free', to: 'leased', ...about });
      const { items } = await store.events({ userId: 'alice', limit: 10 });
      expect(items.map(({ kind }) => kind).toSorted()).toEqual(['acquired', 'acquired', 'exchanged']);
    });

    it('leaves the key with the lease, for as long as it lasts now', async () => {
      const next = await store.exchange(exchangeOf(grant));
      const retry = (nowSec: number) => store.acquire(wish('alice', { idempotency: KEY, nowSec }));
      expect(await retry(LATER_SEC)).toEqual(next);
      const forgottenSec = next.lease.expiresAtSec + 7 * 24 * HOUR_SEC;
      await expect(retry(forgottenSec - 1)).rejects.toMatchObject({ code: 'idempotency_key_spent' });
    });

    it('lets the holder renew and release the lease as before', async () => {
      const next = await store.exchange(exchangeOf(grant));
      const termIn = () => ({ ttlSec: 2 * HOUR_SEC, maxSec: 9 * HOUR_SEC });
      const renewed = await store.renew({ ...query('alice', grant.lease.id, LATER_SEC), termIn });
      expect(renewed).toEqual({ ...next.lease, expiresAtSec: LATER_SEC + 2 * HOUR_SEC });
      const released = await store.release(query('alice', grant.lease.id, LATER_SEC));
      expect(released).toMatchObject({ vm: next.vm, state: 'checking', ended: renewed });
    });

    it('prefers a VM that runs, and starts one if it may', async () => {
      const others = ['vm-01', 'vm-02', 'vm-03'].filter((id) => id !== grant.vm.id) as [string, string];
      await stop(store, others[0]);
      const second = await store.exchange(exchangeOf(grant, { startLimitSec: LIMIT_SEC }));
      expect(second.vm.id).toBe(others[1]);
      expect(second.lease).not.toHaveProperty('startingTtlSec');
      const third = await store.exchange(exchangeOf(second, { startLimitSec: LIMIT_SEC }));
      const term = { startingTtlSec: HOUR_SEC, expiresAtSec: LATER_SEC + HOUR_SEC + LIMIT_SEC };
      expect(third).toMatchObject({ vm: { id: others[0] }, lease: { ...term, id: grant.lease.id } });
      expect(await only(store.due(LATER_SEC, 10))).toMatchObject({ lease: third.lease });
      const begun = await store.begin(query('alice', grant.lease.id, LATER_SEC + 60));
      expect(begun).toMatchObject({ vmId: others[0], expiresAtSec: LATER_SEC + 60 + HOUR_SEC });
    });

    it('leaves no VM behind whose readiness begins the time of the lease', async () => {
      for (const id of ['vm-01', 'vm-02', 'vm-03']) if (id !== grant.vm.id) await stop(store, id);
      const next = await store.exchange(exchangeOf(grant, { startLimitSec: LIMIT_SEC }));
      const late = query('alice', grant.lease.id, LATER_SEC + 60);
      expect(await store.begin({ ...late, vmId: grant.vm.id })).toEqual(next.lease);
      expect(await store.find('alice', LATER_SEC)).toEqual(next);
      expect(await store.begin({ ...late, vmId: next.vm.id })).not.toHaveProperty('startingTtlSec');
    });

    it('gives a lease that was never ready its whole length', async () => {
      await stop(store, 'big-01');
      const starting = await store.acquire(wish('bob', { pool: 'large', startLimitSec: LIMIT_SEC }));
      await store.sync([...INVENTORY, { ...starting.vm, id: 'big-02' }], act('reaper', NOON_SEC));
      const next = await store.exchange(exchangeOf(starting));
      expect(next).toMatchObject({ vm: { id: 'big-02' }, lease: { expiresAtSec: LATER_SEC + HOUR_SEC } });
      expect(next.lease).not.toHaveProperty('startingTtlSec');
    });

    it('ends the lease and quarantines the VM when no other one is free', async () => {
      const only = await store.acquire(wish('bob', { pool: 'large', idempotency: KEY }));
      await expect(store.exchange(exchangeOf(only))).rejects.toMatchObject({
        code: 'pool_empty',
        pool: 'large',
        counts: counted({ quarantined: 1 }),
      });
      expect(await store.find('bob', LATER_SEC)).toBeUndefined();
      expect(await known(store, 'big-01')).toMatchObject({ state: 'quarantined', reason: 'it does not start' });
      const { items } = await store.events({ vmId: 'big-01', limit: 1 });
      expect(items).toMatchObject([{ kind: 'quarantined', reason: 'it does not start', leaseId: only.lease.id }]);
      await expect(store.release(query('bob', only.lease.id, LATER_SEC))).rejects.toMatchObject({ code: 'no_lease' });
    });

    it('lets the holder whom no VM could serve try again with the same key', async () => {
      await store
        .exchange(exchangeOf(await store.acquire(wish('bob', { pool: 'large', idempotency: KEY }))))
        .catch(() => 0);
      const again = wish('bob', { idempotency: KEY, pool: 'large', nowSec: LATER_SEC });
      await expect(store.acquire(again)).rejects.toMatchObject({ code: 'pool_empty' });
      const elsewhere = wish('bob', { idempotency: KEY, nowSec: LATER_SEC });
      expect(await store.acquire(elsewhere)).toMatchObject({ lease: { id: elsewhere.leaseId } });
    });

    it('does not start a VM for a pool whose VMs always run', async () => {
      for (const id of ['vm-01', 'vm-02', 'vm-03']) if (id !== grant.vm.id) await stop(store, id);
      await expect(store.exchange(exchangeOf(grant))).rejects.toMatchObject({ code: 'pool_empty' });
    });

    it('drops a VM that has left the inventory', async () => {
      await store.sync(
        INVENTORY.filter(({ id }) => id !== grant.vm.id),
        act('reaper', NOON_SEC),
      );
      const next = await store.exchange(exchangeOf(grant));
      expect(await store.status(grant.vm.id)).toBeUndefined();
      expect(await store.find('alice', LATER_SEC)).toEqual(next);
    });

    it.each(['released', 'ended', 'exchanged'] as const)('is refused when the lease is %s', async (how) => {
      let nowSec = LATER_SEC;
      if (how === 'released') await store.release(query('alice'));
      if (how === 'exchanged') await store.exchange(exchangeOf(grant));
      if (how === 'ended') nowSec = grant.lease.expiresAtSec;
      const before = await store.statuses({ limit: 10 });
      const exchange = store.exchange(exchangeOf(grant, { act: act('reaper', nowSec) }));
      await expect(exchange).rejects.toMatchObject({ code: 'no_lease' });
      expect(await store.statuses({ limit: 10 })).toEqual(before);
    });

    it('is made once when two want it at the same moment', async () => {
      const exchanges = [1, 2, 3].map(() => store.exchange(exchangeOf(grant)));
      const outcomes = await Promise.allSettled(exchanges);
      const made = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(made).toHaveLength(1);
      for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'no_lease' });
      expect(await store.find('alice', LATER_SEC)).toEqual(made[0]);
      expect(await countsOf(store, 'default', LATER_SEC)).toEqual(counted({ free: 1, leased: 1, quarantined: 1 }));
    });

    it('and others who ask at the same moment never get the same VM', async () => {
      const users = ['bob', 'carol', 'dave'];
      const [next, ...lent] = await Promise.allSettled([
        store.exchange(exchangeOf(grant)),
        ...users.map((user) => store.acquire(wish(user, { nowSec: LATER_SEC }))),
      ]);
      const grants = [next, ...lent].flatMap((one) => (one.status === 'fulfilled' ? [one.value.vm.id] : []));
      expect(grants).toHaveLength(2);
      expect(new Set([...grants, grant.vm.id]).size).toBe(3);
    });

    it('never leaves a lease behind that its holder releases at the same moment', async () => {
      const [, released] = await Promise.allSettled([
        store.exchange(exchangeOf(grant)),
        store.release(query('alice', grant.lease.id, LATER_SEC)),
      ]);
      expect(released.status).toBe('fulfilled');
      expect(await store.find('alice', LATER_SEC)).toBeUndefined();
      expect(await countsOf(store, 'default', LATER_SEC)).toMatchObject({ leased: 0 });
    });

    it('keeps a renewal that comes at the same moment', async () => {
      const termIn = () => ({ ttlSec: 2 * HOUR_SEC, maxSec: 9 * HOUR_SEC });
      const renewal = store.renew({ ...query('alice', grant.lease.id, LATER_SEC), termIn });
      const [next, renewed] = await Promise.all([store.exchange(exchangeOf(grant)), renewal]);
      const { lease } = (await store.find('alice', LATER_SEC)) ?? {};
      expect(lease).toMatchObject({ id: grant.lease.id, vmId: next.vm.id });
      expect(lease?.expiresAtSec).toBe(Math.max(next.lease.expiresAtSec, renewed.expiresAtSec));
      expect(await known(store, next.vm.id)).toMatchObject({ lease });
    });
  });
}
