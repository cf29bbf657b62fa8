import { beforeEach, describe, expect, it } from '@jest/globals';
import { checked } from '../../../lambda/pool/checking.ts';
import type { VmChange } from '../../../lambda/pool/life.ts';
import { vacated } from '../../../lambda/pool/life.ts';
import { ordered } from '../../../lambda/pool/orders.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { CHECKS, NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, END_SEC, HOUR_SEC, known, query, someEvent, TO_FREE, wish } from './fixtures.ts';

/** A VM gets its next status, unless it has changed since it was read. */
export function describeChange(currentStore: CurrentStore): void {
  describe('change', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    let checking: VmStatus;

    beforeEach(async () => {
      await store.acquire(wish('alice', { pool: 'large' }));
      checking = await store.release(query('alice'));
    });

    it('frees a VM, so that it is lent again', async () => {
      const { applied, status } = await store.change(checking, TO_FREE, someEvent(checking));
      expect({ applied, state: status.state }).toEqual({ applied: true, state: 'free' });
      expect(await store.due(END_SEC, 10)).toEqual([]);
      expect((await store.acquire(wish('bob', { pool: 'large' }))).vm.id).toBe('big-01');
    });

    it.each(['checking', 'quarantined', 'drained'] as const)('never lends a VM that is %s', async (state) => {
      const change: VmChange = { state, failures: 1, draining: false, dueAtSec: NOON_SEC, reason: 'disk full' };
      await store.change(checking, change, someEvent(checking));
      await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({
        code: 'pool_empty',
        counts: counted({ [state]: 1 }),
      });
      expect(await store.status('big-01')).toMatchObject({ state, reason: 'disk full' });
    });

    const times = { closedAtSec: NOON_SEC + 370, waitUntilSec: NOON_SEC + 100, resetUntilSec: NOON_SEC + 30 };

    it.each(['checking', 'quarantined', 'drained'] as const)(
      'keeps of a VM that is %s when it is closed, how long it waits, and how long its reset runs',
      async (state) => {
        const dueAtSec = state === 'checking' ? NOON_SEC : undefined;
        const change: VmChange = { state, failures: 0, draining: false, dueAtSec, ...times };
        const { status } = await store.change(checking, change, someEvent(checking));
        expect(status).toMatchObject(times);
        expect(await known(store, 'big-01')).toEqual(status);
        expect((await store.statuses({ limit: 10 })).items.find(({ vm }) => vm.id === 'big-01')).toEqual(status);
      },
    );

    it('forgets what a change does not keep', async () => {
      const change: VmChange = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC, ...times };
      const { status } = await store.change(checking, change, someEvent(checking));
      await store.change(status, TO_FREE, someEvent(status));
      const forgotten = { closedAtSec: undefined, waitUntilSec: undefined, resetUntilSec: undefined };
      expect({ ...forgotten, ...(await known(store, 'big-01')) }).toMatchObject({ state: 'free', ...forgotten });
      await store.acquire(wish('bob', { pool: 'large' }));
      expect({ ...forgotten, ...(await known(store, 'big-01')) }).toMatchObject({ state: 'leased', ...forgotten });
    });

    it.each(['reset_started', 'waiting'] as const)(
      'is on record as %s, though the VM stays in its state',
      async (kind) => {
        const { applied, status } = await store.change(
          checking,
          { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC + 30 },
          { ...someEvent(checking), kind, reason: 'the disk is being replaced' },
        );
        expect({ applied, dueAtSec: status.dueAtSec }).toEqual({ applied: true, dueAtSec: NOON_SEC + 30 });
        const { items } = await store.events({ vmId: 'big-01', limit: 1 });
        expect(items).toMatchObject([{ kind, from: 'checking', to: 'checking', reason: 'the disk is being replaced' }]);
      },
    );

    it('without an event leaves none', async () => {
      const { items: before } = await store.events({ vmId: 'big-01', limit: 10 });
      const change: VmChange = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC + 30 };
      const { applied, status } = await store.change(checking, change);
      expect({ applied, dueAtSec: status.dueAtSec }).toEqual({ applied: true, dueAtSec: NOON_SEC + 30 });
      expect(await known(store, 'big-01')).toEqual(status);
      expect((await store.events({ vmId: 'big-01', limit: 10 })).items).toEqual(before);
    });

    it('makes a free VM unavailable', async () => {
      const { status } = await store.change(checking, TO_FREE, someEvent(checking));
      await store.change(
        status,
        { state: 'drained', failures: 0, draining: true, reason: 'repair' },
        someEvent(status),
      );
      await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toMatchObject({ code: 'pool_empty' });
    });

    it('is applied once when two calls make it at once', async () => {
      const [one, other] = await Promise.all([
        store.change(checking, TO_FREE, someEvent(checking)),
        store.change(checking, TO_FREE, someEvent(checking)),
      ]);
      expect([one.applied, other.applied].sort()).toEqual([false, true]);
      expect(await countsOf(store, 'large')).toEqual(counted({ free: 1 }));
    });

    it('is not applied when it comes too late, so that a leased VM stays leased', async () => {
      await store.change(checking, TO_FREE, someEvent(checking));
      const { lease } = await store.acquire(wish('bob', { pool: 'large' }));
      const late = await store.change(checking, TO_FREE, someEvent(checking));
      expect(late).toMatchObject({ applied: false, status: { state: 'leased', lease } });
      expect((await store.find('bob', NOON_SEC))?.lease).toEqual(lease);
    });

    it('keeps the reason of a drain through the release until the VM is drained', async () => {
      const { vm, lease } = await store.acquire(wish('bob'));
      const leased = await known(store, vm.id);
      await store.change(leased, ordered(leased, 'drain', 'repair', NOON_SEC), someEvent(leased));
      expect(await store.status(vm.id)).toMatchObject({ state: 'leased', draining: true, reason: 'repair' });
      const vacant = await store.release(query('bob'));
      expect(vacant).toMatchObject({ state: 'checking', draining: true, reason: 'repair' });
      expect(vacant).toEqual({ ...(await store.status(vm.id)), leaseId: lease.id, ended: lease });
      await store.change(vacant, checked(vacant, { passed: true }, NOON_SEC * 1000, CHECKS), someEvent(vacant));
      expect(await store.status(vm.id)).toMatchObject({ state: 'drained', reason: 'repair' });
    });

    it('forgets the reason of a drain that is withdrawn while the VM is leased', async () => {
      const { vm } = await store.acquire(wish('bob'));
      const leased = await known(store, vm.id);
      await store.change(leased, ordered(leased, 'drain', 'repair', NOON_SEC), someEvent(leased));
      const wanted = await known(store, vm.id);
      await store.change(wanted, ordered(wanted, 'return', 'mended', NOON_SEC), someEvent(wanted));
      expect((await known(store, vm.id)).reason).toBeUndefined();
      expect((await store.release(query('bob'))).reason).toBeUndefined();
    });

    it('ends a live lease when the VM is taken from its holder', async () => {
      const { vm } = await store.acquire(wish('bob'));
      const leased = await store.status(vm.id);
      if (leased === undefined) throw new Error('the VM is gone');
      await store.change(leased, vacated(leased, NOON_SEC), someEvent(leased));
      expect(await store.find('bob', NOON_SEC)).toBeUndefined();
    });

    it('to a VM whose lease has ended leaves the new lease of its user alone', async () => {
      const first = await store.acquire(wish('bob'));
      const second = await store.acquire(wish('bob', { nowSec: END_SEC, expiresAtSec: END_SEC + HOUR_SEC }));
      const old = await store.status(first.vm.id);
      if (old?.state === 'leased')
        await store.change(old, vacated(old, END_SEC), {
          ...someEvent(old),
          act: act('reaper', END_SEC),
        });
      const { vm, lease } = second;
      expect(await store.find('bob', END_SEC)).toEqual({ vm, lease });
    });
  });
}
