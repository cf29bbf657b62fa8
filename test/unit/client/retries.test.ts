import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createClient } from '../../../lambda/client/client.ts';
import { Refused } from '../../../lambda/client/refused.ts';
import type { Route } from '../../../lambda/client/routes.ts';
import type { Outcome } from '../../support/client/fake-api.ts';
import { FakeClock, fakeFetch } from '../../support/client/fake-api.ts';

/** Calls that may be repeated whatever came of them. */
const SAFE = [
  ['GET /pool', {}],
  ['POST /getvm', {}],
  ['POST /renewvm', {}],
  ['POST /connectvm', {}],
  ['POST /releasevm', { leaseId: 'lease-1' }],
] as const;

/** Calls of which a repetition may do twice what was meant once. */
const UNSAFE = [
  ['POST /releasevm', {}],
  ['POST /vms/{id}/drain', { id: 'vm-01', reason: 'test' }],
  ['POST /vms/{id}/release', { id: 'vm-01', reason: 'test' }],
] as const;

/** The answers after which a call surely was not carried out. */
const NOT_CARRIED_OUT: readonly Outcome[] = [
  { status: 429, code: 'too_many_requests' },
  { status: 429 },
  { status: 409, code: 'vm_busy' },
];
/** Failures that pass. The call may have been carried out. */
const UNKNOWN: readonly Outcome[] = [
  { status: 0 },
  { status: 502 },
  { status: 503 },
  { status: 504 },
  { status: 503, code: 'store_unavailable' },
  { status: 503, code: 'access_unavailable' },
];
/** Answers for good. */
const FINAL: readonly Outcome[] = [
  { status: 200 },
  { status: 503, code: 'pool_empty' },
  { status: 500, code: 'internal' },
  { status: 500 },
  { status: 403 },
  { status: 404, code: 'no_lease' },
  { status: 409, code: 'wrong_state' },
];

const isAmong = (outcomes: readonly Outcome[], { status, code }: Outcome) =>
  outcomes.some((one) => one.status === status && one.code === code);

const outcome = fc
  .record({
    kind: fc.constantFrom(...NOT_CARRIED_OUT, ...UNKNOWN, ...FINAL),
    retryAfterSec: fc.option(fc.nat(90), { nil: undefined }),
    takesMs: fc.nat(31_000),
  })
  .map(({ kind, retryAfterSec, takesMs }): Outcome => {
    return { ...kind, takesMs, retryAfterSec: kind.status === 0 ? undefined : retryAfterSec };
  });

/** Carries out a call against attempts that come out as listed. */
async function tried(route: Route, parameters: object, outcomes: readonly Outcome[], retryForMs = 60_000) {
  const clock = new FakeClock();
  const { fetch, attempts } = fakeFetch(outcomes, clock);
  let signatures = 0;
  const authenticate = async () => ({ authorization: `signature-${String((signatures += 1))}` });
  const client = createClient({ url: 'http://api.test', fetch, authenticate, retryForMs }, clock);
  const result = await client.call(route, parameters).then(
    () => 200,
    (error: unknown) => (error instanceof Refused ? error.status : 0),
  );
  const met = attempts.map((_, index) => outcomes[index] ?? outcomes.at(-1) ?? { status: 0 });
  return { attempts, met, result, clock };
}

describe('a call that is retried', () => {
  const outcomes = fc.array(outcome, { minLength: 1, maxLength: 12 });
  const call = fc.constantFrom(...SAFE, ...UNSAFE);

  it('is sent again only after failures that pass, and ends with what came last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SAFE), outcomes, async ([route, parameters], list) => {
        const { met, result } = await tried(route, parameters, list);
        expect(met.slice(0, -1).filter((one) => !isAmong([...NOT_CARRIED_OUT, ...UNKNOWN], one))).toEqual([]);
        expect(result).toBe(met.at(-1)?.status);
      }),
    );
  });

  it('is never sent again when it may have been carried out and a repetition does harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...UNSAFE), outcomes, async ([route, parameters], list) => {
        const { met } = await tried(route, parameters, list);
        expect(met.slice(0, -1).filter((one) => !isAmong(NOT_CARRIED_OUT, one))).toEqual([]);
      }),
    );
  });

  it('waits as long as Retry-After says, and begins no attempt after its time', async () => {
    await fc.assert(
      fc.asyncProperty(call, outcomes, fc.nat(120_000), async ([route, parameters], list, retryForMs) => {
        const { attempts, met, clock } = await tried(route, parameters, list, retryForMs);
        for (const [index, { atMs }] of attempts.entries()) {
          expect(atMs).toBeLessThanOrEqual(retryForMs);
          if (index === 0) continue;
          expect(clock.waits[index - 1]).toBeGreaterThanOrEqual((met[index - 1]?.retryAfterSec ?? 0) * 1_000);
        }
      }),
    );
  });

  it('gives up no sooner than it must', async () => {
    await fc.assert(
      fc.asyncProperty(outcomes, fc.nat(120_000), async (list, retryForMs) => {
        const { met, clock } = await tried('GET /pool', {}, list, retryForMs);
        const last = met.at(-1) ?? { status: 0 };
        if (!isAmong([...NOT_CARRIED_OUT, ...UNKNOWN], last)) return;
        const longestWaitMs = last.retryAfterSec === undefined ? 8_000 : last.retryAfterSec * 1_000 + 250;
        expect(clock.now() + longestWaitMs).toBeGreaterThan(retryForMs);
      }),
    );
  });

  it('is signed anew for each attempt, and borrows by one key', async () => {
    await fc.assert(
      fc.asyncProperty(outcomes, async (list) => {
        const { attempts } = await tried('POST /getvm', {}, list);
        const signatures = attempts.map(({ headers }) => headers.get('authorization'));
        expect(new Set(signatures).size).toBe(attempts.length);
        const [key, ...others] = new Set(attempts.map(({ headers }) => headers.get('idempotency-key')));
        expect(key).toMatch(/^[0-9a-f-]{36}$/);
        expect(others).toEqual([]);
      }),
    );
  });

  it('is sent once when the client is told so', async () => {
    expect((await tried('GET /pool', {}, [{ status: 503 }], 0)).attempts).toHaveLength(1);
  });

  it('says why it waits', async () => {
    const clock = new FakeClock();
    const { fetch } = fakeFetch([{ status: 0 }, { status: 429, retryAfterSec: 3 }, { status: 200 }], clock);
    const heard: string[] = [];
    const onRetry = (why: Error) => heard.push(why.message);
    await createClient({ url: 'http://api.test', fetch, onRetry }, clock).call('GET /pool');
    expect(heard).toEqual(['no answer from http://api.test: fetch failed', 'the API answered with status 429']);
  });
});
