import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { NOON_SEC } from '../../support/pool/lending.ts';
import type { CurrentStore } from './fixtures.ts';
import { END_SEC, wish } from './fixtures.ts';

/** The user's live lease. */
export function describeFind(currentStore: CurrentStore): void {
  describe('find', () => {
    let store: LeaseStore;

    beforeEach(() => {
      store = currentStore();
    });

    it('shows the live lease of the user and nobody else', async () => {
      const grant = await store.acquire(wish('alice'));
      expect(await store.find('alice', END_SEC - 1)).toEqual(grant);
      expect(await store.find('bob', NOON_SEC)).toBeUndefined();
    });

    it('shows no lease from the very second of its end', async () => {
      await store.acquire(wish('alice'));
      expect(await store.find('alice', END_SEC)).toBeUndefined();
    });
  });
}
