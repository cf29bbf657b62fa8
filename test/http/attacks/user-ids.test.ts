/** No user id breaks keys, logs or answers, and no two identities become one user. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { testApi } from '../../support/api/served-api.ts';
import { someVms } from '../../support/pool/lending.ts';
import { eventOf, withClaims } from '../event.ts';

const LETTERS = 'abAZ09._@+-:/=,|';

/** Ids that fit, and ids made to break something. */
const subjects = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...LETTERS.split('')), minLength: 1, maxLength: 12 }) },
  fc.constantFrom(
    '__proto__',
    'constructor',
    '../../etc/passwd',
    'USER#alice',
    'vm-pool#reaper',
    '{"a":1}',
    'a\nb',
    '\u0000',
  ),
  fc.string({ unit: 'binary', maxLength: 140 }),
);

const fits = (subject: string) => /^[\w.@+:/=,|-]{1,128}$/.test(subject);

async function borrowing() {
  const { api, lines } = await testApi(someVms(40), { AUTHORIZATION: 'jwt', CALLER_REQUESTS_PER_MINUTE: '60000' });
  return async (sub: string) => {
    const { statusCode, body } = await api(withClaims({ sub }, eventOf({})), 'invocation-1');
    const log = lines.splice(0);
    return { statusCode, body: JSON.parse(body ?? '') as { code?: string; lease?: { userid: string } }, log };
  };
}

describe('the user id of a token', () => {
  it("is the lease's, unchanged, or is refused", async () => {
    await fc.assert(
      fc.asyncProperty(subjects, async (sub) => {
        const borrow = await borrowing();
        const { statusCode, body } = await borrow(sub);
        if (fits(sub)) expect(body.lease?.userid).toBe(sub);
        else expect({ statusCode, code: body.code }).toEqual({ statusCode: 403, code: 'unusable_identity' });
      }),
    );
  });

  it('makes two users of two ids, however alike', async () => {
    const pairs = fc.tuple(subjects.filter(fits), subjects.filter(fits)).filter(([one, other]) => one !== other);
    await fc.assert(
      fc.asyncProperty(pairs, async (both) => {
        const borrow = await borrowing();
        for (const sub of both)
          expect(await borrow(sub)).toMatchObject({ statusCode: 200, body: { lease: { userid: sub } } });
      }),
    );
  });

  it('stands in one log line that is JSON, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(subjects, async (sub) => {
        const borrow = await borrowing();
        const { log } = await borrow(sub);
        expect(log).toHaveLength(1);
        expect(log[0]?.trimEnd()).not.toContain('\n');
        const line = JSON.parse(log[0] ?? '') as { userId?: string };
        expect(line.userId).toBe(fits(sub) ? sub : undefined);
      }),
    );
  });
});
