import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Recent } from '../../../../lambda/store/memory/recent.ts';

const key = fc.integer({ min: 0, max: 20 }).map(String);

describe('recent values', () => {
  it('are those of the keys that were set last, and never those of more than twice as many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(key, { maxLength: 100 }), (kept, keys) => {
        const recent = new Recent<number>(kept);
        keys.forEach((name, at) => {
          recent.set(name, at);
        });
        const newest = [...new Set(keys.toReversed())];
        for (const name of newest.slice(0, kept)) expect(recent.get(name)).toBe(keys.lastIndexOf(name));
        const found = newest.filter((name) => recent.get(name) !== undefined);
        expect(found.length).toBeLessThanOrEqual(2 * kept);
        for (const name of found) expect(recent.get(name)).toBe(keys.lastIndexOf(name));
      }),
    );
  });
});
