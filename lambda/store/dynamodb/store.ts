import { defined } from '../../pool/defined.ts';
import type { Act, ChangeEvent, PoolEvent } from '../../pool/event.ts';
import type { SyncOptions } from '../../pool/inventory.ts';
import type { Lease } from '../../pool/lease.ts';
import type { VmChange } from '../../pool/life.ts';
import type { Meter } from '../../pool/meter.ts';
import type {
  AcquireRequest,
  BeginRequest,
  Changed,
  Clock,
  EventQuery,
  ExchangeRequest,
  Grant,
  LeaseQuery,
  LeaseStore,
  Page,
  PageQuery,
  PoolSavings,
  ReleasedVm,
  RenewRequest,
  SyncProgress,
} from '../../pool/ports.ts';
import type { PoolCounts, Vm, VmStatus } from '../../pool/vm.ts';
import { changeActions, EventWriter } from './actions.ts';
import type { ClientOptions } from './client.ts';
import { DynamoDb } from './client.ts';
import { Counts, COUNTS_MAX_AGE_MS } from './counts.ts';
import { DueVms } from './due-vms.ts';
import { eventOf } from './events.ts';
import { FreeVms } from './free-vms.ts';
import { Grants } from './grants.ts';
import { Inventory } from './inventory.ts';
import { changedStatus, keys, laterEventOf, statusOf } from './items.ts';
import { Leases } from './leases.ts';
import { eventsOfUser, eventsOfVm } from './queries.ts';
import { Cancelled, retryCancelled } from './retry.ts';
import { Table } from './table.ts';
import { Terms } from './terms.ts';
import { VmList } from './vm-list.ts';

/** Settings of the store. */
export interface DynamoStoreOptions extends ClientOptions {
  readonly tableName: string;
  /** How long events are kept, days. */
  readonly eventsKeptDays: number;
  /** How old counts may be, milliseconds; by default {@link COUNTS_MAX_AGE_MS}. */
  readonly countsMaxAgeMs?: number;
  /** The time of this process, for events. */
  readonly clock?: Clock;
  /** Counts retries and conflicts. */
  readonly meter?: Meter;
}

/** Longest wait for the answer to a ping, milliseconds: a probe gives up soon and comes again. */
const PING_MS = 1_000;

/** Position of the VM item among the actions of a change. */
const VM_POSITION = 0;

/** A store over that table. */
export function createDynamoStore({
  tableName,
  eventsKeptDays,
  countsMaxAgeMs,
  clock,
  meter,
  ...place
}: DynamoStoreOptions): DynamoStore {
  return new DynamoStore(
    new Table(new DynamoDb(place), tableName, meter),
    new EventWriter(eventsKeptDays, clock),
    countsMaxAgeMs,
  );
}

/**
 * Leases in a DynamoDB table: the truth for any number of processes. Every change is one transaction, so a crash leaves
 * all of it or nothing. A condition stops the loser of a race, who then looks again. The items are declared in
 * `items.ts`.
 */
export class DynamoStore implements LeaseStore {
  private readonly vms: VmList;
  private readonly dueVms: DueVms;
  private readonly poolCounts: Counts;
  private readonly inventory: Inventory;
  private readonly grants: Grants;
  private readonly leases: Leases;
  private readonly terms: Terms;
  private readonly freeVms: FreeVms;

  constructor(
    private readonly table: Table,
    private readonly eventWriter: EventWriter,
    countsMaxAgeMs = COUNTS_MAX_AGE_MS,
  ) {
    this.vms = new VmList(table);
    this.dueVms = new DueVms(table);
    this.inventory = new Inventory(table, this.vms, eventWriter);
    this.poolCounts = new Counts(table, this.vms, () => this.inventory.poolsNow(), countsMaxAgeMs);
    this.freeVms = new FreeVms(table);
    this.grants = new Grants(table, this.freeVms, this.poolCounts, this.inventory, eventWriter);
    this.leases = new Leases(table, eventWriter);
    this.terms = new Terms(table, eventWriter);
  }

  async sync(inventory: readonly Vm[], act: Act, options: SyncOptions = {}): Promise<SyncProgress> {
    return this.inventory.sync(inventory, act, options);
  }

  async acquire(request: AcquireRequest): Promise<Grant> {
    return this.grants.acquire(request);
  }

  async find(userId: string, nowSec: number): Promise<Grant | undefined> {
    return this.leases.find(userId, nowSec);
  }

  async renew(request: RenewRequest): Promise<Lease> {
    return this.terms.renew(request);
  }

  async release(query: LeaseQuery): Promise<ReleasedVm> {
    return this.leases.release(query);
  }

  async begin(request: BeginRequest): Promise<Lease> {
    return this.terms.begin(request);
  }

  async exchange(request: ExchangeRequest): Promise<Grant> {
    const { Exchanges } = await import('./exchanges.ts');
    return new Exchanges(this.table, this.freeVms, this.poolCounts, this.eventWriter).exchange(request);
  }

  async due(nowSec: number, limit: number): Promise<readonly VmStatus[]> {
    return this.dueVms.due(await this.inventory.pools(), nowSec, limit);
  }

  async change(before: VmStatus, change: VmChange, event?: ChangeEvent): Promise<Changed> {
    const after = change.state === 'removed' ? undefined : changedStatus(before, change.state, change);
    let last: string | undefined;
    return retryCancelled(this.table.meter, async (deadline) => {
      try {
        const id = this.eventWriter.newId(last);
        const append = event === undefined ? [] : [this.eventWriter.appendChange(id, before, after, event)];
        await this.table.transact([...changeActions(before, after, id), ...append], deadline);
        return { applied: true, status: after ?? before };
      } catch (error) {
        // A conflict with another transaction says nothing of the VM yet: that one may fail as well.
        if (!(error instanceof Cancelled) || !error.isByCondition) throw error;
        last = laterEventOf(error.itemAt(VM_POSITION), before.version);
        if (last === undefined) return this.changedMeanwhile(before, after);
        throw error;
      }
    });
  }

  async free(pool: string): Promise<readonly VmStatus[]> {
    return this.freeVms.all(pool);
  }

  async addStoppedTime(stopped: ReadonlyMap<string, number>, nowSec: number): Promise<void> {
    await (await import('./savings.ts')).addStoppedTime(this.table, stopped, nowSec);
  }

  async savings(): Promise<ReadonlyMap<string, PoolSavings>> {
    return (await import('./savings.ts')).savings(this.table);
  }

  async status(vmId: string): Promise<VmStatus | undefined> {
    const item = await this.table.get(keys.vm(vmId));
    return item && statusOf(item);
  }

  async statuses(query: PageQuery): Promise<Page<VmStatus>> {
    return this.vms.page(query);
  }

  async events(query: EventQuery): Promise<Page<PoolEvent>> {
    const { cursor, limit } = query;
    const wanted = 'vmId' in query ? eventsOfVm(query.vmId, cursor) : eventsOfUser(query.userId, cursor);
    const { items, next } = await this.table.query({ ...wanted, backward: true, limit });
    const events = items.map(eventOf);
    return defined({ items: events, cursor: next === undefined ? undefined : events.at(-1)?.id });
  }

  async counts(nowSec: number): Promise<ReadonlyMap<string, PoolCounts>> {
    return this.poolCounts.all(nowSec);
  }

  async ping(): Promise<void> {
    await this.table.ping(keys.inventory, PING_MS);
  }

  /** A transaction whose answer got lost may have been ours: then the VM is in the very version that we gave it. */
  private async changedMeanwhile(before: VmStatus, after: VmStatus | undefined): Promise<Changed> {
    const now = await this.status(before.vm.id);
    return { applied: now?.version === after?.version, status: now ?? before };
  }
}
