/** The names that users and their requests may have, for property-based tests. */
import fc from 'fast-check';

/** A user and one of their idempotency keys. */
export interface UserKey {
  readonly userId: string;
  readonly key: string;
}

/** Every user id that an identity can give. */
export const USER_ID = /^[A-Za-z0-9._@+\-:/=,|]{1,128}$/;

const anyUserId = fc.stringMatching(USER_ID);

/** Any idempotency key: 1 to 255 visible ASCII characters without a comma. */
const anyIdempotencyKey = fc.stringMatching(/^[\x21-\x2b\x2d-\x7e]{1,255}$/);

/** Characters of a user id that could pass for a separator, except the comma that no key has; or none. */
const SEPARATORS = ['', '.', '_', '@', '+', '-', ':', '/', '=', '|'];

const word = fc.constantFrom('a', '1', 'KEY', 'LEASE', '__proto__');

/**
 * Pairs of which some would be one if user id and key were joined, by nothing or by a character that a user id may
 * have: the same words, cut at two places.
 */
export const confusablePairs: fc.Arbitrary<UserKey[]> = fc.tuple(word, word, word).map(([one, two, three]) => {
  return SEPARATORS.flatMap((separator) => [
    { userId: one, key: [two, three].join(separator) },
    { userId: [one, two].join(separator), key: three },
  ]);
});

/** Any pair at all. */
export const anyPair: fc.Arbitrary<UserKey> = fc.record({ userId: anyUserId, key: anyIdempotencyKey });
