import { beforeEach, describe, expect, it } from '@jest/globals';
import { checked } from '../../../lambda/pool/checking.ts';
import type { SyncOptions } from '../../../lambda/pool/inventory.ts';
import { MISSED_SEC, PoolWouldEmpty } from '../../../lambda/pool/inventory.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { CHECKS, NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, INVENTORY, known, query, someEvent, stop, wish } from './fixtures.ts';

/** A search for VMs may miss one for a moment, and finds one again at another address. */
export function describeMissing(currentStore: CurrentStore): void {
  describe('sync with VMs that a search finds', () => {
    let store: LeaseStore;
    const arrivals: string[] = [];
    const options: SyncOptions = {
      isPatient: ({ pool }) => pool === 'default',
      arrival: ({ id }, wasLent) => {
        arrivals.push(wasLent ? `${id}, perhaps used` : id);
        return { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC };
      },
    };
    const without = (...ids: string[]) => INVENTORY.filter(({ id }) => !ids.includes(id));
    const sync = (inventory: readonly Vm[], nowSec = NOON_SEC, more: SyncOptions = {}) => {
      return store.sync(inventory, act('reaper', nowSec), { ...options, ...more });
    };
    const kinds = async (vmId: string) => {
      return (await store.events({ vmId, limit: 10 })).items.map(({ kind }) => kind).toReversed();
    };

    beforeEach(() => {
      store = currentStore();
      arrivals.length = 0;
    });

    it('keeps a VM that one look missed, as free as it was', async () => {
      expect(await sync(without('vm-01'))).toEqual({ changes: 1, left: 1 });
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'free', missingSinceSec: NOON_SEC });
      expect((await store.free('default')).find(({ vm }) => vm.id === 'vm-01')).toEqual(await known(store, 'vm-01'));
      expect(await countsOf(store)).toEqual(counted({ free: 3 }));
      for (const user of ['alice', 'bob', 'carol']) await store.acquire(wish(user));
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'leased', missingSinceSec: NOON_SEC });
    });

    it('removes a VM that a later look missed too', async () => {
      await sync(without('vm-01'));
      expect(await sync(without('vm-01'), NOON_SEC + MISSED_SEC - 1)).toEqual({ changes: 0, left: 1 });
      expect(await sync(without('vm-01'), NOON_SEC + MISSED_SEC)).toEqual({ changes: 1, left: 0 });
      expect(await store.status('vm-01')).toBeUndefined();
      expect(await kinds('vm-01')).toEqual(['added', 'missed', 'removed']);
      expect(await sync(without('vm-01'), NOON_SEC + 60)).toEqual({ changes: 0, left: 0 });
    });

    it('lets a leased VM go that two looks missed when it is given back', async () => {
      const { vm } = await store.acquire(wish('alice'));
      for (const nowSec of [NOON_SEC, NOON_SEC + MISSED_SEC]) await sync(without(vm.id), nowSec);
      expect(await known(store, vm.id)).toMatchObject({ state: 'leased', retired: true });
      expect(await kinds(vm.id)).toEqual(['added', 'acquired', 'missed', 'changed']);
      await store.release(query('alice'));
      expect(await store.status(vm.id)).toBeUndefined();
    });

    it('forgets that a VM was missed when it is found again', async () => {
      await sync(without('vm-01'));
      expect(await sync(INVENTORY, NOON_SEC + 60)).toEqual({ changes: 1, left: 0 });
      const status = await known(store, 'vm-01');
      expect(status).toMatchObject({ state: 'free' });
      expect(status.missingSinceSec).toBeUndefined();
      expect(await kinds('vm-01')).toEqual(['added', 'missed', 'found']);
      await sync(without('vm-01'), NOON_SEC + 120);
      expect(await known(store, 'vm-01')).toMatchObject({ missingSinceSec: NOON_SEC + 120 });
      expect(arrivals).toEqual([]);
    });

    it('knows for how long a VM was missed, whatever happens to it meanwhile', async () => {
      const { vm } = await store.acquire(wish('alice'));
      await sync(without(vm.id));
      const released = await store.release(query('alice', undefined, NOON_SEC + 1));
      const after = checked(released, { passed: true }, (NOON_SEC + 2) * 1000, CHECKS);
      const current = await known(store, vm.id);
      expect(current).toMatchObject({ state: 'checking', missingSinceSec: NOON_SEC });
      await store.change(current, after, someEvent(current));
      expect(await known(store, vm.id)).toMatchObject({ state: 'free', missingSinceSec: NOON_SEC });
      await sync(without(vm.id), NOON_SEC + MISSED_SEC);
      expect(await store.status(vm.id)).toBeUndefined();
    });

    it('drops a VM of a listed pool at once', async () => {
      await sync(without('big-01'));
      expect(await store.status('big-01')).toBeUndefined();
    });

    it('keeps a free VM free that it finds at another address', async () => {
      await stop(store, 'vm-01');
      const before = await known(store, 'vm-01');
      const moved = INVENTORY.map((vm) => (vm.id === 'vm-01' ? { ...vm, ip: '198.51.100.7' } : vm));
      await sync(moved);
      const { version, ...kept } = before;
      const now = await known(store, 'vm-01');
      expect(now).toMatchObject({ ...kept, vm: { ...kept.vm, ip: '198.51.100.7' } });
      expect(now.version).not.toBe(version);
      expect(await kinds('vm-01')).toEqual(['added', 'stopping', 'stopped', 'changed']);
      expect(arrivals).toEqual([]);
    });

    const changed = (other: Partial<Vm>) => INVENTORY.map((vm) => (vm.id === 'vm-01' ? { ...vm, ...other } : vm));

    it.each([{ port: 2222 }, { username: 'root' }])('checks a free VM anew with %j', async (other) => {
      await sync(changed(other));
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'checking' });
      expect(arrivals).toEqual(['vm-01']);
    });

    it('resets a free VM by the rules of its new pool, which may ask for more', async () => {
      const both = { isPatient: () => true };
      await sync(changed({ pool: 'large' }), NOON_SEC, both);
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'checking', vm: { pool: 'large' } });
      expect(arrivals).toEqual(['vm-01, perhaps used']);
    });

    it('leaves a used VM to its pool until its reset is over', async () => {
      const both = { isPatient: () => true };
      const free = await known(store, 'vm-01');
      const use = { id: 'l-1', endedAtSec: NOON_SEC };
      const used = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC, use } as const;
      const { status } = await store.change(free, used, someEvent(free));
      await sync(changed({ pool: 'large' }), NOON_SEC, both);
      expect(await known(store, 'vm-01')).toEqual(status);
      await store.change(status, checked(status, { passed: true }, NOON_SEC * 1000, CHECKS), someEvent(status));
      await sync(changed({ pool: 'large' }), NOON_SEC, both);
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'checking', vm: { pool: 'large' } });
    });

    it('moves a used VM at once whose old pool is no more', async () => {
      const free = await known(store, 'vm-01');
      const use = { id: 'l-1', endedAtSec: NOON_SEC };
      const used = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC, use } as const;
      await store.change(free, used, someEvent(free));
      await sync(changed({ pool: 'large' }), NOON_SEC, { isPatient: ({ pool }) => pool === 'large' });
      expect(await known(store, 'vm-01')).toMatchObject({ state: 'checking', use, vm: { pool: 'large' } });
    });

    it('keeps host keys that a check has learnt', async () => {
      const hostKeys = ['ssh-ed25519 AAAA'];
      const free = await known(store, 'vm-01');
      const checking = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC } as const;
      const { status } = await store.change(free, checking, someEvent(free));
      const passed = checked(status, { passed: true, hostKeys }, NOON_SEC * 1000, CHECKS);
      const { status: learnt } = await store.change(status, passed, someEvent(status));
      expect(learnt.vm).toEqual({ ...INVENTORY[0], hostKeys });
      await sync(INVENTORY.map((vm) => ({ ...vm, ip: '198.51.100.7' })));
      const moved = { ...INVENTORY[0], ip: '198.51.100.7', hostKeys };
      expect(await known(store, 'vm-01')).toMatchObject({ vm: moved });
      await sync(INVENTORY.map((vm) => ({ ...vm, ip: '198.51.100.7', port: 2222 })));
      expect(await known(store, 'vm-01')).toMatchObject({ vm: { ...moved, port: 2222 } });
    });

    it('forgets host keys where a change says so', async () => {
      const free = await known(store, 'vm-01');
      const checking = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC } as const;
      const { status } = await store.change(free, { ...checking, hostKeys: ['ssh-ed25519 AAAA'] }, someEvent(free));
      await store.change(status, { ...checking, hostKeys: [] }, someEvent(status));
      expect((await known(store, 'vm-01')).vm).toEqual({ ...INVENTORY[0], hostKeys: [] });
    });

    it('shows the holder of a lease the host keys beside the new address', async () => {
      const learn = async (status: VmStatus) => {
        const checking = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC } as const;
        const { status: waits } = await store.change(status, checking, someEvent(status));
        const passed = checked(waits, { passed: true, hostKeys: ['ssh-ed25519 AAAA'] }, NOON_SEC * 1000, CHECKS);
        await store.change(waits, passed, someEvent(waits));
      };
      for (const status of await store.free('default')) await learn(status);
      const { vm } = await store.acquire(wish('alice'));
      expect(vm.hostKeys).toEqual(['ssh-ed25519 AAAA']);
      await sync(INVENTORY.map((one) => ({ ...one, ip: '198.51.100.7' })));
      expect((await store.find('alice', NOON_SEC))?.vm).toEqual({ ...vm, ip: '198.51.100.7' });
    });

    it('is not stopped by VMs that surely no longer exist', async () => {
      const gone = new Set(['vm-01', 'vm-02']);
      const guarded = { mayEmptyPools: false };
      await expect(sync(without('vm-01', 'vm-02'), NOON_SEC, guarded)).rejects.toThrow(PoolWouldEmpty);
      expect(await sync(without('vm-01', 'vm-02'), NOON_SEC, { ...guarded, gone })).toEqual({ changes: 2, left: 2 });
      await sync(without('vm-01', 'vm-02'), NOON_SEC + MISSED_SEC, { ...guarded, gone });
      expect(await countsOf(store)).toEqual(counted({ free: 1 }));
    });

    it('does not let VMs that are gone hide that others are missing', async () => {
      const gone = new Set(['vm-01', 'vm-02']);
      const refused = sync(without('vm-01', 'vm-02', 'vm-03'), NOON_SEC, { mayEmptyPools: false, gone });
      await expect(refused).rejects.toMatchObject({ losses: [{ pool: 'default', leaving: 1, total: 1 }] });
      expect(await kinds('vm-01')).toEqual(['added']);
    });

    it('counts a VM that one look missed as missing in the next one too', async () => {
      await sync(without('vm-01'), NOON_SEC, { mayEmptyPools: false });
      const refused = sync(without('vm-01', 'vm-02'), NOON_SEC + 60, { mayEmptyPools: false });
      await expect(refused).rejects.toMatchObject({ losses: [{ pool: 'default', leaving: 2, total: 3 }] });
    });
  });
}
