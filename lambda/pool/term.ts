/** How a lease begins, and how long it may last. */
import type { Act } from './event.ts';
import { secondsOf } from './event.ts';
import type { Idempotency, Lease } from './lease.ts';
import { LeaseTooLong } from './refusals.ts';

/** How long the leases of a pool may be, in minutes. */
export interface LeaseLimits {
  /** Length of a lease whose request names none. */
  readonly defaultMinutes: number;
  /** Longest time from a lease's acquire to its end, renewals included. */
  readonly maxMinutes: number;
}

/** A wanted length and the limit for it, seconds. */
export interface Term {
  /** From now to the wanted end. */
  readonly ttlSec: number;
  /** Longest time from a lease's acquire to its end. */
  readonly maxSec: number;
}

/** Terms of the lease that a request asks for; times and ids come from outside. */
export interface LeaseWish {
  readonly userId: string;
  /** Id the lease will have if it is granted. */
  readonly leaseId: string;
  readonly expiresAtSec: number;
  readonly sshPublicKey?: string | undefined;
  readonly idempotency?: Idempotency | undefined;
  readonly act: Act;
}

/** The term of `minutes`, or of the pool's default length. */
export function termOf(limits: LeaseLimits, minutes = limits.defaultMinutes): Term {
  return { ttlSec: minutes * 60, maxSec: limits.maxMinutes * 60 };
}

/**
 * End of a lease that begins now, UTC epoch seconds.
 * @throws {@link LeaseTooLong} when the term is longer than its limit
 */
export function firstEndSec(nowSec: number, { ttlSec, maxSec }: Term): number {
  if (ttlSec > maxSec) throw new LeaseTooLong(nowSec + maxSec);
  return nowSec + ttlSec;
}

/**
 * The lease that grants a wish: the user's right to the VM until the wanted end.
 *
 * @param startLimitSec - longest that the VM may take to start; undefined when it runs
 */
export function newLease(wish: LeaseWish, { id: vmId }: { readonly id: string }, startLimitSec?: number): Lease {
  const { leaseId: id, userId, expiresAtSec, sshPublicKey, idempotency, act } = wish;
  const acquiredAtSec = secondsOf(act);
  return {
    id,
    userId,
    vmId,
    acquiredAtSec,
    expiresAtSec: expiresAtSec + (startLimitSec ?? 0),
    ...(startLimitSec !== undefined && { startingTtlSec: expiresAtSec - acquiredAtSec }),
    ...(sshPublicKey !== undefined && { sshPublicKey }),
    ...(idempotency !== undefined && { idempotency }),
  };
}

/**
 * Extends a live lease to end `ttlSec` from now; one whose VM is being started, to last `ttlSec` from its latest begin.
 * A renewal never shortens a lease.
 *
 * @param nowSec - current time, UTC epoch seconds; passed in so that the rule stays pure
 * @throws {@link LeaseTooLong} when the lease would become longer than `maxSec`
 */
export function renewed(lease: Lease, nowSec: number, { ttlSec, maxSec }: Term): Lease {
  const { acquiredAtSec, expiresAtSec, startingTtlSec } = lease;
  const beginSec = startingTtlSec === undefined ? acquiredAtSec : expiresAtSec - startingTtlSec;
  const wantedSec = ttlSec + (startingTtlSec === undefined ? nowSec : beginSec);
  const latestSec = beginSec + maxSec;
  if (wantedSec > latestSec) throw new LeaseTooLong(latestSec);
  const endSec = Math.max(expiresAtSec, wantedSec);
  return { ...lease, expiresAtSec: endSec, ...(startingTtlSec !== undefined && { startingTtlSec: endSec - beginSec }) };
}
