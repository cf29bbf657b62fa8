/** When a call is sent once more: only where a repetition does no harm, and never after its time. */
import type { Clock } from './clock.ts';
import { Refused, Unreachable } from './refused.ts';

/** Why an attempt failed. */
export type Failure = Refused | Unreachable;

/** What repeating a call can do. `safe`: no harm. `unsafe`: it may carry out twice what was meant once. */
export type Repetition = 'safe' | 'unsafe';

/** Refusals that a later attempt may not meet, while nothing was carried out. */
const NOT_CARRIED_OUT = new Set(['too_many_requests', 'vm_busy']);

/** Statuses that pass: those of API Gateway included, for a function that is busy, restarts or takes too long. */
const PASSING = new Set([429, 502, 503, 504]);

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

/** Bounds of the attempts of one call. */
export interface RetryRules {
  readonly repetition: Repetition;
  /** No attempt begins later than so long after the first. */
  readonly retryForMs: number;
  readonly onRetry?: ((why: Failure, waitMs: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether renewing the attempt is of use and does no harm. An empty pool is an answer, for the caller to judge.
 *
 * A call whose repetition is unsafe is sent again only after a refusal that says that nothing was carried out.
 */
function mayRetry(failure: unknown, repetition: Repetition): failure is Failure {
  if (failure instanceof Unreachable) return repetition === 'safe';
  if (!(failure instanceof Refused) || failure.code === 'pool_empty') return false;
  if (failure.status === 429 || NOT_CARRIED_OUT.has(failure.code ?? '')) return true;
  return repetition === 'safe' && PASSING.has(failure.status);
}

/** Carries out a call, with further attempts where they are allowed. @throws the failure of the last attempt */
export async function withRetries<T>(attempt: () => Promise<T>, rules: RetryRules, clock: Clock): Promise<T> {
  const endMs = clock.now() + rules.retryForMs;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (failure) {
      if (!mayRetry(failure, rules.repetition)) throw failure;
      const waitMs = waitAfter(failure, failures);
      if (clock.now() + waitMs > endMs) throw failure;
      rules.onRetry?.(failure, waitMs);
      await clock.wait(waitMs, rules.signal);
    }
  }
}

/** `Retry-After` where the answer has it; else twice as long each time, and at random, so that callers spread. */
function waitAfter(failure: Failure, failures: number): number {
  if (failure instanceof Refused && failure.retryAfterSec !== undefined) {
    return failure.retryAfterSec * 1_000 + Math.random() * FIRST_WAIT_MS;
  }
  const longest = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
  return longest * (0.5 + Math.random() / 2);
}
