import QuickLRU from 'quick-lru';
import { secondsOf } from '../../pool/event.ts';
import type { Act, ChangeEvent, EventKind, PoolEvent } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { Idempotency, Lease } from '../../pool/lease.ts';
import { gone, isOverdue, vacated } from '../../pool/life.ts';
import type { VmChange } from '../../pool/life.ts';
import type {
  AcquireRequest,
  Changed,
  EventQuery,
  Grant,
  LeaseQuery,
  LeaseStore,
  Page,
  PageQuery,
  RenewRequest,
} from '../../pool/ports.ts';
import {
  AlreadyAllocated,
  IdempotencyKeyReused,
  InvalidCursor,
  LeaseSuperseded,
  NoLease,
  PoolEmpty,
  UnknownPool,
} from '../../pool/refusals.ts';
import { newLease, renewed } from '../../pool/term.ts';
import { sameVm } from '../../pool/vm.ts';
import type { PoolCounts, Vm, VmState, VmStatus } from '../../pool/vm.ts';
import { EventLog } from './event-log.ts';
import { FreeQueue } from './free-queue.ts';
import type { InLine } from './line.ts';

/**
 * What the store knows of one VM: a status that changes. Every slot has every field all the time; the engine reads and
 * copies objects that gain and lose fields many times slower.
 */
interface Slot extends Status, InLine<Slot> {}

type Status = { -readonly [Field in keyof Required<VmStatus>]: VmStatus[Field] };

/** A slot whose lease is known to be there. */
type LeasedSlot = Slot & { lease: Lease };

interface Pool {
  readonly counts: Record<VmState, number>;
  readonly free: FreeQueue<Slot>;
}

/** How many released leases are remembered at least, so that a repeated release is told from a wrong one. */
const RELEASES_REMEMBERED = 10_000;

/**
 * Leases in the memory of this process. Exact within it, since no method awaits between reading and writing, and gone
 * with it. No call of a user costs more with more VMs, but for a sweep of all leases at most once a second.
 */
export class MemoryStore implements LeaseStore {
  private readonly slots = new Map<string, Slot>();
  private readonly pools = new Map<string, Pool>();
  private readonly byUser = new Map<string, LeasedSlot>();
  private readonly byIdempotencyKey = new Map<string, LeasedSlot>();
  private readonly checking = new Set<Slot>();
  private readonly released = new QuickLRU<string, { userId: string; slot: Slot }>({ maxSize: RELEASES_REMEMBERED });
  private readonly log = new EventLog();
  /** No lease ends before this second; it may be too early, never too late. */
  private noEndBeforeSec = Infinity;

  async sync(inventory: readonly Vm[], act: Act): Promise<void> {
    const wanted = new Map(inventory.map((vm) => [vm.id, vm]));
    for (const slot of this.slots.values()) if (!wanted.has(slot.vm.id) && !slot.retired) this.retire(slot, act);
    for (const vm of wanted.values()) this.takeIn(vm, act);
  }

  async acquire(request: AcquireRequest): Promise<Grant> {
    const { pool: name, userId, act } = request;
    const nowSec = secondsOf(act);
    const replay = this.replayOf(request.idempotency, nowSec);
    if (replay !== undefined) return grantOf(replay);
    const held = this.byUser.get(userId);
    if (held !== undefined && !hasEnded(held.lease, nowSec)) throw new AlreadyAllocated(held.lease);
    const pool = this.poolNamed(name);
    const slot = pool.free.first;
    if (slot === undefined) throw new PoolEmpty(name, this.countsOf(pool, nowSec));
    if (held !== undefined) this.expire(held, act);
    return grantOf(this.grant(slot, request));
  }

  async find(userId: string, nowSec: number): Promise<Grant | undefined> {
    const slot = this.liveSlotOf(userId, nowSec);
    return slot && grantOf(slot);
  }

  async renew(request: RenewRequest): Promise<Lease> {
    const slot = this.heldSlot(request);
    slot.lease = renewed(slot.lease, secondsOf(request.act), request.termIn(slot.vm.pool));
    slot.dueAtSec = slot.lease.expiresAtSec;
    slot.version += 1;
    this.log.append(leaseEvent(slot, 'renewed', request.act), 'leased', 'leased');
    return slot.lease;
  }

  async release(query: LeaseQuery): Promise<VmStatus> {
    const repeated = this.releasedBefore(query);
    if (repeated !== undefined) return this.shown(repeated);
    const slot = this.heldSlot(query);
    this.released.set(slot.lease.id, { userId: query.userId, slot });
    this.put(slot, vacated(slot, secondsOf(query.act)), leaseEvent(slot, 'released', query.act));
    return this.shown(slot);
  }

  async due(nowSec: number, limit: number): Promise<readonly VmStatus[]> {
    const waiting = [...this.checking].filter(({ dueAtSec = 0 }) => dueAtSec <= nowSec);
    const due = [...this.endedSlots(nowSec), ...waiting];
    return due
      .sort((one, other) => (one.dueAtSec ?? 0) - (other.dueAtSec ?? 0))
      .slice(0, limit)
      .map(statusOf);
  }

  async change(before: VmStatus, change: VmChange, event: ChangeEvent): Promise<Changed> {
    const slot = this.slots.get(before.vm.id);
    if (slot === undefined) return { applied: false, status: before };
    const applied = slot.version === before.version;
    if (applied) this.put(slot, change, event);
    return { applied, status: statusOf(slot) };
  }

  async status(vmId: string): Promise<VmStatus | undefined> {
    const slot = this.slots.get(vmId);
    return slot && statusOf(slot);
  }

  async statuses({ cursor, limit }: PageQuery): Promise<Page<VmStatus>> {
    const all = [...this.slots.values()].sort((one, other) => (one.vm.id < other.vm.id ? -1 : 1));
    const after = cursor === undefined ? '' : idOf(cursor);
    const rest = all.filter(({ vm }) => vm.id > after);
    const items = rest.slice(0, limit).map(statusOf);
    const last = items.at(-1);
    return { items, ...(rest.length > limit && last !== undefined && { cursor: cursorOf(last) }) };
  }

  async events(query: EventQuery): Promise<Page<PoolEvent>> {
    return this.log.page(query);
  }

  async counts(nowSec: number): Promise<ReadonlyMap<string, PoolCounts>> {
    return new Map([...this.pools].map(([name, pool]) => [name, this.countsOf(pool, nowSec)]));
  }

  async ping(): Promise<void> {
    // This process's memory is there whenever this process is.
  }

  private takeIn(vm: Vm, act: Act): void {
    const slot = this.slots.get(vm.id);
    if (slot === undefined) {
      this.add(vm, act);
      return;
    }
    const moved = slot.vm.pool !== vm.pool;
    if (moved && slot.state === 'leased') return; // It changes pools when it is back.
    if (!slot.retired && sameVm(slot.vm, vm)) return;
    if (moved) this.movePool(slot, vm.pool);
    this.alter(slot, { vm, retired: false }, act);
  }

  /** Changes what the inventory says of a VM, which stays in its state. */
  private alter(slot: Slot, change: Partial<Pick<Slot, 'vm' | 'retired'>>, act: Act): void {
    Object.assign(slot, change, { version: slot.version + 1 });
    this.log.append({ kind: 'changed', vmId: slot.vm.id, act }, slot.state, slot.state);
  }

  private add(vm: Vm, act: Act): void {
    const slot = newSlot(vm);
    this.slots.set(vm.id, slot);
    this.poolOf(slot).counts.free += 1;
    this.poolOf(slot).free.add(slot);
    this.log.append({ kind: 'added', vmId: vm.id, act }, undefined, 'free');
  }

  private retire(slot: Slot, act: Act): void {
    const { id: vmId } = slot.vm;
    if (slot.state === 'leased') this.alter(slot, { retired: true }, act);
    else this.put(slot, { state: 'removed', failures: 0, draining: false }, { kind: 'removed', vmId, act });
  }

  private movePool(slot: Slot, name: string): void {
    const before = this.poolOf(slot);
    before.counts[slot.state] -= 1;
    before.free.remove(slot);
    slot.vm = { ...slot.vm, pool: name };
    this.poolOf(slot).counts[slot.state] += 1;
    if (slot.state === 'free') this.poolOf(slot).free.add(slot);
  }

  /** The pool of a VM, made when it is the first of it. */
  private poolOf({ vm }: Slot): Pool {
    let pool = this.pools.get(vm.pool);
    if (pool === undefined) {
      pool = { counts: { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0 }, free: new FreeQueue() };
      this.pools.set(vm.pool, pool);
    }
    return pool;
  }

  private poolNamed(name: string): Pool {
    const pool = this.pools.get(name);
    if (pool === undefined) throw new UnknownPool(name, [...this.pools.keys()]);
    return pool;
  }

  private countsOf(pool: Pool, nowSec: number): PoolCounts {
    const overdue = this.endedSlots(nowSec).filter((slot) => this.poolOf(slot) === pool).length;
    const { leased, checking } = pool.counts;
    return { ...pool.counts, leased: leased - overdue, checking: checking + overdue };
  }

  private replayOf(idempotency: Idempotency | undefined, nowSec: number): LeasedSlot | undefined {
    if (idempotency === undefined) return undefined;
    const slot = this.byIdempotencyKey.get(idempotency.key);
    if (slot === undefined || hasEnded(slot.lease, nowSec)) return undefined;
    if (slot.lease.idempotency?.fingerprint !== idempotency.fingerprint) throw new IdempotencyKeyReused();
    return slot;
  }

  private grant(slot: Slot, request: AcquireRequest): LeasedSlot {
    const { userId, idempotency, act } = request;
    slot.lease = newLease(request, slot.vm);
    const leased = slot as LeasedSlot;
    this.byUser.set(userId, leased);
    if (idempotency !== undefined) this.byIdempotencyKey.set(idempotency.key, leased);
    this.noEndBeforeSec = Math.min(this.noEndBeforeSec, request.expiresAtSec);
    const change = { state: 'leased', failures: 0, draining: false, dueAtSec: request.expiresAtSec } as const;
    this.put(slot, change, leaseEvent(leased, 'acquired', act));
    return leased;
  }

  private expire(slot: LeasedSlot, act: Act): void {
    this.put(slot, vacated(slot, secondsOf(act)), leaseEvent(slot, 'expired', act));
  }

  private liveSlotOf(userId: string, nowSec: number): LeasedSlot | undefined {
    const slot = this.byUser.get(userId);
    return slot !== undefined && !hasEnded(slot.lease, nowSec) ? slot : undefined;
  }

  private heldSlot({ userId, leaseId, act }: LeaseQuery): LeasedSlot {
    const slot = this.liveSlotOf(userId, secondsOf(act));
    if (slot === undefined) throw new NoLease(userId);
    if (leaseId !== undefined && slot.lease.id !== leaseId) throw new LeaseSuperseded(userId, leaseId);
    return slot;
  }

  private releasedBefore({ userId, leaseId }: LeaseQuery): Slot | undefined {
    const release = leaseId === undefined ? undefined : this.released.get(leaseId);
    return release?.userId === userId ? release.slot : undefined;
  }

  private shown({ vm }: Slot): VmStatus {
    const slot = this.slots.get(vm.id);
    return slot === undefined ? gone(vm) : statusOf(slot);
  }

  private endedSlots(nowSec: number): Slot[] {
    if (nowSec < this.noEndBeforeSec) return [];
    const leased = [...this.byUser.values()];
    this.noEndBeforeSec = leased.reduce((earliest, { lease }) => Math.min(earliest, lease.expiresAtSec), Infinity);
    return leased.filter((slot) => isOverdue(slot, nowSec));
  }

  /** The one way for a known VM to its next place in life. */
  private put(slot: Slot, change: VmChange, event: ChangeEvent): void {
    const { state: from } = slot;
    const { state: to } = change;
    if (from === 'leased' && to !== 'leased') this.forgetLease(slot as LeasedSlot);
    const { counts, free } = this.poolOf(slot);
    counts[from] -= 1;
    if (from === 'free') free.remove(slot);
    if (to === 'removed') this.slots.delete(slot.vm.id);
    else counts[to] += 1;
    // What is known no more is shown as it was last.
    slot.state = to === 'removed' ? from : to;
    slot.failures = change.failures;
    slot.draining = change.draining;
    slot.dueAtSec = change.dueAtSec;
    slot.reason = change.reason;
    slot.version += 1;
    if (to === 'free') free.putBack(slot);
    if (to === 'checking') this.checking.add(slot);
    else this.checking.delete(slot);
    this.log.append(event, from, to === 'removed' ? undefined : to);
  }

  private forgetLease(slot: LeasedSlot): void {
    const { userId, idempotency } = slot.lease;
    this.byUser.delete(userId);
    // The key may have been taken over by a later lease when this one had ended but was not reaped yet.
    if (idempotency !== undefined && this.byIdempotencyKey.get(idempotency.key) === slot) {
      this.byIdempotencyKey.delete(idempotency.key);
    }
    (slot as Slot).lease = undefined;
  }
}

function newSlot(vm: Vm): Slot {
  return {
    vm,
    state: 'free',
    version: 0,
    failures: 0,
    draining: false,
    retired: false,
    dueAtSec: undefined,
    reason: undefined,
    lease: undefined,
    line: undefined,
    ahead: undefined,
    behind: undefined,
  };
}

/** Marks the cursors of {@link MemoryStore.statuses}, so that a made-up one is noticed. */
const CURSOR = 'after:';

function cursorOf({ vm }: VmStatus): string {
  return CURSOR + vm.id;
}

/** Id of the last VM of an earlier page. @throws {@link InvalidCursor} */
function idOf(cursor: string): string {
  if (!cursor.startsWith(CURSOR)) throw new InvalidCursor();
  return cursor.slice(CURSOR.length);
}

function leaseEvent({ vm, lease }: LeasedSlot, kind: EventKind, act: Act): ChangeEvent {
  return { kind, vmId: vm.id, userId: lease.userId, leaseId: lease.id, act };
}

function grantOf({ vm, lease }: LeasedSlot): Grant {
  return { vm, lease };
}

function statusOf({ vm, state, version, failures, draining, retired, dueAtSec, reason, lease }: Slot): VmStatus {
  return { vm, state, version, failures, draining, retired, dueAtSec, reason, lease };
}
