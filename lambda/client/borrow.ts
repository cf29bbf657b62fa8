import type { Client } from './client.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { Refused } from './refused.ts';
import type { Grant, ParametersOf } from './routes.ts';

/** How long to wait for a VM. */
export interface BorrowOptions {
  /** Longest wait in milliseconds; 0 asks once. */
  readonly waitMs: number;
  /** Hears that no VM is free, and in how many milliseconds the next try comes. */
  readonly onWait?: ((refused: Refused, nextTryMs: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The same for all tries; a fresh one unless given. */
  readonly idempotencyKey?: string | undefined;
}

/** Seconds between two tries where the service names none. */
const RETRY_AFTER_SEC = 30;

/** Callers that wait for the same pool spread over this share of the wait. */
const SPREAD = 0.1;

/**
 * Borrows a VM, and waits while the pool is empty. It asks again after `Retry-After`, and once more when the wait
 * ends.
 *
 * @throws {@link Refused} with `pool_empty` when no VM became free in time, or with any other refusal at once
 */
export async function borrow(
  client: Client,
  wish: ParametersOf<'POST /getvm'>,
  { waitMs, onWait, signal, idempotencyKey = crypto.randomUUID() }: BorrowOptions,
  clock: Clock = systemClock,
): Promise<Grant> {
  const endMs = clock.now() + waitMs;
  for (;;) {
    try {
      return await client.call('POST /getvm', wish, { idempotencyKey, signal });
    } catch (error) {
      const leftMs = endMs - clock.now();
      if (!isPoolEmpty(error) || leftMs <= 0) throw error;
      const nextTryMs = Math.min(waitAfter(error), leftMs);
      onWait?.(error, nextTryMs);
      await clock.wait(nextTryMs, signal);
    }
  }
}

function isPoolEmpty(error: unknown): error is Refused {
  return error instanceof Refused && error.code === 'pool_empty';
}

function waitAfter({ retryAfterSec = RETRY_AFTER_SEC }: Refused): number {
  return retryAfterSec * 1_000 * (1 + Math.random() * SPREAD);
}
