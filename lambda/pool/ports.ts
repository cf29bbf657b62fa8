import type { Verdict } from './check.ts';
import type { Idempotency, Lease } from './lease.ts';
import type { PoolCounts, Vm, VmStatus } from './vm.ts';

/** A wish for a VM; everything that must come from outside the rules (time, ids) is already in it. */
export interface AcquireRequest {
  readonly pool: string;
  readonly userId: string;
  /** Id the lease will have if it is granted. */
  readonly leaseId: string;
  readonly nowSec: number;
  readonly expiresAtSec: number;
  readonly sshPublicKey?: string;
  readonly idempotency?: Idempotency;
}

/** A live lease and the VM it is for. */
export interface Grant {
  readonly vm: Vm;
  readonly lease: Lease;
}

/** Names a user's lease; without `leaseId` whichever the user holds. */
export interface LeaseQuery {
  readonly userId: string;
  readonly leaseId?: string;
  readonly nowSec: number;
}

/** A wish to extend a lease: to `ttlSec` from now, and never beyond `maxSec` after it was acquired. */
export interface RenewRequest extends LeaseQuery {
  readonly ttlSec: number;
  readonly maxSec: number;
}

/**
 * Where leases live. Each write is atomic: it happens wholly, or it throws and nothing has changed.
 * A lease past its end gives no rights in any call, whether or not it has been reaped.
 */
export interface LeaseStore {
  /**
   * Gives one free VM of `request.pool` to `request.userId`. The same request again, told by its idempotency key, gets the
   * same grant while that lease lives.
   * @throws {@link AlreadyAllocated} when the user holds a lease, {@link PoolEmpty} when no VM of the pool is free,
   *   {@link UnknownPool}, {@link IdempotencyKeyReused}
   */
  acquire(request: AcquireRequest): Promise<Grant>;

  /** The user's live lease, if there is one. */
  find(userId: string, nowSec: number): Promise<Grant | undefined>;

  /** @throws {@link NoLease}, {@link LeaseSuperseded}, {@link LeaseTooLong} */
  renew(request: RenewRequest): Promise<Lease>;

  /**
   * Ends the lease; its VM is `checking` from then on. A repeated release of a lease that the user has released before
   * changes nothing and answers the VM as it is now.
   * @throws {@link NoLease}, {@link LeaseSuperseded}
   */
  release(query: LeaseQuery): Promise<VmStatus>;

  /** Ends every lease that is past its end; their VMs are `checking` from then on. @returns how many */
  reap(nowSec: number): Promise<number>;

  /** The VMs that wait for a check. */
  dueChecks(): Promise<readonly VmStatus[]>;

  /**
   * Records what a check of a VM found. When the VM has changed since `checked` was read, nothing happens.
   * @returns the VM as it is now
   */
  settleCheck(checked: VmStatus, verdict: Verdict): Promise<VmStatus>;

  /** Counts by state of every pool of the inventory. */
  counts(): Promise<ReadonlyMap<string, PoolCounts>>;

  /** Touches the store for real. @throws when it can't be reached */
  ping(): Promise<void>;
}

/**
 * What opens a VM: a private key handed to the user, or the user's own public key that the VM now accepts.
 * Whatever it is, it is for the holder of the lease alone and belongs in no log.
 */
export type LoginKey = { readonly privateKey: string } | { readonly authorizedKey: string };

/** Where VMs come from. */
export interface VmProvider {
  /** Every VM that can be lent. */
  inventory(): readonly Vm[];

  /** Opens the VM to the holder of a lease: lets `sshPublicKey` in when given, else hands out a key. */
  login(vm: Vm, sshPublicKey?: string): Promise<LoginKey>;

  /** Checks a VM between one user and the next. To throw is to fail the check. */
  check(vm: Vm): Promise<Verdict>;
}

/** The time, passed in so that rules and tests own it. @returns UTC epoch milliseconds */
export type Clock = () => number;
