import type { Act, ChangeEvent, PoolEvent } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import type { SyncOptions } from '../../pool/inventory.ts';
import type { Lease } from '../../pool/lease.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { VmChange } from '../../pool/life.ts';
import { gone, vacated } from '../../pool/life.ts';
import type {
  AcquireRequest,
  BeginRequest,
  Changed,
  EventQuery,
  ExchangeRequest,
  Grant,
  LeaseQuery,
  LeaseStore,
  NewGrant,
  Page,
  PageQuery,
  PoolSavings,
  ReleasedVm,
  RenewRequest,
  SyncProgress,
} from '../../pool/ports.ts';
import { AlreadyAllocated, PoolEmpty } from '../../pool/refusals.ts';
import { newLease, renewed } from '../../pool/term.ts';
import type { PoolCounts, Vm, VmStatus } from '../../pool/vm.ts';
import { EventLog } from './event-log.ts';
import { Leases } from './leases.ts';
import type { Pool } from './pools.ts';
import { nextFree, Pools } from './pools.ts';
import type { Power } from './power.ts';
import type { LeasedSlot, Slot } from './slot.ts';
import { grantOf, leaseEvent, statusOf } from './slot.ts';
import type { StartingParts } from './starting.ts';
import { Vms } from './vms.ts';

/**
 * Leases in the memory of this process. Exact within it, since no method awaits between reading and writing; lost with
 * it. No borrower's call costs more with more VMs, except one look at all leases at most once a second.
 */
export class MemoryStore implements LeaseStore {
  private readonly log = new EventLog();
  private readonly pools = new Pools();
  private readonly leases = new Leases();
  private readonly vms = new Vms({ pools: this.pools, leases: this.leases, log: this.log });
  private loadedPower: Promise<Power> | undefined;

  async acquire(request: AcquireRequest): Promise<NewGrant> {
    const { pool: name, userId, act } = request;
    const nowSec = secondsOf(act);
    const replay = this.leases.grantedBefore(request);
    if (replay !== undefined) return grantOf(replay);
    const last = this.leases.lastOf(userId);
    if (last !== undefined && !hasEnded(last.lease, nowSec)) throw new AlreadyAllocated(last.lease);
    const pool = this.pools.named(name);
    const slot = nextFree(pool, request.startLimitSec);
    if (slot === undefined) throw new PoolEmpty(name, this.countsOf(pool, nowSec));
    if (last === undefined) return grantOf(this.lend(slot, request));
    const expired = grantOf(last);
    this.vms.put(last, vacated(last, nowSec), leaseEvent(last, 'expired', act));
    return { ...grantOf(this.lend(slot, request)), expired };
  }

  async find(userId: string, nowSec: number): Promise<Grant | undefined> {
    const slot = this.leases.liveOf(userId, nowSec);
    return slot && grantOf(slot);
  }

  async renew(request: RenewRequest): Promise<Lease> {
    const slot = this.leases.held(request);
    slot.lease = renewed(slot.lease, secondsOf(request.act), request.termIn(slot.vm.pool));
    if (slot.lease.startingTtlSec === undefined) slot.dueAtSec = slot.lease.expiresAtSec;
    slot.version += 1;
    this.log.append(leaseEvent(slot, 'renewed', request.act), 'leased', 'leased');
    return slot.lease;
  }

  async release(query: LeaseQuery): Promise<ReleasedVm> {
    const repeated = this.leases.releasedBefore(query);
    if (repeated !== undefined) return { ...this.current(repeated.slot), leaseId: repeated.leaseId };
    const slot = this.leases.held(query);
    const { lease: ended } = slot;
    this.leases.rememberRelease(slot);
    this.vms.put(slot, vacated(slot, secondsOf(query.act)), leaseEvent(slot, 'released', query.act));
    return { ...this.current(slot), leaseId: ended.id, ended };
  }

  async begin(request: BeginRequest): Promise<Lease> {
    return (await import('./starting.ts')).begin(this.parts(), request);
  }

  async exchange(request: ExchangeRequest): Promise<Grant> {
    return (await import('./starting.ts')).exchange(this.parts(), request);
  }

  async ping(): Promise<void> {
    // The memory of this process is there as long as the process is.
  }

  async sync(inventory: readonly Vm[], act: Act, options?: SyncOptions): Promise<SyncProgress> {
    if (this.log.size === 0) {
      this.vms.addAll(inventory, act, options?.arrival);
      return { changes: this.log.size, left: 0 };
    }
    const { syncInventory } = await import('./inventory.ts');
    const changesBefore = this.log.size;
    const left = syncInventory(this.vms, inventory, act, options);
    return { changes: this.log.size - changesBefore, left };
  }

  async due(nowSec: number, limit: number): Promise<readonly VmStatus[]> {
    return [...this.leases.due(nowSec), ...this.vms.dueChecks(nowSec)]
      .sort((one, other) => (one.dueAtSec ?? 0) - (other.dueAtSec ?? 0))
      .slice(0, limit)
      .map(statusOf);
  }

  async counts(nowSec: number): Promise<ReadonlyMap<string, PoolCounts>> {
    return new Map([...this.pools.all()].map(([name, pool]) => [name, this.countsOf(pool, nowSec)]));
  }

  async change(before: VmStatus, change: VmChange, event?: ChangeEvent): Promise<Changed> {
    const slot = this.vms.get(before.vm.id);
    if (slot === undefined) return { applied: false, status: before };
    const applied = slot.version === before.version;
    if (applied) this.vms.put(slot, change, event);
    return { applied, status: statusOf(slot) };
  }

  async free(pool: string): Promise<readonly VmStatus[]> {
    return (await this.power()).free(pool);
  }

  async addStoppedTime(stopped: ReadonlyMap<string, number>, nowSec: number): Promise<void> {
    (await this.power()).addStoppedTime(stopped, nowSec);
  }

  async savings(): Promise<ReadonlyMap<string, PoolSavings>> {
    return (await this.power()).savings();
  }

  async status(vmId: string): Promise<VmStatus | undefined> {
    const slot = this.vms.get(vmId);
    return slot && statusOf(slot);
  }

  async statuses(query: PageQuery): Promise<Page<VmStatus>> {
    return (await import('./pages.ts')).statusPage(this.vms, query);
  }

  async events(query: EventQuery): Promise<Page<PoolEvent>> {
    return (await import('./pages.ts')).eventPage(this.log, query);
  }

  private parts(): StartingParts {
    const { vms, leases, pools } = this;
    return { vms, leases, pools, countsOf: (pool, nowSec) => this.countsOf(pool, nowSec) };
  }

  private async power(): Promise<Power> {
    return (this.loadedPower ??= import('./power.ts').then(({ Power }) => new Power(this.vms)));
  }

  private lend(slot: Slot, request: AcquireRequest): LeasedSlot {
    const lease = newLease(request, slot.vm, slot.stopped ? request.startLimitSec : undefined);
    return this.vms.lend(slot, lease, request.act);
  }

  private countsOf(pool: Pool, nowSec: number): PoolCounts {
    const overdue = this.leases.ended(nowSec).filter((slot) => this.pools.of(slot) === pool).length;
    const { leased, checking } = pool.counts;
    return { ...pool.counts, leased: leased - overdue, checking: checking + overdue };
  }

  /** The status of a VM that may have left the store since. */
  private current({ vm }: Slot): VmStatus {
    const slot = this.vms.get(vm.id);
    return slot === undefined ? gone(vm) : statusOf(slot);
  }
}
