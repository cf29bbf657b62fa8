import { beforeEach, describe, expect, it } from '@jest/globals';
import type { VmChange } from '../../../lambda/pool/life.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { END_SEC, only, query, someEvent, wish } from './fixtures.ts';

/** What the reaper finds: ended leases and due checks. */
export function describeDue(currentStore: CurrentStore): void {
  describe('due', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('has a lease from the second of its end on, with the status that the reaper needs', async () => {
      const { vm, lease } = await store.acquire(wish('alice', { expiresAtSec: NOON_SEC + 10 }));
      await store.acquire(wish('bob'));
      expect(await store.due(NOON_SEC + 9, 10)).toEqual([]);
      const status = await only(store.due(NOON_SEC + 10, 10));
      expect(status).toMatchObject({ vm, lease, state: 'leased', draining: false, retired: false });
      expect(await store.status(vm.id)).toEqual(status);
    });

    it('has the longest overdue first, up to the limit', async () => {
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

    it('has a check from its due time on', async () => {
      await store.acquire(wish('alice'));
      const status = await store.release(query('alice'));
      const later: VmChange = {
        state: 'checking',
        failures: 1,
        draining: false,
        dueAtSec: NOON_SEC + 30,
        reason: 'disk full',
      };
      const { status: waiting } = await store.change(status, later, someEvent(status));
      expect(waiting).toMatchObject({ ...later });
      expect(await store.due(NOON_SEC + 29, 10)).toEqual([]);
      expect(await only(store.due(NOON_SEC + 30, 10))).toEqual(waiting);
    });
  });
}
