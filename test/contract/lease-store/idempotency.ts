import { beforeEach, describe, expect, it } from '@jest/globals';
import { vacated } from '../../../lambda/pool/life.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { counted, countsOf, END_SEC, HOUR_SEC, query, someEvent, wish } from './fixtures.ts';

/** A retry of `acquire` is answered like the first request. */
export function describeIdempotency(currentStore: CurrentStore): void {
  describe('idempotency', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    const idempotency = { key: 'k-1', fingerprint: 'alice wants one' };

    it('answers a retry with the grant of the first request', async () => {
      const first = await store.acquire(wish('alice', { idempotency }));
      expect(await store.acquire(wish('alice', { idempotency, nowSec: END_SEC - 1 }))).toEqual(first);
    });

    it('answers a retry also when the pool has become empty', async () => {
      const first = await store.acquire(wish('alice', { idempotency, pool: 'large' }));
      expect(await store.acquire(wish('alice', { idempotency, pool: 'large' }))).toEqual(first);
    });

    it('answers retries at the same moment with one and the same grant', async () => {
      const retries = Array.from({ length: 10 }, () => store.acquire(wish('alice', { idempotency })));
      const grants = await Promise.all(retries);
      expect(new Set(grants.map(({ lease }) => lease.id)).size).toBe(1);
      expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
    });

    it.each([
      { userId: 'alice', pool: 'default' },
      { userId: 'bob', pool: 'default' },
      { userId: 'alice', pool: 'large' },
      { userId: 'bob', pool: 'large' },
    ])('refuses the key for other parameters ($userId, pool $pool)', async ({ userId, pool }) => {
      await store.acquire(wish('alice', { idempotency, pool: 'large' }));
      const other = wish(userId, { idempotency: { key: 'k-1', fingerprint: 'something else' }, pool });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    });

    it('refuses a key in use before it looks at the pool', async () => {
      await store.acquire(wish('alice', { idempotency }));
      const other = wish('bob', { idempotency: { key: 'k-1', fingerprint: 'something else' }, pool: 'huge' });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    });

    it('refuses a second request of the user under another key', async () => {
      await store.acquire(wish('alice', { idempotency }));
      const other = wish('alice', { idempotency: { ...idempotency, key: 'k-2' } });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'already_allocated' });
    });

    it.each([
      { ending: 'was released', nowSec: NOON_SEC, end: () => store.release(query('alice')) },
      { ending: 'has ended', nowSec: END_SEC, end: () => Promise.resolve() },
    ])('forgets the key once its lease $ending', async ({ nowSec, end }) => {
      const first = await store.acquire(wish('alice', { idempotency }));
      await end();
      const bobs = { idempotency: { key: 'k-1', fingerprint: 'bob' }, nowSec, expiresAtSec: END_SEC + 9 };
      const again = await store.acquire(wish('bob', bobs));
      expect(again.lease.id).not.toBe(first.lease.id);
      for (const status of await store.due(END_SEC, 10)) {
        await store.change(status, vacated(status, END_SEC), someEvent(status));
      }
      expect(await store.acquire(wish('bob', bobs))).toEqual(again);
    });

    it('keeps the key as long as the lease is renewed', async () => {
      const first = await store.acquire(wish('alice', { idempotency }));
      await store.renew({
        ...query('alice', undefined, END_SEC - 1),
        termIn: () => ({ ttlSec: HOUR_SEC, maxSec: 9 * HOUR_SEC }),
      });
      const retry = await store.acquire(wish('alice', { idempotency, nowSec: END_SEC }));
      expect(retry.lease.id).toBe(first.lease.id);
      const other = wish('bob', { idempotency: { key: 'k-1', fingerprint: 'bob' }, nowSec: END_SEC });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    });
  });
}
