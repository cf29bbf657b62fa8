/** Ties a lease to the request that it answers, so that a retry of that request is recognised. */
export interface Idempotency {
  /** The client's `Idempotency-Key`. */
  readonly key: string;
  /** Equal for two requests exactly when their parameters mean the same. */
  readonly fingerprint: string;
}

/** One user's right to one VM until `expiresAtSec`. Times are UTC epoch seconds. */
export interface Lease {
  /** Fences every later call: a call that names another id than the current one is refused. */
  readonly id: string;
  readonly userId: string;
  readonly vmId: string;
  readonly acquiredAtSec: number;
  readonly expiresAtSec: number;
  /** The user's own public key, if they want it let in instead of getting a private key. */
  readonly sshPublicKey?: string;
  readonly idempotency?: Idempotency;
}

/** Whether a lease has lost its rights: it ends at the very second `expiresAtSec`, reaped or not. */
export function hasEnded(lease: Lease, nowSec: number): boolean {
  return nowSec >= lease.expiresAtSec;
}
