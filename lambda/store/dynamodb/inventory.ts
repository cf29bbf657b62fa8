import { createHash } from 'node:crypto';
import pMap from 'p-map';
import type { Act } from '../../pool/event.ts';
import type { SyncOptions } from '../../pool/inventory.ts';
import { keepHalfOfEachPool } from '../../pool/inventory.ts';
import { FREE } from '../../pool/life.ts';
import type { SyncProgress } from '../../pool/ports.ts';
import { StoreUnavailable } from '../../pool/refusals.ts';
import type { Vm } from '../../pool/vm.ts';
import { VM_STATES } from '../../pool/vm.ts';
import type { EventWriter } from './actions.ts';
import { eventOf } from './events.ts';
import type { Action } from './expressions.ts';
import { compares } from './expressions.ts';
import type { SyncWish } from './inventory-changes.ts';
import { InventoryChanges } from './inventory-changes.ts';
import type { InventoryItem, Key, VmItem, WorkEntry } from './items.ts';
import { inventoryItem, keys, LAYOUT, workPartition } from './items.ts';
import { eventsOfVm } from './queries.ts';
import type { Deadline } from './retry.ts';
import { Cancelled, deadlineFromNow } from './retry.ts';
import type { Table } from './table.ts';
import type { VmList } from './vm-list.ts';

/** VMs written at the same moment. */
const PARALLEL = 16;

/** What the last sync left behind. */
type SyncMark = Pick<InventoryItem, 'hash' | 'pools' | 'layout'>;

/** The mark of a table that was never synced. */
const NEVER_SYNCED: SyncMark = { hash: '', pools: [], layout: LAYOUT };

/** Makes the actions of one change at the moment at which they are written. */
type Change = (deadline: Deadline) => readonly Action[] | Promise<readonly Action[]>;

/** Keeps the VMs of the table those of the provider. */
export class Inventory {
  private known: readonly string[] | undefined;
  private readonly changes: InventoryChanges;

  constructor(
    private readonly table: Table,
    private readonly vms: VmList,
    events: EventWriter,
  ) {
    this.changes = new InventoryChanges(events);
  }

  /** Names of all pools, as this process read them last. */
  async pools(): Promise<readonly string[]> {
    return this.known ?? this.poolsNow();
  }

  /** Names of all pools, as the last sync of any process left them. */
  async poolsNow(): Promise<readonly string[]> {
    return (await this.readSyncMark()).pools;
  }

  /**
   * Adds new VMs, changes VMs that differ and removes the others; a leased VM goes when it is given back. It is one
   * read when nothing has changed since the last sync. Changes that lose a race or do not fit into the budget are left
   * to the next sync.
   *
   * @throws {@link PoolWouldEmpty}; the first fault of a write, when the others are made
   */
  async sync(inventory: readonly Vm[], act: Act, options: SyncOptions): Promise<SyncProgress> {
    const { budgetMs = Infinity, mayEmptyPools = true, gone } = options;
    const end = performance.now() + budgetMs;
    const hash = hashOf(inventory);
    const mark = await this.readSyncMark(callDeadline(end));
    if (mark.hash === hash) return { changes: 0, left: 0 };
    const wanted = new Map(inventory.map((vm) => [vm.id, vm]));
    const present = await this.readPresent(mark, callDeadline(end));
    if (!mayEmptyPools) keepHalfOfEachPool(vmsToKeep(present), wanted, gone);
    const pools = [...new Set([...mark.pools, ...inventory.map(({ pool }) => pool)])].sort();
    // Written first: an empty hash marks a sync that has not finished, and a lookup needs the names of all pools.
    if (mark.hash !== '' || pools.length > mark.pools.length) {
      await this.table.put(inventoryItem('', pools, mark.layout), callDeadline(end));
    }
    this.known = pools;
    const wish = wishOf(act, mark, options);
    const changes = this.changesFrom(present, wanted, wish);
    // The index is a moment behind the table, so the sync is done only when a look finds nothing to change or to wait
    // for. Until then the hash stays empty, and the next sync looks at everything again.
    const missing = present.filter((item) => !wanted.has(item.vm.id) && this.changes.isKept(item, wish)).length;
    const isMoving = present.some((item) => this.changes.isToBeMoved(item, wanted.get(item.vm.id), wish));
    const isDone = changes.length + missing === 0 && !isMoving;
    if (isDone) await this.table.put(inventoryItem(hash, pools), callDeadline(end));
    const { made, left } = await this.commitAll(changes, end);
    return { changes: made, left: left + missing };
  }

  private async readSyncMark(deadline?: Deadline): Promise<SyncMark> {
    const mark = (await this.table.get(keys.inventory, deadline)) ?? NEVER_SYNCED;
    this.known = mark.pools;
    return mark;
  }

  /** The items of all VMs. Those of an older layout may be missing in the index `vms`, but are in `work`. */
  private async readPresent({ pools, layout }: SyncMark, deadline: Deadline): Promise<VmItem[]> {
    const found = await this.vms.keys(deadline);
    if (layout !== LAYOUT) found.push(...(await this.keysByState(pools, deadline)));
    const distinct = [...new Map(found.map((key) => [key.pk, key])).values()];
    return (await this.table.getAll(distinct, deadline)).flatMap((item) => item ?? []);
  }

  private async keysByState(pools: readonly string[], deadline: Deadline): Promise<Key<VmItem>[]> {
    const partitions = pools.flatMap((pool) => VM_STATES.map((state) => workPartition(pool, state)));
    const found = await pMap(
      partitions,
      (work) => this.table.queryAll<WorkEntry>({ index: 'work', key: compares('work', '=', work) }, deadline),
      { concurrency: PARALLEL },
    );
    return found.flat().map(({ pk, sk }) => ({ pk, sk }));
  }

  private changesFrom(present: readonly VmItem[], wanted: ReadonlyMap<string, Vm>, wish: SyncWish): Change[] {
    const { act, isFirst, arrival } = wish;
    const known = new Set(present.map(({ vm }) => vm.id));
    const added = [...wanted.values()].filter(({ id }) => !known.has(id));
    return [
      ...present.flatMap((item) => {
        const change = this.changes.changeOf(item, wanted.get(item.vm.id), wish);
        return change === undefined ? [] : [change];
      }),
      ...added.map((vm): Change => async (deadline) => {
        const last = isFirst ? undefined : await this.lastEvent(vm.id, deadline);
        return this.changes.addition(vm, arrival(vm, last !== undefined), act, last);
      }),
    ];
  }

  /** Id of the last event of a VM that the table does not have now, from when it had the VM before. */
  private async lastEvent(vmId: string, deadline: Deadline): Promise<string | undefined> {
    const [last] = (await this.table.query({ ...eventsOfVm(vmId), backward: true, limit: 1 }, deadline)).items;
    return last && eventOf(last).id;
  }

  /** Makes as many changes as there is time for. A VM that can't be written does not stop the others. */
  private async commitAll(changes: readonly Change[], end: Deadline): Promise<{ made: number; left: number }> {
    let made = 0;
    const commitInTime = async (change: Change) => {
      if (performance.now() < end && (await this.commit(change, end))) made += 1;
    };
    try {
      await pMap(changes, commitInTime, { concurrency: PARALLEL, stopOnError: false });
    } catch (error) {
      throw error instanceof AggregateError ? (error.errors[0] as Error) : error;
    }
    return { made, left: changes.length - made };
  }

  /** @returns whether the change was made; not when somebody else changed the VM, or when the time is over */
  private async commit(change: Change, end: Deadline): Promise<boolean> {
    const deadline = callDeadline(end);
    try {
      await this.table.transact(await change(deadline), deadline, 'at the deadline');
      return true;
    } catch (error) {
      const isLate = error instanceof StoreUnavailable && deadline === end;
      if (isLate || error instanceof Cancelled) return false;
      throw error;
    }
  }
}

/** How the changes are made, where the options leave it open. */
function wishOf(act: Act, mark: SyncMark, { arrival = () => FREE, isPatient = () => false }: SyncOptions): SyncWish {
  return { act, isFirst: mark === NEVER_SYNCED, arrival, isPatient };
}

/** The VMs that have not left the inventory yet. */
function vmsToKeep(present: readonly VmItem[]): Vm[] {
  return present.filter(({ retired }) => !retired).map(({ vm }) => vm);
}

/** One call of a sync has the deadline of every call, and never takes longer than the sync. */
function callDeadline(end: Deadline): Deadline {
  return Math.min(end, deadlineFromNow());
}

/** Equal for two inventories exactly when they are the same and were written in the same layout. */
function hashOf(inventory: readonly Vm[]): string {
  const rows = inventory.map(({ id, pool, ip, port, username }) => [id, pool, ip, port, username].join(' ')).sort();
  return createHash('sha256')
    .update([`layout ${LAYOUT}`, ...rows].join('\n'))
    .digest('hex');
}
