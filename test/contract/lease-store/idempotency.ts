import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { vacated } from '../../../lambda/pool/life.ts';
import { ordered } from '../../../lambda/pool/orders.ts';
import type { AcquireRequest, Grant, LeaseStore } from '../../../lambda/pool/ports.ts';
import { anyPair, confusablePairs } from '../../support/pool/names.ts';
import type { CurrentStore } from './fixtures.ts';
import { act, counted, countsOf, END_SEC, HOUR_SEC, known, query, someEvent, TO_FREE, wish } from './fixtures.ts';

/** From when on the key of a lease until {@link END_SEC} is forgotten: 7 days later, as the documentation says. */
const FORGOTTEN_SEC = END_SEC + 7 * 24 * HOUR_SEC;

const ALICES = { key: 'k-1', fingerprint: 'alice wants one' };
const OTHERS = { key: 'k-1', fingerprint: 'something else' };

/** A way for a lease to end. */
interface Ending {
  readonly ending: string;
  /** The earliest time of a duplicate that finds the lease over. */
  readonly nowSec: number;
  readonly end: (store: LeaseStore, grant: Grant) => Promise<unknown>;
}

/** Every way for a lease of alice to end. */
const ENDINGS: readonly Ending[] = [
  { ending: 'was released', nowSec: END_SEC - 60, end: (store) => store.release(query('alice')) },
  { ending: 'has expired', nowSec: END_SEC, end: () => Promise.resolve() },
  { ending: 'was reaped', nowSec: END_SEC, end: (store, { vm }) => takeBack(store, vm.id, END_SEC) },
  { ending: 'was force-released', nowSec: END_SEC - 60, end: (store, { vm }) => forceRelease(store, vm.id) },
  {
    ending: 'has expired and made room for another lease that was released',
    nowSec: END_SEC,
    end: async (store) => {
      await store.acquire(wish('alice', { nowSec: END_SEC, expiresAtSec: END_SEC + 60 }));
      await store.release(query('alice', undefined, END_SEC));
    },
  },
];

async function takeBack(store: LeaseStore, vmId: string, nowSec: number): Promise<void> {
  const status = await known(store, vmId);
  await store.change(status, vacated(status, nowSec), { ...someEvent(status), act: act('reaper', nowSec) });
}

async function forceRelease(store: LeaseStore, vmId: string): Promise<void> {
  const status = await known(store, vmId);
  await store.change(status, ordered(status, 'release', 'a test', END_SEC - 60), someEvent(status));
}

/** A retry of `acquire` is answered like the first request, and gets no second VM when it comes after the lease. */
export function describeIdempotency(currentStore: CurrentStore): void {
  describe('idempotency', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    /** The very request of alice once more, at that time. */
    const duplicate = (nowSec: number, more: Partial<AcquireRequest> = {}) => {
      return wish('alice', { idempotency: ALICES, nowSec, expiresAtSec: nowSec + HOUR_SEC, ...more });
    };

    it('answers a retry with the grant of the first request', async () => {
      const first = await store.acquire(wish('alice', { idempotency: ALICES }));
      expect(await store.acquire(duplicate(END_SEC - 1))).toEqual(first);
    });

    it('answers a retry also when the pool has become empty', async () => {
      const first = await store.acquire(wish('alice', { idempotency: ALICES, pool: 'large' }));
      expect(await store.acquire(wish('alice', { idempotency: ALICES, pool: 'large' }))).toEqual(first);
    });

    it('answers retries at the same moment with one and the same grant', async () => {
      const retries = Array.from({ length: 10 }, () => store.acquire(wish('alice', { idempotency: ALICES })));
      const grants = await Promise.all(retries);
      expect(new Set(grants.map(({ lease }) => lease.id)).size).toBe(1);
      expect(await countsOf(store)).toEqual(counted({ free: 2, leased: 1 }));
    });

    it('answers retries at the same moment with one and the same grant although it empties the pool', async () => {
      const request = () => store.acquire(wish('alice', { idempotency: ALICES, pool: 'large' }));
      const grants = await Promise.all(Array.from({ length: 10 }, request));
      expect(new Set(grants.map(({ lease }) => lease.id)).size).toBe(1);
    });

    it.each(['default', 'large', 'huge'])('refuses the key for other parameters (pool %s)', async (pool) => {
      await store.acquire(wish('alice', { idempotency: ALICES, pool: 'large' }));
      const other = wish('alice', { idempotency: OTHERS, pool });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    });

    it('refuses a second request of the user under another key', async () => {
      await store.acquire(wish('alice', { idempotency: ALICES }));
      const other = wish('alice', { idempotency: { ...ALICES, key: 'k-2' } });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'already_allocated' });
    });

    it('keeps the key as long as the lease is renewed', async () => {
      const first = await store.acquire(wish('alice', { idempotency: ALICES }));
      const termIn = () => ({ ttlSec: HOUR_SEC, maxSec: 9 * HOUR_SEC });
      await store.renew({ ...query('alice', undefined, END_SEC - 1), termIn });
      const retry = await store.acquire(duplicate(END_SEC));
      expect(retry.lease.id).toBe(first.lease.id);
      const other = wish('alice', { idempotency: OTHERS, nowSec: END_SEC });
      await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      const late = duplicate(FORGOTTEN_SEC);
      await expect(store.acquire(late)).rejects.toMatchObject({ code: 'idempotency_key_spent' });
    });

    describe.each(ENDINGS)('once the lease $ending', ({ nowSec, end }) => {
      let first: Grant;

      beforeEach(async () => {
        first = await store.acquire(wish('alice', { idempotency: ALICES }));
        await end(store, first);
      });

      it.each(['default', 'large', 'huge'])('lends no second VM to a late duplicate (pool %s)', async (pool) => {
        await store.acquire(wish('bob', { pool: 'large', expiresAtSec: END_SEC + HOUR_SEC }));
        const late = [duplicate(nowSec, { pool }), duplicate(FORGOTTEN_SEC - 1, { pool })];
        for (const request of late) {
          await expect(store.acquire(request)).rejects.toMatchObject({ code: 'idempotency_key_spent' });
        }
        expect(await store.find('alice', nowSec)).toBeUndefined();
      });

      it('refuses the key for other parameters', async () => {
        const other = duplicate(nowSec, { idempotency: OTHERS });
        await expect(store.acquire(other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
      });

      it('says so to a user who holds a later lease', async () => {
        const next = { key: 'k-2', fingerprint: 'one more' };
        const { vm, lease } = await store.acquire(duplicate(nowSec, { idempotency: next }));
        await expect(store.acquire(duplicate(nowSec))).rejects.toMatchObject({ code: 'idempotency_key_spent' });
        expect(await store.find('alice', nowSec)).toEqual({ vm, lease });
      });

      it('forgets the key 7 days after the end that the holder knew', async () => {
        const { vm, lease } = await store.acquire(duplicate(FORGOTTEN_SEC, { idempotency: OTHERS }));
        expect(lease.id).not.toBe(first.lease.id);
        const retry = await store.acquire(duplicate(FORGOTTEN_SEC + 1, { idempotency: OTHERS }));
        expect(retry).toEqual({ vm, lease });
      });

      it('forgets the key also while the pool is empty', async () => {
        await store.acquire(wish('bob', { pool: 'large', expiresAtSec: FORGOTTEN_SEC + 1 }));
        const late = duplicate(FORGOTTEN_SEC, { pool: 'large' });
        await expect(store.acquire(late)).rejects.toMatchObject({ code: 'pool_empty' });
      });
    });

    it('lends no second VM to duplicates that come around the release', async () => {
      const { lease } = await store.acquire(wish('alice', { idempotency: ALICES }));
      const duplicates = Array.from({ length: 10 }, () => store.acquire(duplicate(END_SEC - 60)));
      const release = store.release(query('alice', lease.id));
      const late = Array.from({ length: 10 }, () => store.acquire(duplicate(END_SEC - 60)));
      const outcomes = await Promise.allSettled([...duplicates, ...late]);
      await release;
      const answers = outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value.lease.id : (outcome.reason as { code: string }).code,
      );
      expect(new Set([...answers, lease.id, 'idempotency_key_spent'])).toEqual(
        new Set([lease.id, 'idempotency_key_spent']),
      );
      expect(await countsOf(store)).toEqual(counted({ free: 2, checking: 1 }));
    });

    it('never lends twice, whoever acquires, releases and reaps at once under a few keys', async () => {
      const seen = new Map<string, string>();
      const acquire = async (key: string) => {
        const idempotency = { key, fingerprint: 'same' };
        const outcome = await store.acquire(duplicate(END_SEC - 60, { idempotency })).catch(() => undefined);
        if (outcome === undefined) return;
        const { lease } = outcome;
        expect(`${key} ${seen.get(key) ?? lease.id}`).toBe(`${key} ${lease.id}`);
        seen.set(key, lease.id);
      };
      for (let round = 0; round < 5; round++) {
        const keys = [`k-${round}`, `k-${round}`, `k-${round - 1}`, `k-${round - 2}`];
        const releases = [1, 2].map(() =>
          store.release(query('alice', undefined, END_SEC - 60)).catch(() => undefined),
        );
        await Promise.all([...keys.map(acquire), ...releases, ...keys.map(acquire)]);
        for (const status of await store.due(END_SEC - 60, 10)) await store.change(status, TO_FREE, someEvent(status));
      }
      const events = await store.events({ userId: 'alice', limit: 100 });
      const lent = events.items.filter(({ kind }) => kind === 'acquired').map(({ leaseId }) => leaseId);
      expect(new Set(lent)).toEqual(new Set(seen.values()));
    });
  });

  describe('the key of a user', () => {
    const borrow = async (store: LeaseStore, userId: string, key: string) => {
      const idempotency = { key, fingerprint: JSON.stringify([userId, key]) };
      const grant = await store.acquire(wish(userId, { idempotency }));
      expect(await store.find(userId, END_SEC - 1)).toEqual(grant);
      return grant;
    };
    const giveBack = async (store: LeaseStore, userId: string) => {
      const status = await store.release(query(userId));
      await store.change(status, TO_FREE, someEvent(status));
    };

    it('is another key than the same one of another user, live or spent', async () => {
      const store = currentStore();
      const alices = await borrow(store, 'alice', 'k-1');
      expect((await borrow(store, 'bob', 'k-1')).vm.id).not.toBe(alices.vm.id);
      await giveBack(store, 'bob');
      expect((await borrow(store, 'carol', 'k-1')).vm.id).not.toBe(alices.vm.id);
      expect((await store.find('alice', END_SEC - 1))?.lease).toEqual(alices.lease);
    });

    it('is never taken for that of another pair of user and key, whatever their characters', async () => {
      const store = currentStore();
      const used = new Set<string>();
      const pairs = fc.oneof(confusablePairs, fc.array(anyPair, { minLength: 10, maxLength: 10 }));
      await fc.assert(
        fc.asyncProperty(pairs, async (some) => {
          for (const { userId, key } of some) {
            const name = JSON.stringify([userId, key]);
            if (used.has(name)) continue;
            used.add(name);
            const { lease } = await borrow(store, userId, key);
            await giveBack(store, userId);
            const { items } = await store.events({ userId, limit: 2 });
            const isOwn = { userId, leaseId: lease.id };
            expect(items).toMatchObject([isOwn, isOwn]);
          }
        }),
        { numRuns: 4 },
      );
    });
  });
}
