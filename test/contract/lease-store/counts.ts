import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { counted, countsOf, END_SEC, wish } from './fixtures.ts';

/** How many VMs of each pool are in each state. */
export function describeCounts(currentStore: CurrentStore): void {
  describe('counts', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('count every VM of every pool in exactly one state', async () => {
      await store.acquire(wish('alice'));
      expect(await store.counts(NOON_SEC)).toEqual(
        new Map([
          ['default', counted({ free: 2, leased: 1 })],
          ['large', counted({ free: 1 })],
        ]),
      );
    });

    it('count a VM whose lease has ended as checking', async () => {
      await store.acquire(wish('alice'));
      expect(await countsOf(store, 'default', END_SEC)).toEqual(counted({ free: 2, checking: 1 }));
    });
  });
}
