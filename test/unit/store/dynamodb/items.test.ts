import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Key } from '../../../../lambda/store/dynamodb/items.ts';
import { keys } from '../../../../lambda/store/dynamodb/items.ts';
import type { UserKey } from '../../../support/pool/names.ts';
import { anyPair, confusablePairs } from '../../../support/pool/names.ts';

/** What an item is about, and where it lies. */
type Place = readonly [about: string, key: Key];

function placesOf({ userId, key }: UserKey): Place[] {
  return [
    [`user ${userId}`, keys.user(userId)],
    [JSON.stringify(['key', userId, key]), keys.idempotency(userId, key)],
    [`vm ${userId}`, keys.vm(userId)],
    [`released ${userId}`, keys.released(userId)],
    ['inventory', keys.inventory],
  ];
}

describe('the key of an item', () => {
  it('is that of no other item, whatever users and their keys are called', () => {
    const pairs = fc.oneof(confusablePairs, fc.array(anyPair, { maxLength: 20 }));
    fc.assert(
      fc.property(pairs, (some) => {
        const places = new Map(some.flatMap(placesOf));
        const distinct = new Set([...places.values()].map(({ pk, sk }) => JSON.stringify([pk, sk])));
        expect(distinct.size).toBe(places.size);
      }),
    );
  });
});
