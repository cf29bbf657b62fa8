import { createHash } from 'node:crypto';
import pMap from 'p-map';
import { secondsOf } from '../../pool/event.ts';
import type { Act, ChangeEvent } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import { sameVm } from '../../pool/vm.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import { changeActions } from './actions.ts';
import type { EventWriter } from './actions.ts';
import { isNew, isOfLease } from './conditions.ts';
import type { Action } from './expressions.ts';
import { freeItem, inventoryItem, keys, newVersion, vmItem } from './items.ts';
import type { InventoryItem } from './items.ts';
import { Cancelled } from './retry.ts';
import type { Table } from './table.ts';
import type { WorkIndex } from './work-index.ts';

/** VMs written at the same moment. */
const PARALLEL = 16;

/** Longest that one sync writes, milliseconds: less than Lambda gives a function to start, and a part of what a tick has. */
const WRITING_MS = 8_000;

/** Keeps the VMs of the table those of the provider. */
export class Inventory {
  private known: readonly string[] | undefined;

  constructor(
    private readonly table: Table,
    private readonly work: WorkIndex,
    private readonly events: EventWriter,
  ) {}

  /** Names of all pools, as this process learnt them last. */
  async pools(): Promise<readonly string[]> {
    return this.known ?? this.poolsNow();
  }

  /** Names of all pools, as the last sync of any process left them. */
  async poolsNow(): Promise<readonly string[]> {
    this.known = (await this.readSyncMark()).pools;
    return this.known;
  }

  /**
   * Adds what is new, changes what has changed, and takes out what is gone, leased VMs when they come back. One read where
   * nothing has changed since the last time. What another process changes meanwhile is left to the next time, and so is
   * what takes too long.
   */
  async sync(inventory: readonly Vm[], act: Act): Promise<void> {
    const hash = hashOf(inventory);
    const synced = await this.readSyncMark();
    this.known = synced.pools;
    if (synced.hash === hash) return;
    const wanted = new Map(inventory.map((vm) => [vm.id, vm]));
    const pools = [...new Set([...synced.pools, ...inventory.map(({ pool }) => pool)])].sort();
    // Written first: VMs are found through their pool, and an empty hash marks a sync that has not finished.
    if (synced.hash !== '' || pools.length > synced.pools.length) await this.table.put(inventoryItem('', pools));
    this.known = pools;
    const present = (await Promise.all(pools.map((pool) => this.work.allOf(pool)))).flat();
    const changes = [
      ...present.flatMap((status) => this.changesOf(status, wanted.get(status.vm.id), act)),
      ...added(wanted, present).map((vm) => this.addition(vm, act)),
    ];
    await this.makeAll(changes);
    // The index is a moment behind the table, so only a look that finds nothing to do tells that all is done. Until then,
    // without the hash, the next sync looks at everything again.
    const done = changes.length === 0 && present.every((status) => !isToBeMoved(status, wanted.get(status.vm.id)));
    if (done) await this.table.put(inventoryItem(hash, pools));
  }

  private async readSyncMark(): Promise<Pick<InventoryItem, 'hash' | 'pools'>> {
    return (await this.table.get(keys.inventory)) ?? { hash: '', pools: [] };
  }

  /**
   * As many as there is time for; the next sync goes on. One VM that makes trouble stops no other.
   * @throws the first fault of all, when the others are made
   */
  private async makeAll(changes: readonly (readonly Action[])[]): Promise<void> {
    const endMs = performance.now() + WRITING_MS;
    const makeInTime = async (actions: readonly Action[]) => {
      if (performance.now() < endMs) await this.commit(actions);
    };
    try {
      await pMap(changes, makeInTime, { concurrency: PARALLEL, stopOnError: false });
    } catch (error) {
      throw error instanceof AggregateError ? (error.errors[0] as Error) : error;
    }
  }

  /** Somebody else may have changed the VM meanwhile; then the next sync looks at it again. */
  private async commit(actions: readonly Action[]): Promise<void> {
    try {
      await this.table.transact(actions);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    }
  }

  private addition(vm: Vm, act: Act): Action[] {
    const status: VmStatus = { vm, state: 'free', version: newVersion(), failures: 0, draining: false, retired: false };
    const event = this.events.append({ kind: 'added', vmId: vm.id, to: 'free', act });
    return [{ put: vmItem(status), if: isNew }, { put: freeItem(status) }, event];
  }

  /** The transactions that one VM needs: none, or one. */
  private changesOf(status: VmStatus, wanted: Vm | undefined, act: Act): Action[][] {
    if (wanted === undefined) return status.retired ? [] : [this.retirement(status, act)];
    if (isToBeMoved(status, wanted) || (sameVm(status.vm, wanted) && !status.retired)) return [];
    const after = { ...status, vm: wanted, retired: false, version: newVersion() };
    return [[...this.changed(status, after, 'changed', act), ...holderActions(after, act)]];
  }

  private retirement(status: VmStatus, act: Act): Action[] {
    if (status.state !== 'leased') return this.changed(status, undefined, 'removed', act);
    return this.changed(status, { ...status, retired: true, version: newVersion() }, 'changed', act);
  }

  private changed(before: VmStatus, after: VmStatus | undefined, kind: ChangeEvent['kind'], act: Act): Action[] {
    const event = this.events.appendChange(before, after, { kind, vmId: before.vm.id, act });
    return [...changeActions(before, after), event];
  }
}

/** The holder of a lease is to see the VM's new address. */
function holderActions({ vm, lease }: VmStatus, act: Act): Action[] {
  if (lease === undefined || hasEnded(lease, secondsOf(act))) return [];
  return [{ update: keys.user(lease.userId), set: { vm }, if: isOfLease(lease.id) }];
}

/** A leased VM changes pools when it is back: until then its holder's pool counts it. */
function isToBeMoved({ state, vm }: VmStatus, wanted: Vm | undefined): boolean {
  return state === 'leased' && wanted !== undefined && wanted.pool !== vm.pool;
}

function added(wanted: ReadonlyMap<string, Vm>, present: readonly VmStatus[]): Vm[] {
  const known = new Set(present.map(({ vm }) => vm.id));
  return [...wanted.values()].filter(({ id }) => !known.has(id));
}

function hashOf(inventory: readonly Vm[]): string {
  const rows = inventory.map(({ id, pool, ip, port, username }) => [id, pool, ip, port, username].join(' ')).sort();
  return createHash('sha256').update(rows.join('\n')).digest('hex');
}
