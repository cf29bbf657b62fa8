import { REAPER, secondsOf } from './event.ts';
import type { SyncOptions } from './inventory.ts';
import { PoolWouldEmpty } from './inventory.ts';
import { arrived } from './life.ts';
import type { PolicyOf } from './pool.ts';
import type { SyncProgress } from './ports.ts';
import type { PowerView } from './power-view.ts';
import type { VmProvider } from './provider.ts';
import type { Backlog, Tidied, Tidying, TidyingPorts } from './tidying.ts';
import type { PoolCounts, VmStatus } from './vm.ts';

/** What upkeep needs from outside. */
export interface UpkeepPorts extends TidyingPorts {
  readonly provider: Pick<VmProvider, 'inventory' | 'refresh' | 'power'>;
}

/** How far a sync with the provider came. */
export interface InventoryProgress extends SyncProgress {
  /** VMs that the provider has. */
  readonly wanted: number;
  /** Why the newest inventory can't be used. */
  readonly fault?: Error | undefined;
}

/** Takes VMs back, checks them, and keeps the store in step with the inventory. */
export class Upkeep {
  private loaded: Promise<Tidying> | undefined;

  constructor(
    private readonly ports: UpkeepPorts,
    private readonly policyOf: PolicyOf,
  ) {}

  /**
   * Takes back leases that have ended and makes the checks that are due, the longest overdue first. Safe to run at any
   * time, any number at once. A VM whose upkeep fails does not stop the others.
   *
   * @param limit - most VMs to work on
   * @param except - ids of VMs to skip: those that have just failed would only take the place of others
   */
  async tidy(requestId: string, limit: number, except?: ReadonlySet<string>): Promise<Tidied> {
    return (await this.tidying()).tidy(requestId, limit, except);
  }

  /** @param limit - how far to count */
  async backlog(limit: number): Promise<Backlog> {
    return (await this.tidying()).backlog(limit);
  }

  /** Counts by state of every pool. */
  async counts(): Promise<ReadonlyMap<string, PoolCounts>> {
    return this.ports.store.counts(this.nowSec());
  }

  /** How many VMs run and are stopped, of the pools whose VMs are stopped. @param counts - of all pools */
  async power(counts: ReadonlyMap<string, PoolCounts>): Promise<ReadonlyMap<string, PowerView>> {
    if (![...counts.keys()].some((pool) => this.policyOf(pool).power)) return new Map();
    const { powerViews } = await import('./power-view.ts');
    return powerViews({ ...this.ports, policyOf: this.policyOf }, counts);
  }

  /**
   * Makes the VMs of the store those of the provider.
   * @param budgetMs - longest time that it may take; the next sync does the rest
   */
  async sync(requestId: string, budgetMs?: number): Promise<InventoryProgress> {
    const { vms, fault, gone, ...inventory } = await this.ports.provider.inventory();
    const options: SyncOptions = {
      budgetMs,
      arrival: (vm, wasLent) => arrived(vm, this.policyOf(vm.pool), this.nowSec(), wasLent),
      mayEmptyPools: inventory.isConfirmed ?? false,
      isPatient: ({ pool }) => this.policyOf(pool).areFound ?? false,
      gone,
    };
    try {
      const progress = await this.ports.store.sync(vms, { who: REAPER, nowMs: this.ports.clock(), requestId }, options);
      return { ...progress, wanted: vms.length, fault };
    } catch (error) {
      if (!(error instanceof PoolWouldEmpty)) throw error;
      return { changes: 0, left: 0, wanted: vms.length, fault: unconfirmed(error, fault, inventory.confirmation) };
    }
  }

  /**
   * Checks a VM that has just come back. The caller's own change is done by then, so a check that can't be written is
   * left to the reaper.
   * @returns the VM's current status, or `status` if the check could not be written
   */
  async checkAtOnce(status: VmStatus, requestId: string): Promise<VmStatus> {
    return (await this.tidying()).checkAtOnce(status, requestId);
  }

  /** Takes a VM back if its lease has ended. @returns the VM's current status */
  async reapIfOverdue(status: VmStatus, requestId: string): Promise<VmStatus> {
    return (await this.tidying()).reapIfOverdue(status, requestId);
  }

  private async tidying(): Promise<Tidying> {
    this.loaded ??= import('./tidying.ts').then(({ Tidying }) => new Tidying(this.ports, this.policyOf));
    return this.loaded;
  }

  private nowSec(): number {
    return secondsOf({ nowMs: this.ports.clock() });
  }
}

/** @param fault - of the inventory, which may be why VMs are missing */
function unconfirmed(error: PoolWouldEmpty, fault: Error | undefined, confirmation = 'confirm it'): Error {
  const message = `${error.message}, so nothing was changed; if that is right, ${confirmation}`;
  return new Error(fault === undefined ? message : `${fault.message}; ${message}`, { cause: fault ?? error });
}
