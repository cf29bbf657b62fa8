import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BorrowOptions } from '../../../lambda/client/borrow.ts';
import { borrow } from '../../../lambda/client/borrow.ts';
import { createClient } from '../../../lambda/client/client.ts';
import type { Outcome } from '../../support/client/fake-api.ts';
import { FakeClock, fakeFetch } from '../../support/client/fake-api.ts';

const EMPTY: Outcome = { status: 503, code: 'pool_empty', retryAfterSec: 30 };

async function borrowed(outcomes: readonly Outcome[], options: BorrowOptions) {
  const clock = new FakeClock();
  const { fetch, attempts } = fakeFetch(outcomes, clock);
  const client = createClient({ url: 'http://api.test', fetch }, clock);
  const error = await borrow(client, {}, options, clock).then(
    () => undefined,
    (thrown: unknown) => thrown as Error & { code?: string },
  );
  return { error, attempts, clock };
}

describe('borrow', () => {
  it('waits while the pool is empty, by one key, and says until when', async () => {
    const heard: number[] = [];
    const onWait = (_: Error, ms: number) => heard.push(ms);
    const { error, attempts, clock } = await borrowed([EMPTY, EMPTY, { status: 200 }], { waitMs: 600_000, onWait });
    expect(error).toBeUndefined();
    expect(attempts).toHaveLength(3);
    expect(heard).toEqual(clock.waits);
    expect(new Set(attempts.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
  });

  it('asks again after Retry-After, once more when the wait ends, and never later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(600_000), fc.option(fc.nat(120), { nil: undefined }), async (waitMs, retryAfterSec) => {
        fc.pre(retryAfterSec !== 0);
        const { error, attempts, clock } = await borrowed([{ ...EMPTY, retryAfterSec }], { waitMs });
        expect(error?.code).toBe('pool_empty');
        expect(attempts.at(-1)?.atMs).toBe(waitMs);
        for (const ms of clock.waits.slice(0, -1)) expect(ms).toBeGreaterThanOrEqual((retryAfterSec ?? 30) * 1_000);
      }),
    );
  });

  it('ends at once with any other refusal', async () => {
    const refusal = { status: 409, code: 'already_allocated' };
    const { error, clock } = await borrowed([EMPTY, refusal], { waitMs: 600_000 });
    expect(error?.code).toBe('already_allocated');
    expect(clock.waits).toHaveLength(1);
  });

  it('outlasts an API that is away for a moment', async () => {
    const { error } = await borrowed([EMPTY, { status: 0 }, { status: 200 }], { waitMs: 600_000 });
    expect(error).toBeUndefined();
  });

  it('ends when the caller gives up', async () => {
    const controller = new AbortController();
    const why = new Error('enough');
    const onWait = () => {
      controller.abort(why);
    };
    const { error, attempts } = await borrowed([EMPTY], { waitMs: 600_000, onWait, signal: controller.signal });
    expect(error).toBe(why);
    expect(attempts).toHaveLength(1);
  });
});
