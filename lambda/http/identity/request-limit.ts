import type { Clock } from '../../pool/ports.ts';
import { Problem } from '../problem.ts';
import type { CallerOf } from './caller.ts';

/** Reads allowed for each other request: who polls a lease must still be able to after a burst of other calls. */
const READS_PER_REQUEST = 10;

/** Callers that are remembered; the one that has been quiet for longest is forgotten first. */
const MOST_CALLERS = 10_000;

const MINUTE_MS = 60_000;

/**
 * Limits each caller, in this process, to a number of requests a minute; reads have a limit of their own. A token
 * bucket: a caller that was quiet for a minute may use the whole number at once.
 *
 * @returns a function that throws {@link Problem} `too_many_requests` as well
 */
export function limited(callerOf: CallerOf, requestsPerMinute: number, clock: Clock): CallerOf {
  const changes = new TokenBuckets(requestsPerMinute, clock);
  const reads = new TokenBuckets(requestsPerMinute * READS_PER_REQUEST, clock);
  return (event, audience, facts) => {
    const caller = callerOf(event, audience, facts);
    if (caller === undefined) return caller;
    const waitMs = (event.routeKey.startsWith('GET ') ? reads : changes).take(caller.userId);
    if (waitMs > 0) throw tooMany(waitMs);
    return caller;
  };
}

function tooMany(waitMs: number): Problem {
  const seconds = Math.ceil(waitMs / 1000);
  const detail = `too many requests; try again in ${String(seconds)} s`;
  return new Problem('too_many_requests', detail, { headers: { 'retry-after': String(seconds) } });
}

/** A bucket of tokens for each caller; a request takes one, and time brings them back. */
class TokenBuckets {
  /** In the order of their last request. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly perMinute: number,
    private readonly clock: Clock,
  ) {}

  /** Takes a token of a caller. @returns 0, or the milliseconds until there is one */
  take(userId: string): number {
    const tokens = this.tokensOf(userId);
    const isEmpty = tokens < 1;
    this.remember(userId, { tokens: isEmpty ? tokens : tokens - 1, filledAtMs: this.clock() });
    return isEmpty ? ((1 - tokens) * MINUTE_MS) / this.perMinute : 0;
  }

  private tokensOf(userId: string): number {
    const bucket = this.buckets.get(userId);
    if (bucket === undefined) return this.perMinute;
    const sinceMs = Math.max(0, this.clock() - bucket.filledAtMs);
    return Math.min(this.perMinute, bucket.tokens + (sinceMs * this.perMinute) / MINUTE_MS);
  }

  private remember(userId: string, bucket: Bucket): void {
    this.buckets.delete(userId);
    this.buckets.set(userId, bucket);
    if (this.buckets.size <= MOST_CALLERS) return;
    const [quietest = ''] = this.buckets.keys();
    this.buckets.delete(quietest);
  }
}

/** What a caller may still ask for. */
interface Bucket {
  readonly tokens: number;
  /** UTC epoch milliseconds */
  readonly filledAtMs: number;
}
