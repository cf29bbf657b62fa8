/**
 * Ties a lease to the request that it answers, so that a retry of that request is recognised. A key belongs to the user
 * of the lease: the same key of another user is another key.
 */
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
  /**
   * Seconds that the lease lasts from the moment at which its VM is ready. Present while the VM is being started; until
   * then `expiresAtSec` is the latest end that the lease can have.
   */
  readonly startingTtlSec?: number;
  /** The user's own public key, if they want it let in instead of getting a private key. */
  readonly sshPublicKey?: string;
  readonly idempotency?: Idempotency;
}

/** When something is to happen to the VM of a lease that begins: its start is looked at at once, or the lease ends. */
export function firstDueSec({ startingTtlSec, acquiredAtSec, expiresAtSec }: Lease): number {
  return startingTtlSec === undefined ? expiresAtSec : acquiredAtSec;
}

/**
 * How long stores remember a lease that is over, days: a repeated release gets its answer again, and a late duplicate
 * of the request that began the lease gets no second VM. Longer than any caller retries.
 */
export const REMEMBERED_DAYS = 7;

/** The same, seconds. */
export const REMEMBERED_SEC = REMEMBERED_DAYS * 24 * 3600;

/**
 * When the idempotency key of a lease is forgotten, UTC epoch seconds. Counts from the `expiresAtSec` that the holder
 * knows, however the lease ends.
 */
export function keyForgottenAtSec({ expiresAtSec }: Pick<Lease, 'expiresAtSec'>): number {
  return expiresAtSec + REMEMBERED_SEC;
}

/** Whether a lease has lost its rights: it ends at the very second `expiresAtSec`, reaped or not. */
export function hasEnded(lease: Lease, nowSec: number): boolean {
  return nowSec >= lease.expiresAtSec;
}
