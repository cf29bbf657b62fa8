import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, query, someEvent, TO_FREE, wish } from './fixtures.ts';

/** What happened, by VM and by user. */
export function describeEvents(currentStore: CurrentStore): void {
  describe('events', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('show who did what to which VM, when, and in which request, newest first', async () => {
      const request = wish('alice', { pool: 'large' });
      const { lease } = await store.acquire(request);
      const release = query('alice', undefined, NOON_SEC + 5);
      const status = await store.release(release);
      await store.change(status, TO_FREE, { ...someEvent(status), act: act('reaper', NOON_SEC + 9) });
      const ofAlice = { vmId: 'big-01', userId: 'alice', leaseId: lease.id };
      const released = { ...ofAlice, kind: 'released', from: 'leased', to: 'checking', act: release.act };
      const acquired = { ...ofAlice, kind: 'acquired', from: 'free', to: 'leased', act: request.act };
      const { items } = await store.events({ vmId: 'big-01', limit: 10 });
      expect(items).toMatchObject([
        { vmId: 'big-01', kind: 'check_passed', from: 'checking', to: 'free', act: { who: 'reaper' } },
        released,
        acquired,
        { vmId: 'big-01', kind: 'added', to: 'free' },
      ]);
      expect((await store.events({ userId: 'alice', limit: 10 })).items).toMatchObject([released, acquired]);
      expect((await store.events({ userId: 'bob', limit: 10 })).items).toEqual([]);
    });

    it('come page by page, each exactly once', async () => {
      for (let round = 0; round < 4; round++) {
        await store.acquire(wish('alice', { pool: 'large', nowSec: NOON_SEC + 10 * round }));
        const status = await store.release(query('alice', undefined, NOON_SEC + 10 * round + 1));
        const passed = { ...someEvent(status), act: act('reaper', NOON_SEC + 10 * round + 2) };
        await store.change(status, TO_FREE, passed);
      }
      const all = (await store.events({ vmId: 'big-01', limit: 100 })).items;
      expect(all).toHaveLength(13);
      const paged = [];
      let cursor: string | undefined;
      do {
        const page = await store.events({ vmId: 'big-01', limit: 5, cursor });
        paged.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(paged).toEqual(all);
    });

    it.each([{ vmId: 'big-01' }, { userId: 'alice' }])('refuse a made-up cursor (%j)', async (subject) => {
      for (const cursor of ['', 'abc', '-1', '99999999999999999999', '9999999999999999', 'vm-01', '\ufffd~']) {
        await expect(store.events({ ...subject, limit: 10, cursor })).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
      }
    });

    it('are not written by a call that is refused', async () => {
      await store.acquire(wish('alice', { pool: 'large' }));
      await expect(store.acquire(wish('bob', { pool: 'large' }))).rejects.toThrow();
      await expect(store.release(query('bob'))).rejects.toThrow();
      expect((await store.events({ vmId: 'big-01', limit: 10 })).items).toHaveLength(2);
      expect((await store.events({ userId: 'bob', limit: 10 })).items).toEqual([]);
    });
  });
}
