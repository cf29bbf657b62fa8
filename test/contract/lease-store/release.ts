import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { counted, countsOf, END_SEC, only, query, someEvent, TO_FREE, wish } from './fixtures.ts';

/** A lease ends, once, and its VM waits for a check. */
export function describeRelease(currentStore: CurrentStore): void {
  describe('release', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('sends the VM to its check at once, and leaves the user without a lease', async () => {
      const { vm, lease } = await store.acquire(wish('alice'));
      const { leaseId, ended, ...status } = await store.release(query('alice'));
      expect({ leaseId, ended }).toEqual({ leaseId: lease.id, ended: lease });
      expect(status).toMatchObject({ vm, state: 'checking', failures: 0, dueAtSec: NOON_SEC });
      expect(await only(store.due(NOON_SEC, 10))).toEqual(status);
      expect(await store.find('alice', NOON_SEC)).toBeUndefined();
      expect(await countsOf(store)).toEqual(counted({ free: 2, checking: 1 }));
    });

    it('knows until when a certificate of the lease may open the VM', async () => {
      const [short, long] = [NOON_SEC + 60, NOON_SEC + 10_000];
      await store.acquire(wish('alice', { expiresAtSec: short }));
      expect(await store.release(query('alice'))).toMatchObject({ closedAtSec: short + 60 });
      const { vm } = await store.acquire(wish('bob', { expiresAtSec: long }));
      expect(await store.release(query('bob'))).toMatchObject({ closedAtSec: NOON_SEC + 370 });
      expect(await store.status(vm.id)).toMatchObject({ closedAtSec: NOON_SEC + 370 });
    });

    it('knows of a renewal, also of one at the same moment', async () => {
      await store.acquire(wish('alice', { expiresAtSec: NOON_SEC + 60 }));
      const termIn = () => ({ ttlSec: 10_000, maxSec: 20_000 });
      const renewal = store.renew({ ...query('alice'), termIn });
      const [status, end] = await Promise.all([store.release(query('alice')), renewal.catch(() => undefined)]);
      expect(status.closedAtSec).toBe(NOON_SEC + (end === undefined ? 120 : 370));
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

    it('answers a repeated call with the current status of the VM, and changes nothing', async () => {
      const { vm, lease } = await store.acquire(wish('alice', { pool: 'large' }));
      const repeated = query('alice', lease.id);
      const { ended, ...status } = await store.release(repeated);
      expect(ended).toEqual(lease);
      expect(await store.release(repeated)).toEqual(status);
      await store.change(status, TO_FREE, someEvent(status));
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
      expect(releases.filter(({ ended }) => ended !== undefined)).toHaveLength(1);
      expect(await countsOf(store)).toEqual(counted({ free: 2, checking: 1 }));
    });

    it("reveals nothing about another user's released lease", async () => {
      const { lease } = await store.acquire(wish('alice'));
      await store.release(query('alice', lease.id));
      await expect(store.release(query('bob', lease.id))).rejects.toMatchObject({ code: 'no_lease' });
    });
  });
}
