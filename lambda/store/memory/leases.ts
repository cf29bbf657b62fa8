import QuickLRU from 'quick-lru';
import { secondsOf } from '../../pool/event.ts';
import type { Idempotency, Lease } from '../../pool/lease.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { LeaseQuery } from '../../pool/ports.ts';
import { IdempotencyKeyReused, LeaseSuperseded, NoLease } from '../../pool/refusals.ts';
import type { LeasedSlot, Slot } from './slot.ts';

/** How many released leases are remembered at least, to recognise a repeated release. */
const RELEASES_REMEMBERED = 10_000;

/** A lease that was released. */
interface Release {
  readonly userId: string;
  readonly leaseId: string;
  readonly slot: Slot;
}

/** The leased VMs by user and by idempotency key, and the leases that were released lately. */
export class Leases {
  private readonly byUser = new Map<string, LeasedSlot>();
  private readonly byIdempotencyKey = new Map<string, LeasedSlot>();
  private readonly released = new QuickLRU<string, Release>({ maxSize: RELEASES_REMEMBERED });
  /** No lease ends before this second; it may be too early, never too late. */
  private noEndBeforeSec = Infinity;

  /** Gives a VM its lease. */
  begin(slot: Slot, lease: Lease): LeasedSlot {
    const { userId, idempotency, expiresAtSec } = lease;
    slot.lease = lease;
    const leased = slot as LeasedSlot;
    this.byUser.set(userId, leased);
    if (idempotency !== undefined) this.byIdempotencyKey.set(idempotency.key, leased);
    this.noEndBeforeSec = Math.min(this.noEndBeforeSec, expiresAtSec);
    return leased;
  }

  /** Takes the lease from a VM. */
  end(slot: LeasedSlot): void {
    const { userId, idempotency } = slot.lease;
    this.byUser.delete(userId);
    // A later lease may have the key by now, if this one ended and was not reaped.
    if (idempotency !== undefined && this.byIdempotencyKey.get(idempotency.key) === slot) {
      this.byIdempotencyKey.delete(idempotency.key);
    }
    (slot as Slot).lease = undefined;
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

  /** The VM that an earlier request with this key got. @throws {@link IdempotencyKeyReused} */
  grantedBefore(idempotency: Idempotency | undefined, nowSec: number): LeasedSlot | undefined {
    if (idempotency === undefined) return undefined;
    const slot = this.byIdempotencyKey.get(idempotency.key);
    if (slot === undefined || hasEnded(slot.lease, nowSec)) return undefined;
    if (slot.lease.idempotency?.fingerprint !== idempotency.fingerprint) throw new IdempotencyKeyReused();
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

  /** The VMs whose lease has ended. Looks at all leases at most once a second. */
  ended(nowSec: number): LeasedSlot[] {
    if (nowSec < this.noEndBeforeSec) return [];
    const leased = [...this.byUser.values()];
    this.noEndBeforeSec = leased.reduce((earliest, { lease }) => Math.min(earliest, lease.expiresAtSec), Infinity);
    return leased.filter(({ lease }) => hasEnded(lease, nowSec));
  }
}
