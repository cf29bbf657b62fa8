import { secondsOf } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import { hasEnded, keyForgottenAtSec } from '../../pool/lease.ts';
import type { AcquireRequest, LeaseQuery } from '../../pool/ports.ts';
import { IdempotencyKeyReused, IdempotencyKeySpent, LeaseSuperseded, NoLease } from '../../pool/refusals.ts';
import { Recent } from './recent.ts';
import type { LeasedSlot, Slot } from './slot.ts';
import { isDue } from './slot.ts';

/** How many leases that are over are remembered at least, to recognise a repeated release and a late acquire. */
const ENDED_REMEMBERED = 10_000;

/** A lease that was released. */
interface Release {
  readonly userId: string;
  readonly leaseId: string;
  readonly slot: Slot;
}

/** What is remembered of a lease that is over and had an idempotency key. */
type Spent = Pick<Lease, 'expiresAtSec' | 'idempotency'>;

/** The leased VMs by user, and the leases that ended lately. */
export class Leases {
  private readonly byUser = new Map<string, LeasedSlot>();
  private readonly starting = new Set<LeasedSlot>();
  private readonly released = new Recent<Release>(ENDED_REMEMBERED);
  private readonly spent = new Recent<Spent>(ENDED_REMEMBERED);
  /** No lease ends before this second; it may be too early, never too late. */
  private noEndBeforeSec = Infinity;

  /** Gives a VM its lease, or another term of it. */
  begin(slot: Slot, lease: Lease): LeasedSlot {
    const { userId, expiresAtSec, startingTtlSec } = lease;
    slot.lease = lease;
    const leased = slot as LeasedSlot;
    if (startingTtlSec === undefined) this.starting.delete(leased);
    else this.starting.add(leased);
    this.byUser.set(userId, leased);
    this.noEndBeforeSec = Math.min(this.noEndBeforeSec, expiresAtSec);
    return leased;
  }

  /** Takes the lease from a VM. */
  end(slot: LeasedSlot): void {
    const { userId, idempotency, expiresAtSec } = slot.lease;
    this.byUser.delete(userId);
    this.starting.delete(slot);
    if (idempotency !== undefined) this.spent.set(keyName(userId, idempotency.key), { expiresAtSec, idempotency });
    (slot as Slot).lease = undefined;
  }

  /** A lease that no VM could serve must not spend the key of a wish that is still open. */
  forgetKey({ userId, idempotency }: Lease): void {
    if (idempotency !== undefined) this.spent.delete(keyName(userId, idempotency.key));
  }

  /** The VM whose lease the user has, live or ended. */
  lastOf(userId: string): LeasedSlot | undefined {
    return this.byUser.get(userId);
  }

  /** The VM whose live lease the user has. */
  liveOf(userId: string, nowSec: number): LeasedSlot | undefined {
    const slot = this.byUser.get(userId);
    return slot !== undefined && !hasEnded(slot.lease, nowSec) ? slot : undefined;
  }

  /** The VM that a holder's call is about. @throws {@link NoLease}, {@link LeaseSuperseded} */
  held({ userId, leaseId, act }: LeaseQuery): LeasedSlot {
    const slot = this.liveOf(userId, secondsOf(act));
    if (slot === undefined) throw new NoLease(userId);
    if (leaseId !== undefined && slot.lease.id !== leaseId) throw new LeaseSuperseded(userId, leaseId);
    return slot;
  }

  /**
   * The VM that an earlier request of the user with this key got.
   * @throws {@link IdempotencyKeyReused}, {@link IdempotencyKeySpent}
   */
  grantedBefore({ userId, idempotency, act }: AcquireRequest): LeasedSlot | undefined {
    if (idempotency === undefined) return undefined;
    const nowSec = secondsOf(act);
    const earlier = this.lastUnder(userId, idempotency.key);
    if (earlier === undefined || nowSec >= keyForgottenAtSec(earlier)) return undefined;
    if (earlier.idempotency?.fingerprint !== idempotency.fingerprint) throw new IdempotencyKeyReused();
    const slot = this.liveOf(userId, nowSec);
    if (slot?.lease !== earlier) throw new IdempotencyKeySpent();
    return slot;
  }

  /** Remembers that the holder is releasing this lease. */
  rememberRelease(slot: LeasedSlot): void {
    const { id: leaseId, userId } = slot.lease;
    this.released.set(leaseId, { userId, leaseId, slot });
  }

  /** The earlier release of the lease that the query names, if it was this user's. */
  releasedBefore({ userId, leaseId }: LeaseQuery): Release | undefined {
    const release = leaseId === undefined ? undefined : this.released.get(leaseId);
    return release?.userId === userId ? release : undefined;
  }

  /** The VMs whose lease has ended, or whose start is to be looked at. */
  due(nowSec: number): LeasedSlot[] {
    const looked = [...this.starting].filter((slot) => isDue(slot, nowSec) && !hasEnded(slot.lease, nowSec));
    return [...this.ended(nowSec), ...looked];
  }

  /** The VMs whose lease has ended. Looks at all leases at most once a second. */
  ended(nowSec: number): LeasedSlot[] {
    if (nowSec < this.noEndBeforeSec) return [];
    const leased = [...this.byUser.values()];
    this.noEndBeforeSec = leased.reduce((earliest, { lease }) => Math.min(earliest, lease.expiresAtSec), Infinity);
    return leased.filter(({ lease }) => hasEnded(lease, nowSec));
  }

  /** The last lease that began with this key of the user. */
  private lastUnder(userId: string, key: string): Spent | undefined {
    const lease = this.byUser.get(userId)?.lease;
    return lease?.idempotency?.key === key ? lease : this.spent.get(keyName(userId, key));
  }
}

/** A name for a user's key that no other pair of user and key has, whatever their characters. */
function keyName(userId: string, key: string): string {
  return `${userId.length} ${userId} ${key}`;
}
