import { beforeEach, describe, expect, it } from '@jest/globals';
import { PoolWouldEmpty } from '../../../lambda/pool/inventory.ts';
import type { VmChange } from '../../../lambda/pool/life.ts';
import { gone, vacated } from '../../../lambda/pool/life.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import type { StoreFactory } from '../../support/pool/lending.ts';
import { NOON_SEC, someVms } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, INVENTORY, known, query, someEvent, TO_FREE, wish } from './fixtures.ts';

/** The VMs of the store become those of the inventory. */
export function describeSync(currentStore: CurrentStore, makeStore: StoreFactory): void {
  describe('sync', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    const [first, second, third] = someVms(3) as [Vm, Vm, Vm];

    it('changes nothing when the inventory has not changed', async () => {
      const grant = await store.acquire(wish('alice'));
      await store.sync(INVENTORY, act('reaper', NOON_SEC));
      expect(await store.find('alice', NOON_SEC)).toEqual(grant);
      expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
    });

    it('adds VMs, and the pools that come with them', async () => {
      const more = [...INVENTORY, ...someVms(1, 'arm', 'arm')];
      await store.sync(more, act('reaper', NOON_SEC));
      expect((await store.acquire(wish('alice', { pool: 'arm' }))).vm.id).toBe('arm-01');
    });

    it('removes a free VM at once, and a leased VM when it is given back', async () => {
      const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
      await store.sync([first], act('reaper', NOON_SEC));
      expect(await countsOf(store)).toEqual(counted({ free: 1 }));
      expect(await store.status(second.id)).toBeUndefined();
      expect((await store.find('alice', NOON_SEC))?.vm).toEqual(vm);
      const lease = (await store.find('alice', NOON_SEC))?.lease;
      const answers = [await store.release(query('alice')), await store.release(query('alice', lease?.id))];
      const released = { ...gone(vm), leaseId: lease?.id };
      expect(answers).toEqual([{ ...released, ended: lease }, released]);
      expect(await store.status(vm.id)).toBeUndefined();
      expect(await countsOf(store, 'large')).toEqual(counted({}));
    });

    it("changes a leased VM that is gone once, so that an earlier decision can't free it", async () => {
      const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
      const before = await store.status(vm.id);
      if (before === undefined) throw new Error('no VM');
      await store.sync(someVms(3), act('reaper', NOON_SEC));
      await store.sync(someVms(3), act('reaper', NOON_SEC));
      const { applied } = await store.change(before, vacated(before, NOON_SEC), someEvent(before));
      expect(applied).toBe(false);
      const { items } = await store.events({ vmId: vm.id, limit: 10 });
      expect(items.map(({ kind }) => kind)).toEqual(['changed', 'acquired', 'added']);
    });

    it('keeps a VM that comes back before it was removed', async () => {
      const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
      await store.sync(someVms(3), act('reaper', NOON_SEC));
      await store.sync([...someVms(3), vm], act('reaper', NOON_SEC));
      expect(await store.release(query('alice'))).toMatchObject({ state: 'checking' });
    });

    it('shows a new address to everybody, also to the holder of a lease', async () => {
      const { vm } = await store.acquire(wish('alice', { pool: 'large' }));
      const moved = [first, second, third, vm].map((one) => ({ ...one, ip: '198.51.100.7' }));
      await store.sync(moved, act('reaper', NOON_SEC));
      expect((await store.find('alice', NOON_SEC))?.vm.ip).toBe('198.51.100.7');
      expect((await store.acquire(wish('bob'))).vm.ip).toBe('198.51.100.7');
      expect(await store.release(query('alice'))).toMatchObject({ vm: { ip: '198.51.100.7' } });
    });

    it('no longer lends a VM that is gone, and lends a moved VM only from its new pool', async () => {
      await store.sync([{ ...first, pool: 'large' }, second], act('reaper', NOON_SEC));
      expect((await store.acquire(wish('alice'))).vm.id).toBe(second.id);
      await expect(store.acquire(wish('bob'))).rejects.toMatchObject({ code: 'pool_empty' });
      expect((await store.acquire(wish('bob', { pool: 'large' }))).vm.id).toBe(first.id);
    });

    describe('with a provider whose VMs are checked before their first user', () => {
      const asked: string[] = [];
      const arrival = ({ id }: Vm, wasLent: boolean): VmChange => {
        asked.push(`${id} ${wasLent ? 'may have been lent' : 'is new'}`);
        const closedAtSec = wasLent ? NOON_SEC + 360 : undefined;
        return { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC + 30, closedAtSec };
      };

      beforeEach(() => {
        asked.length = 0;
      });

      it('adds a VM that waits for its check', async () => {
        await store.sync([...INVENTORY, ...someVms(1, 'arm', 'arm')], act('reaper', NOON_SEC), { arrival });
        expect(asked).toEqual(['arm-01 is new']);
        const status = await known(store, 'arm-01');
        const place = { state: 'checking', dueAtSec: NOON_SEC + 30 };
        expect(status).toMatchObject({ ...place, failures: 0, draining: false, retired: false });
        expect(await countsOf(store, 'arm')).toEqual(counted({ checking: 1 }));
        expect(await store.due(NOON_SEC + 29, 10)).toEqual([]);
        expect(await store.due(NOON_SEC + 30, 10)).toEqual([status]);
        await expect(store.acquire(wish('alice', { pool: 'arm' }))).rejects.toMatchObject({ code: 'pool_empty' });
        const { items } = await store.events({ vmId: 'arm-01', limit: 10 });
        expect(items).toMatchObject([{ kind: 'added', to: 'checking' }]);
        await store.change(status, TO_FREE, someEvent(status));
        expect((await store.acquire(wish('alice', { pool: 'arm' }))).vm.id).toBe('arm-01');
      });

      it('knows a VM that comes back from one that was never there', async () => {
        const empty = await makeStore();
        const inventories = [someVms(2), someVms(2).slice(1), someVms(3)];
        for (const vms of inventories) await empty.sync(vms, act('reaper', NOON_SEC), { arrival });
        expect(asked.toSorted()).toEqual(['vm-01 is new', 'vm-01 may have been lent', 'vm-02 is new', 'vm-03 is new']);
      });

      it('checks a free VM again whose address has changed', async () => {
        const moved = { ...first, ip: '198.51.100.7' };
        await store.sync([moved, ...INVENTORY.slice(1)], act('reaper', NOON_SEC), { arrival });
        expect(asked).toEqual([`${first.id} is new`]);
        expect(await known(store, first.id)).toMatchObject({ vm: moved, state: 'checking' });
        expect(await countsOf(store)).toEqual(counted({ free: 2, checking: 1 }));
        const lent = [await store.acquire(wish('alice')), await store.acquire(wish('bob'))];
        expect(lent.map(({ vm }) => vm.id).sort()).toEqual([second.id, third.id]);
        const { items } = await store.events({ vmId: first.id, limit: 10 });
        expect(items.at(0)).toMatchObject({ kind: 'changed', from: 'free', to: 'checking' });
      });

      it('checks a free VM in its new pool', async () => {
        await store.sync([{ ...first, pool: 'large' }, ...INVENTORY.slice(1)], act('reaper', NOON_SEC), { arrival });
        expect(await countsOf(store)).toEqual(counted({ free: 2 }));
        expect(await countsOf(store, 'large')).toEqual(counted({ free: 1, checking: 1 }));
      });

      it.each(['leased', 'checking', 'quarantined'] as const)(
        'leaves a VM that is %s where it is when its address changes',
        async (state) => {
          await store.acquire(wish('alice', { pool: 'large' }));
          if (state !== 'leased') await store.release(query('alice'));
          if (state === 'quarantined') {
            const checking = await known(store, 'big-01');
            const change = { state, failures: 3, draining: false, reason: 'disk full', closedAtSec: NOON_SEC + 9 };
            await store.change(checking, change, someEvent(checking));
          }
          const { version: before, ...kept } = await known(store, 'big-01');
          const inventory = INVENTORY.map((vm) => ({ ...vm, ip: vm.pool === 'large' ? '198.51.100.7' : vm.ip }));
          await store.sync(inventory, act('reaper', NOON_SEC), { arrival });
          const now = await known(store, 'big-01');
          expect(now).toMatchObject({ ...kept, vm: { ip: '198.51.100.7' } });
          expect(now.version).not.toBe(before);
          expect(asked).toEqual([]);
        },
      );
    });

    describe('that would empty a pool', () => {
      const options = { mayEmptyPools: false };

      it('is refused, and changes nothing', async () => {
        const statuses = await store.statuses({ limit: 10 });
        const few = [third, ...someVms(1, 'arm', 'arm'), ...someVms(1, 'large', 'big')];
        const sync = store.sync(few, act('reaper', NOON_SEC), options);
        await expect(sync).rejects.toThrow(PoolWouldEmpty);
        await expect(sync).rejects.toMatchObject({ losses: [{ pool: 'default', leaving: 2, total: 3 }] });
        expect(await store.statuses({ limit: 10 })).toEqual(statuses);
        expect((await store.counts(NOON_SEC)).has('arm')).toBe(false);
        expect((await store.events({ vmId: first.id, limit: 10 })).items).toHaveLength(1);
        expect((await store.events({ vmId: 'arm-01', limit: 10 })).items).toEqual([]);
      });

      it('is made when an operator has confirmed it', async () => {
        await expect(store.sync([third], act('reaper', NOON_SEC), options)).rejects.toThrow(PoolWouldEmpty);
        expect(await store.sync([third], act('reaper', NOON_SEC), { mayEmptyPools: true })).toMatchObject({
          changes: 3,
        });
        expect((await store.statuses({ limit: 10 })).items.map(({ vm }) => vm.id)).toEqual([third.id]);
      });

      it('is refused again after a sync in between', async () => {
        await expect(store.sync([third], act('reaper', NOON_SEC), options)).rejects.toThrow(PoolWouldEmpty);
        expect(await store.sync(INVENTORY, act('reaper', NOON_SEC), options)).toMatchObject({ left: 0 });
        await expect(store.sync([third], act('reaper', NOON_SEC), options)).rejects.toThrow(PoolWouldEmpty);
      });

      it('does not count a VM that has left already but is still leased', async () => {
        await store.acquire(wish('alice', { pool: 'large' }));
        const inventory = [...someVms(3), ...someVms(1, 'large', 'new')];
        await store.sync(inventory, act('reaper', NOON_SEC));
        expect(await store.sync(inventory, act('reaper', NOON_SEC), options)).toMatchObject({ left: 0 });
      });
    });

    it('never applies a decision about a VM that has left to the one that comes back under its id', async () => {
      await store.acquire(wish('alice', { pool: 'large' }));
      const before = await store.release(query('alice'));
      await store.sync(someVms(3), act('reaper', NOON_SEC));
      await store.sync(INVENTORY, act('reaper', NOON_SEC));
      for (const userId of ['bob', 'carol']) {
        const { applied } = await store.change(before, TO_FREE, someEvent(before));
        expect(applied).toBe(false);
        await store.acquire(wish(userId, { pool: 'large' }));
        const status = await store.release(query(userId));
        await store.change(status, TO_FREE, someEvent(status));
      }
    });

    it('does no harm when it runs twice at once', async () => {
      const more = [...someVms(9), ...someVms(1, 'large', 'big')];
      await Promise.all([store.sync(more, act('reaper', NOON_SEC)), store.sync(more, act('reaper', NOON_SEC))]);
      expect(await countsOf(store)).toEqual(counted({ free: 9 }));
    });
  });
}
