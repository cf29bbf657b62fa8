import { secondsOf } from './event.ts';
import type { AcquireRequest } from './ports.ts';
import { LeaseTooLong } from './refusals.ts';
import type { Vm } from './vm.ts';

/** Marks a lease as the answer to one particular request, so that a retry of it can be told from a new one. */
export interface Idempotency {
  /** The client's `Idempotency-Key`. */
  readonly key: string;
  /** Equal for two requests exactly when their parameters mean the same. */
  readonly fingerprint: string;
}

/** One user's right to one VM until `expiresAtSec`. Times are UTC epoch seconds. */
export interface Lease {
  /** Fences every later call: whoever names another id than the current one is told so. */
  readonly id: string;
  readonly userId: string;
  readonly vmId: string;
  readonly acquiredAtSec: number;
  readonly expiresAtSec: number;
  /** The user's own public key, when they asked for it to be let in instead of being handed a key. */
  readonly sshPublicKey?: string;
  readonly idempotency?: Idempotency;
}

/** The lease that a request is granted: its user's right to the VM until the end that was asked for. */
export function newLease(request: AcquireRequest, { id: vmId }: Vm): Lease {
  const { leaseId: id, userId, expiresAtSec, sshPublicKey, idempotency, act } = request;
  return {
    id,
    userId,
    vmId,
    acquiredAtSec: secondsOf(act),
    expiresAtSec,
    ...(sshPublicKey !== undefined && { sshPublicKey }),
    ...(idempotency !== undefined && { idempotency }),
  };
}

/** Whether a lease gives no rights any more: it ends at the very second `expiresAtSec`, reaped or not. */
export function hasEnded(lease: Lease, nowSec: number): boolean {
  return nowSec >= lease.expiresAtSec;
}

/**
 * Extends a live lease to end `ttlSec` from now. A renewal never shortens a lease.
 *
 * @param nowSec - current time, UTC epoch seconds; passed in so that the rule stays pure
 * @param ttlSec - wanted lifetime from now, seconds
 * @param maxSec - longest a lease may be from its acquire to its end, seconds
 * @throws {@link LeaseTooLong} when the lease would become longer than `maxSec`
 */
export function renewed(lease: Lease, nowSec: number, ttlSec: number, maxSec: number): Lease {
  const latestSec = lease.acquiredAtSec + maxSec;
  if (nowSec + ttlSec > latestSec) throw new LeaseTooLong(lease, latestSec);
  return { ...lease, expiresAtSec: Math.max(lease.expiresAtSec, nowSec + ttlSec) };
}
