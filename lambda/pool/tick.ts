import type { Journal, JournalEntry } from './journal.ts';
import type { Meter } from './meter.ts';
import type { Clock } from './ports.ts';
import type { Powered, PowerPorts, PowerUpkeep } from './power.ts';
import type { Tidied } from './tidying.ts';
import type { InventoryProgress, Upkeep } from './upkeep.ts';
import { VM_STATES } from './vm.ts';

/**
 * The reaper's scheduled run.
 *
 * @param requestId - id of the invocation, for log and events
 * @param budgetMs - how long it may take
 */
export type Tick = (requestId: string, budgetMs: number) => Promise<void>;

/** What a tick needs from outside. */
export interface TickPorts {
  readonly upkeep: Upkeep;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Whether an inventory is read that may have faults. */
  readonly watchesInventory: boolean;
  /** Where VMs may be stopped while nobody needs them. */
  readonly power?: PowerPorts | undefined;
}

/** What a tick has done so far. */
interface Done {
  tidied: Tidied;
  powered?: Powered;
}

/** VMs in one round. The time is checked between rounds. */
const BATCH = 250;

/** The remaining work is counted up to this number. */
const BACKLOG_LIMIT = 1_000;

/**
 * The part of the budget within which VMs are reaped and checked; the sync has the rest, and all that they don't need.
 * They come first because users wait for these VMs. They leave something, so that new VMs come even while leases keep
 * ending.
 */
const TIDY_SHARE = 0.75;

/**
 * Takes back ended leases, makes the checks that are due, brings the inventory up to date, stops and starts VMs, and
 * publishes the figures of every pool. The next tick does what does not fit into the budget. A tick that is cut short,
 * or runs twice, does no harm.
 */
export function createTick({ upkeep, journal, clock, meter, watchesInventory, power }: TickPorts): Tick {
  let powerUpkeep: Promise<PowerUpkeep> | undefined;

  return async (requestId, budgetMs) => {
    const startedMs = clock();
    const endMs = startedMs + budgetMs;
    const done: Done = { tidied: await tidyUntil(startedMs + TIDY_SHARE * budgetMs, upkeep, clock, requestId) };
    let isInventoryBad = true;
    try {
      const progress = await upkeep.sync(requestId, endMs - clock());
      for (const entry of inventoryEntries(requestId, progress)) journal(entry);
      isInventoryBad = progress.fault !== undefined;
      if (power !== undefined) await keepPower(done, power, requestId, endMs);
    } finally {
      // If the inventory can't be read, still publish the figures; the tick fails afterwards.
      await report(requestId, startedMs, done, isInventoryBad);
    }
  };

  async function keepPower(done: Done, ports: PowerPorts, requestId: string, endMs: number): Promise<void> {
    powerUpkeep ??= import('./power.ts').then(({ PowerUpkeep }) => new PowerUpkeep(ports));
    done.powered = await (await powerUpkeep).run(requestId, endMs);
    // A check starts a VM. The next tick would do, but somebody may wait for the VM.
    if (done.powered.toStart === 0 || clock() >= endMs) return;
    done.tidied = sum(done.tidied, await tidyUntil(endMs, upkeep, clock, requestId));
  }

  async function report(requestId: string, startedMs: number, done: Done, isInventoryBad: boolean): Promise<void> {
    const { tidied, powered } = done;
    for (const { vmId, error } of tidied.faults) {
      journal({ level: 'ERROR', message: 'a VM could not be tidied', fields: { requestId, vmId }, error });
    }
    for (const { vmId, error } of powered?.faults ?? []) {
      journal({ level: 'ERROR', message: 'a VM could not be stopped or started', fields: { requestId, vmId }, error });
    }
    for (const [pool, counts] of await upkeep.counts()) {
      for (const state of VM_STATES) meter('vms', { pool, state }, counts[state]);
      journal({ message: 'pool', fields: { pool, ...counts } });
    }
    const backlog = await upkeep.backlog(BACKLOG_LIMIT);
    if (watchesInventory) meter('inventoryFaults', {}, isInventoryBad ? 1 : 0);
    meter('leasesOverdue', {}, backlog.leasesOverdue);
    meter('oldestCheckSeconds', {}, backlog.oldestCheckSec);
    const { reaped, checked, faults } = tidied;
    const run = { requestId, durationMs: clock() - startedMs };
    const moved = powered && { stopped: powered.stopped, toStart: powered.toStart };
    journal({ message: 'tick', fields: { ...run, reaped, checked, failed: faults.length, ...moved, ...backlog } });
  }
}

async function tidyUntil(endMs: number, upkeep: Upkeep, clock: Clock, requestId: string): Promise<Tidied> {
  let all: Tidied = { reaped: 0, checked: 0, faults: [] };
  for (;;) {
    const failed = new Set(all.faults.map(({ vmId }) => vmId));
    const round = await upkeep.tidy(requestId, BATCH, failed);
    all = sum(all, round);
    const found = round.reaped + round.checked + round.faults.length;
    if (found === 0 || clock() >= endMs) return all;
  }
}

function sum(one: Tidied, other: Tidied): Tidied {
  return {
    reaped: one.reaped + other.reaped,
    checked: one.checked + other.checked,
    faults: [...one.faults, ...other.faults],
  };
}

/** Says how far a sync came if there was anything to do, and why the newest inventory can't be used. */
export function inventoryEntries(requestId: string, progress: InventoryProgress): readonly JournalEntry[] {
  const { wanted, changes, left, fault } = progress;
  const message = left > 0 ? 'the inventory is being synced' : 'the inventory was synced';
  const fields = { requestId, vmsWanted: wanted, vmsDone: Math.max(0, wanted - left), changes, left };
  return [
    ...(changes + left > 0 ? [{ message, fields }] : []),
    ...(fault === undefined ? [] : [inventoryFault(requestId, fault)]),
  ];
}

function inventoryFault(requestId: string, error: Error): JournalEntry {
  return {
    level: 'ERROR',
    message: "the inventory can't be used, so the last good one stays",
    fields: { requestId },
    error,
  };
}
