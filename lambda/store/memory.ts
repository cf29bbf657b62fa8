import QuickLRU from 'quick-lru';
import Queue from 'yocto-queue';
import { afterCheck } from '../pool/check.ts';
import type { Verdict } from '../pool/check.ts';
import { hasEnded, renewed } from '../pool/lease.ts';
import type { Idempotency, Lease } from '../pool/lease.ts';
import type { AcquireRequest, Grant, LeaseQuery, LeaseStore, RenewRequest } from '../pool/ports.ts';
import {
  AlreadyAllocated,
  IdempotencyKeyReused,
  LeaseSuperseded,
  NoLease,
  PoolEmpty,
  UnknownPool,
} from '../pool/refusals.ts';
import type { PoolCounts, Vm, VmState, VmStatus } from '../pool/vm.ts';

/** What the store knows of one VM. */
interface Slot {
  readonly vm: Vm;
  readonly pool: Pool;
  state: VmState;
  version: number;
  failures: number;
  reason?: string | undefined;
  lease?: Lease | undefined;
}

interface Pool {
  readonly counts: Record<VmState, number>;
  /** Longest free first, so that whoever gives back a VM they dislike gets another one next. */
  readonly free: Queue<Slot>;
}

/** A slot whose lease is known to be there. */
type LeasedSlot = Slot & { lease: Lease };

/** How many released leases are remembered at least, so that a repeated release is told from a wrong one. */
const RELEASES_REMEMBERED = 10_000;

/**
 * Leases in the memory of this process. Exact within it, since no method awaits between reading and writing, and gone
 * with it. No call's cost grows with the number of VMs, but for a sweep of all leases at most once a second.
 */
export class MemoryStore implements LeaseStore {
  private readonly slots: ReadonlyMap<string, Slot>;
  private readonly pools = new Map<string, Pool>();
  private readonly byUser = new Map<string, LeasedSlot>();
  private readonly byIdempotencyKey = new Map<string, LeasedSlot>();
  private readonly checking = new Set<Slot>();
  private readonly released = new QuickLRU<string, { userId: string; slot: Slot }>({ maxSize: RELEASES_REMEMBERED });
  /** No live lease ends before this second; it may be too early, never too late. */
  private noEndBeforeSec = Infinity;

  /** @param maxCheckFailures - failed checks in a row after which a VM is quarantined */
  constructor(
    inventory: readonly Vm[],
    private readonly maxCheckFailures: number,
  ) {
    this.slots = new Map(inventory.map((vm) => [vm.id, this.newSlot(vm)]));
  }

  async acquire(request: AcquireRequest): Promise<Grant> {
    const pool = this.poolNamed(request.pool);
    this.reapUser(request.userId, request.nowSec);
    const replay = this.replayOf(request.idempotency, request.nowSec);
    if (replay !== undefined) return grantOf(replay);
    const held = this.byUser.get(request.userId);
    if (held !== undefined) throw new AlreadyAllocated(held.lease);
    const slot = pool.free.dequeue();
    if (slot === undefined) throw new PoolEmpty(request.pool, { ...pool.counts });
    return grantOf(this.grant(slot, request));
  }

  async find(userId: string, nowSec: number): Promise<Grant | undefined> {
    const slot = this.liveSlotOf(userId, nowSec);
    return slot && grantOf(slot);
  }

  async renew(request: RenewRequest): Promise<Lease> {
    const slot = this.heldSlot(request);
    slot.lease = renewed(slot.lease, request.nowSec, request.ttlSec, request.maxSec);
    return slot.lease;
  }

  async release(query: LeaseQuery): Promise<VmStatus> {
    const repeated = this.releasedBefore(query);
    if (repeated !== undefined) return statusOf(repeated);
    const slot = this.heldSlot(query);
    this.released.set(slot.lease.id, { userId: query.userId, slot });
    this.endLease(slot);
    return statusOf(slot);
  }

  async reap(nowSec: number): Promise<number> {
    if (nowSec < this.noEndBeforeSec) return 0;
    const leased = [...this.byUser.values()];
    const ended = leased.filter(({ lease }) => hasEnded(lease, nowSec));
    for (const slot of ended) this.endLease(slot);
    this.noEndBeforeSec = Infinity;
    for (const { lease } of this.byUser.values()) this.noteEnd(lease);
    return ended.length;
  }

  async dueChecks(): Promise<readonly VmStatus[]> {
    return [...this.checking].map(statusOf);
  }

  async settleCheck(checked: VmStatus, verdict: Verdict): Promise<VmStatus> {
    const slot = this.slots.get(checked.vm.id);
    if (slot === undefined) throw new Error(`no such VM: ${checked.vm.id}`);
    if (slot.state === 'checking' && slot.version === checked.version) {
      const { state, failures, reason } = afterCheck(slot.failures, verdict, this.maxCheckFailures);
      Object.assign(slot, { failures, reason });
      this.move(slot, state);
    }
    return statusOf(slot);
  }

  async counts(): Promise<ReadonlyMap<string, PoolCounts>> {
    return new Map([...this.pools].map(([name, { counts }]) => [name, { ...counts }]));
  }

  async ping(): Promise<void> {
    // This process's memory is there whenever this process is.
  }

  private newSlot(vm: Vm): Slot {
    let pool = this.pools.get(vm.pool);
    if (pool === undefined) {
      pool = { counts: { free: 0, leased: 0, checking: 0, quarantined: 0 }, free: new Queue() };
      this.pools.set(vm.pool, pool);
    }
    const slot: Slot = { vm, pool, state: 'free', version: 0, failures: 0 };
    pool.counts.free += 1;
    pool.free.enqueue(slot);
    return slot;
  }

  private poolNamed(name: string): Pool {
    const pool = this.pools.get(name);
    if (pool === undefined) throw new UnknownPool(name, [...this.pools.keys()]);
    return pool;
  }

  private replayOf(idempotency: Idempotency | undefined, nowSec: number): LeasedSlot | undefined {
    if (idempotency === undefined) return undefined;
    const slot = this.byIdempotencyKey.get(idempotency.key);
    if (slot === undefined || hasEnded(slot.lease, nowSec)) return undefined;
    if (slot.lease.idempotency?.fingerprint !== idempotency.fingerprint) throw new IdempotencyKeyReused();
    return slot;
  }

  private grant(slot: Slot, request: AcquireRequest): LeasedSlot {
    const { leaseId: id, userId, nowSec: acquiredAtSec, expiresAtSec, sshPublicKey, idempotency } = request;
    const lease: Lease = {
      id,
      userId,
      vmId: slot.vm.id,
      acquiredAtSec,
      expiresAtSec,
      ...(sshPublicKey !== undefined && { sshPublicKey }),
      ...(idempotency !== undefined && { idempotency }),
    };
    const leased = Object.assign(slot, { lease });
    this.byUser.set(userId, leased);
    if (idempotency !== undefined) this.byIdempotencyKey.set(idempotency.key, leased);
    this.noteEnd(lease);
    this.move(slot, 'leased');
    return leased;
  }

  private noteEnd(lease: Lease): void {
    this.noEndBeforeSec = Math.min(this.noEndBeforeSec, lease.expiresAtSec);
  }

  private liveSlotOf(userId: string, nowSec: number): LeasedSlot | undefined {
    const slot = this.byUser.get(userId);
    return slot !== undefined && !hasEnded(slot.lease, nowSec) ? slot : undefined;
  }

  private heldSlot({ userId, leaseId, nowSec }: LeaseQuery): LeasedSlot {
    const slot = this.liveSlotOf(userId, nowSec);
    if (slot === undefined) throw new NoLease(userId);
    if (leaseId !== undefined && slot.lease.id !== leaseId) throw new LeaseSuperseded(userId, leaseId);
    return slot;
  }

  private releasedBefore({ userId, leaseId }: LeaseQuery): Slot | undefined {
    const release = leaseId === undefined ? undefined : this.released.get(leaseId);
    return release?.userId === userId ? release.slot : undefined;
  }

  private reapUser(userId: string, nowSec: number): void {
    const slot = this.byUser.get(userId);
    if (slot !== undefined && hasEnded(slot.lease, nowSec)) this.endLease(slot);
  }

  private endLease(slot: LeasedSlot): void {
    const { userId, idempotency } = slot.lease;
    this.byUser.delete(userId);
    // The key may have been taken over by a later lease when this one had ended but was not reaped yet.
    if (idempotency !== undefined && this.byIdempotencyKey.get(idempotency.key) === slot) {
      this.byIdempotencyKey.delete(idempotency.key);
    }
    (slot as Slot).lease = undefined;
    this.move(slot, 'checking');
  }

  private move(slot: Slot, state: VmState): void {
    slot.pool.counts[slot.state] -= 1;
    slot.pool.counts[state] += 1;
    slot.state = state;
    slot.version += 1;
    if (state === 'free') slot.pool.free.enqueue(slot);
    if (state === 'checking') this.checking.add(slot);
    else this.checking.delete(slot);
  }
}

function grantOf({ vm, lease }: LeasedSlot): Grant {
  return { vm, lease };
}

function statusOf({ vm, state, version, failures, reason }: Slot): VmStatus {
  return { vm, state, version, failures, ...(reason !== undefined && { reason }) };
}
