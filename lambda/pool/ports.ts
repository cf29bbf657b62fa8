import type { Act, ChangeEvent, PoolEvent } from './event.ts';
import type { SyncOptions } from './inventory.ts';
import type { Lease } from './lease.ts';
import type { VmChange } from './life.ts';
import type { LeaseWish, Term } from './term.ts';
import type { PoolCounts, Vm, VmStatus } from './vm.ts';

/** A wish for a VM of one pool. */
export interface AcquireRequest extends LeaseWish {
  readonly pool: string;
  /**
   * Longest that a stopped VM may take to start, seconds. Given: where no free VM runs, a stopped one is lent, and its
   * lease is `starting`.
   */
  readonly startLimitSec?: number | undefined;
}

/** A live lease and the VM it is for. */
export interface Grant {
  readonly vm: Vm;
  readonly lease: Lease;
}

/** A grant, and what else the store did for it. */
export interface NewGrant extends Grant {
  /** An earlier grant of the user whose lease had ended, and which this call took back. */
  readonly expired?: Grant;
}

/** Names a user's lease; without `leaseId`, the one that the user holds. */
export interface LeaseQuery {
  readonly userId: string;
  readonly leaseId?: string | undefined;
  readonly act: Act;
}

/** A wish to extend a lease. */
export interface RenewRequest extends LeaseQuery {
  /** The wanted term under the limits of the pool that the VM belongs to; only the store knows which pool that is. */
  readonly termIn: (pool: string) => Term;
}

/** A VM is ready, so that the time of the lease on it is to begin. */
export interface BeginRequest extends LeaseQuery {
  /** The VM that is ready; by default the one that the lease has. */
  readonly vmId?: string | undefined;
}

/** A wish to give the holder of a lease another VM, since theirs can't be used. */
export interface ExchangeRequest {
  readonly grant: Grant;
  /** Why the VM is quarantined. */
  readonly reason: string;
  /** As in {@link AcquireRequest}. */
  readonly startLimitSec?: number | undefined;
  readonly act: Act;
}

/** A VM after its release. */
export interface ReleasedVm extends VmStatus {
  readonly leaseId: string;
  /** The lease, if this very call ended it. */
  readonly ended?: Lease | undefined;
}

/** What became of a change. */
export interface Changed {
  /** Whether this very change was made. */
  readonly applied: boolean;
  /** The VM's current status, or its last if it has left the store. */
  readonly status: VmStatus;
}

/** Part of a longer list, and where the next part begins. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque. Absent on the last page. */
  readonly cursor?: string;
}

/** Where in a list to begin, and how much of it to read. */
export interface PageQuery {
  /** The cursor of an earlier page. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Events of one VM or of one user. */
export type EventQuery = PageQuery & ({ readonly vmId: string } | { readonly userId: string });

/** How far a sync came. */
export interface SyncProgress {
  /** VMs that were added, changed or removed. */
  readonly changes: number;
  /** VMs that still differ from the inventory. */
  readonly left: number;
}

/** What borrowers do with leases. */
export interface BorrowingStore {
  /**
   * Gives one free VM of `request.pool` to `request.userId`. A retry, known by the user and their idempotency key, gets
   * the same grant while that lease lives, and none afterwards until {@link keyForgottenAtSec}.
   * @throws {@link IdempotencyKeyReused}, then {@link IdempotencyKeySpent}, then {@link AlreadyAllocated} when the user
   *   holds a lease, then {@link UnknownPool}, then {@link PoolEmpty} when no VM of the pool is free
   */
  acquire(request: AcquireRequest): Promise<NewGrant>;

  /** The user's live lease, if there is one. */
  find(userId: string, nowSec: number): Promise<Grant | undefined>;

  /** @throws {@link NoLease}, {@link LeaseSuperseded}, {@link LeaseTooLong} */
  renew(request: RenewRequest): Promise<Lease>;

  /**
   * Ends the lease. Its VM is `checking` from then on, or {@link gone} when it has left the inventory. Repeating a
   * release changes nothing and returns the VM's current status.
   * @throws {@link NoLease}, {@link LeaseSuperseded}
   */
  release(query: LeaseQuery): Promise<ReleasedVm>;

  /**
   * Reads something from the store, once.
   * @throws {@link StoreUnavailable} when it does not answer soon; any other error is a fault
   */
  ping(): Promise<void>;
}

/** What happens to a lease whose VM has to be started. */
export interface StartingStore {
  /**
   * Begins the time of a lease whose VM is ready after a start: it lasts `startingTtlSec` from now. Repeating it
   * changes nothing, and neither does it when the lease has moved to another VM.
   * @returns the lease as it is by then
   * @throws {@link NoLease}, {@link LeaseSuperseded}
   */
  begin(request: BeginRequest): Promise<Lease>;

  /**
   * Quarantines the VM of a live lease and moves the lease, with its id and its whole length, to another free VM of the
   * pool.
   * @throws {@link NoLease} when the VM no longer has the lease; {@link PoolEmpty} when no other VM is free: then the VM
   *   is quarantined all the same, the lease is over, and its idempotency key is unused again
   */
  exchange(request: ExchangeRequest): Promise<Grant>;
}

/** Changes VMs that the caller has read. */
interface ChangingStore {
  /**
   * Takes a VM to its next place in life, unless it has changed since `before` was read; then nothing happens. A lease
   * ends when its VM is no longer `leased`.
   * @param event - absent for a change that tells operators nothing, such as a wait that goes on
   */
  change(before: VmStatus, change: VmChange, event?: ChangeEvent): Promise<Changed>;
}

/** What the scheduled run and the checks after a release need. */
export interface UpkeepStore extends ChangingStore {
  /**
   * Makes the VMs of the store those of the inventory. Idempotent, and never touches a lease.
   * @throws {@link PoolWouldEmpty}, before anything has changed
   */
  sync(inventory: readonly Vm[], act: Act, options?: SyncOptions): Promise<SyncProgress>;

  /**
   * VMs whose lease has ended, whose check is due or whose start is to be looked at, at most `limit`, the longest
   * overdue first.
   */
  due(nowSec: number, limit: number): Promise<readonly VmStatus[]>;

  /** Counts by state of every pool. A VM whose lease has ended counts as `checking`, since it only waits for that. */
  counts(nowSec: number): Promise<ReadonlyMap<string, PoolCounts>>;
}

/** What a pool's stopped VMs save. */
export interface PoolSavings {
  /** How many VMs were stopped when the time was added up last. */
  readonly stopped: number;
  /** How long VMs of the pool were stopped, all together, seconds. */
  readonly stoppedSec: number;
}

/** What stopping and starting VMs needs. */
export interface PowerStore extends ChangingStore {
  /** Every free VM of a pool, running or stopped. */
  free(pool: string): Promise<readonly VmStatus[]>;

  /** The current status of one VM. */
  status(vmId: string): Promise<VmStatus | undefined>;

  /**
   * Adds the time since the last call, at most {@link LONGEST_GAP_SEC}, for each stopped VM of each pool. Two calls at
   * the same moment count once.
   * @param stopped - how many VMs of each pool are stopped
   */
  addStoppedTime(stopped: ReadonlyMap<string, number>, nowSec: number): Promise<void>;

  /** By pool; only pools that ever had stopped VMs. */
  savings(): Promise<ReadonlyMap<string, PoolSavings>>;
}

/** Longest time between two ticks that counts as saved, seconds: nobody knows what VMs did in a longer gap. */
export const LONGEST_GAP_SEC = 300;

/** What operators need. */
export interface OperatorStore extends ChangingStore {
  /** The current status of one VM. */
  status(vmId: string): Promise<VmStatus | undefined>;

  /** All VMs, page by page. @throws {@link InvalidCursor} */
  statuses(query: PageQuery): Promise<Page<VmStatus>>;

  /** What has happened, newest first, page by page. @throws {@link InvalidCursor} */
  events(query: EventQuery): Promise<Page<PoolEvent>>;
}

/**
 * Where leases live, in the roles of its users. Each write is atomic: it happens completely, its event included, or it
 * throws and nothing has changed. A lease past its end gives no rights in any call, reaped or not. Any call may throw
 * {@link StoreUnavailable}.
 */
export interface LeaseStore extends BorrowingStore, StartingStore, UpkeepStore, PowerStore, OperatorStore {}

/** Waits, passed in so that tests own the time. */
export type Pause = (ms: number) => Promise<void>;

/** The time, passed in so that rules and tests own it. @returns UTC epoch milliseconds */
export type Clock = () => number;
