import { beforeEach, describe, expect, it } from '@jest/globals';
import { gone, vacated } from '../../../lambda/pool/life.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { NOON_SEC, someVms } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, INVENTORY, query, someEvent, wish } from './fixtures.ts';

/** The VMs of the store become those of the inventory. */
export function describeSync(currentStore: CurrentStore): void {
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
      expect(answers).toEqual([released, released]);
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

    it('does no harm when it runs twice at once', async () => {
      const more = [...someVms(9), ...someVms(1, 'large', 'big')];
      await Promise.all([store.sync(more, act('reaper', NOON_SEC)), store.sync(more, act('reaper', NOON_SEC))]);
      expect(await countsOf(store)).toEqual(counted({ free: 9 }));
    });
  });
}
