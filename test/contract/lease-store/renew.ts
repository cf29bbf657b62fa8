import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { END_SEC, HOUR_SEC, only, query, wish } from './fixtures.ts';

/** A lease gets longer, within the limits of its pool. */
export function describeRenew(currentStore: CurrentStore): void {
  describe('renew', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    const renewal = (leaseId?: string, nowSec = NOON_SEC + 60, ttlSec = HOUR_SEC) => {
      return { ...query('alice', leaseId, nowSec), termIn: () => ({ ttlSec, maxSec: 2 * HOUR_SEC }) };
    };

    it('extends the lease and stores the new end', async () => {
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
}
