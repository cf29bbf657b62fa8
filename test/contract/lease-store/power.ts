import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { known, someEvent, stop, wish } from './fixtures.ts';

/** What a tick needs that stops and starts VMs. */
export function describePower(currentStore: CurrentStore): void {
  describe('free', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    const byId = (one: { vm: { id: string } }, other: { vm: { id: string } }) => (one.vm.id < other.vm.id ? -1 : 1);

    it('has every free VM of the pool, running or stopped, as it is', async () => {
      await stop(store, 'vm-01');
      const free = (await store.free('default')).toSorted(byId);
      expect(free).toEqual([await known(store, 'vm-01'), await known(store, 'vm-02'), await known(store, 'vm-03')]);
      expect(free[0]).toMatchObject({ stopped: true, freeSinceSec: NOON_SEC });
    });

    it('has no other VM', async () => {
      const { vm } = await store.acquire(wish('alice'));
      const checking = await known(store, 'big-01');
      const change = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC } as const;
      await store.change(checking, change, someEvent(checking));
      expect((await store.free('default')).map((status) => status.vm.id)).not.toContain(vm.id);
      expect(await store.free('large')).toEqual([]);
      expect(await store.free('huge')).toEqual([]);
    });

    it('has statuses that a change may start from', async () => {
      const [status] = await store.free('large');
      if (status === undefined) throw new Error('no VM is free');
      const claim = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC + 60 } as const;
      const claims = [1, 2].map(() => store.change(status, claim, someEvent(status)));
      expect((await Promise.all(claims)).map(({ applied }) => applied).toSorted()).toEqual([false, true]);
      await expect(store.acquire(wish('alice', { pool: 'large' }))).rejects.toMatchObject({ code: 'pool_empty' });
    });

    it('never has a VM that is claimed to be stopped while somebody gets it', async () => {
      const [status] = await store.free('large');
      if (status === undefined) throw new Error('no VM is free');
      const claim = { state: 'checking', failures: 0, draining: false, dueAtSec: NOON_SEC + 60 } as const;
      const [claimed, lent] = await Promise.allSettled([
        store.change(status, claim, someEvent(status)),
        store.acquire(wish('alice', { pool: 'large' })),
      ]);
      const isClaimed = claimed.status === 'fulfilled' && claimed.value.applied;
      expect(isClaimed).toBe(lent.status === 'rejected');
    });
  });

  describe('the time that VMs were stopped', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('is nothing in the beginning', async () => {
      await store.addStoppedTime(new Map([['default', 0]]), NOON_SEC);
      expect(await store.savings()).toEqual(new Map());
    });

    it('adds up, for each pool, from look to look', async () => {
      await store.addStoppedTime(new Map([['default', 2]]), NOON_SEC);
      await store.addStoppedTime(
        new Map([
          ['default', 2],
          ['large', 1],
        ]),
        NOON_SEC + 60,
      );
      await store.addStoppedTime(new Map([['large', 1]]), NOON_SEC + 90);
      expect(await store.savings()).toEqual(
        new Map([
          ['default', { stopped: 0, stoppedSec: 120 }],
          ['large', { stopped: 1, stoppedSec: 90 }],
        ]),
      );
    });

    it('counts once when several look at the same moment', async () => {
      await store.addStoppedTime(new Map([['default', 2]]), NOON_SEC);
      const look = (nowSec: number) => store.addStoppedTime(new Map([['default', 2]]), nowSec);
      await Promise.all([look(NOON_SEC + 60), look(NOON_SEC + 60), look(NOON_SEC + 60)]);
      await Promise.all([look(NOON_SEC + 120), look(NOON_SEC + 119)]);
      expect(await store.savings()).toEqual(new Map([['default', { stopped: 2, stoppedSec: 240 }]]));
    });
  });
}
