import type { Act, ChangeEvent, EventKind } from './event.ts';
import { REAPER, secondsOf } from './event.ts';
import { PoolWouldEmpty } from './inventory.ts';
import type { Verdict, VmChange } from './life.ts';
import { arrived, checked, claimed, isOverdue, vacated, waitingToClose } from './life.ts';
import type { Meter } from './meter.ts';
import { meterEnd } from './meter.ts';
import type { PolicyOf, PoolPolicy } from './pool.ts';
import type { Changed, Clock, SyncProgress, UpkeepStore } from './ports.ts';
import type { VmProvider } from './provider.ts';
import type { PoolCounts, Vm, VmStatus } from './vm.ts';

/** What upkeep needs from outside. */
export interface UpkeepPorts {
  readonly store: UpkeepStore;
  readonly provider: Pick<VmProvider, 'inventory' | 'refresh'>;
  /** Resets and checks a VM; fails within the time that the policy of its pool allows. */
  readonly check: (status: VmStatus) => Promise<Verdict>;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** What one round of tidying did. */
export interface Tidied {
  /** Ended leases taken back. */
  readonly reaped: number;
  /** Checks made. */
  readonly checked: number;
  /** VMs whose upkeep failed, with the error. They remain due. */
  readonly faults: readonly { readonly vmId: string; readonly error: unknown }[];
}

/** How far a sync with the provider came. */
export interface InventoryProgress extends SyncProgress {
  /** VMs that the provider has. */
  readonly wanted: number;
  /** Why the newest inventory can't be used. */
  readonly fault?: Error | undefined;
}

/** Work that is due and not done yet. */
export interface Backlog {
  /** Ended leases that have not been taken back. */
  readonly leasesOverdue: number;
  /** How overdue the oldest check is, seconds. */
  readonly oldestCheckSec: number;
}

/** VMs worked on at the same moment. */
const PARALLEL = 32;

/** Takes VMs back, checks them, and keeps the store in step with the inventory. */
export class Upkeep {
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
  async tidy(requestId: string, limit: number, except: ReadonlySet<string> = new Set()): Promise<Tidied> {
    await this.ports.provider.refresh();
    const due = await this.ports.store.due(this.nowSec(), limit + except.size);
    const wanted = due.filter(({ vm }) => !except.has(vm.id)).slice(0, limit);
    if (wanted.length === 0) return { reaped: 0, checked: 0, faults: [] };
    // Loaded when VMs are due: a cold start that lends a VM does without it.
    const { default: pMap } = await import('p-map');
    const rounds = await pMap(wanted, (status) => this.tidyOne(status, requestId), { concurrency: PARALLEL });
    return {
      reaped: rounds.reduce((sum, { reaped }) => sum + reaped, 0),
      checked: rounds.reduce((sum, { checked: made }) => sum + made, 0),
      faults: rounds.flatMap(({ faults }) => faults),
    };
  }

  /** @param limit - how far to count */
  async backlog(limit: number): Promise<Backlog> {
    const nowSec = this.nowSec();
    const due = await this.ports.store.due(nowSec, limit);
    const waits = due.filter(({ state }) => state === 'checking').map(({ dueAtSec = nowSec }) => nowSec - dueAtSec);
    return { leasesOverdue: due.length - waits.length, oldestCheckSec: Math.max(0, ...waits) };
  }

  /** Counts by state of every pool. */
  async counts(): Promise<ReadonlyMap<string, PoolCounts>> {
    return this.ports.store.counts(this.nowSec());
  }

  /**
   * Makes the VMs of the store those of the provider.
   * @param budgetMs - longest time that it may take; the next sync does the rest
   */
  async sync(requestId: string, budgetMs?: number): Promise<InventoryProgress> {
    const { vms, fault, ...inventory } = await this.ports.provider.inventory();
    const arrival = (vm: Vm, wasLent: boolean) => arrived(this.policyOf(vm.pool), this.nowSec(), wasLent);
    const options = { budgetMs, arrival, mayEmptyPools: inventory.isConfirmed ?? false };
    try {
      const progress = await this.ports.store.sync(vms, this.act(requestId), options);
      return { ...progress, wanted: vms.length, fault };
    } catch (error) {
      if (!(error instanceof PoolWouldEmpty)) throw error;
      return { changes: 0, left: 0, wanted: vms.length, fault: unconfirmed(error, inventory.confirmation) };
    }
  }

  /**
   * Checks a VM that has just come back. The caller's own change is done by then, so a check that can't be written is
   * left to the reaper.
   * @returns the VM's current status, or `status` if the check could not be written
   */
  async checkAtOnce(status: VmStatus, requestId: string): Promise<VmStatus> {
    await this.ports.provider.refresh();
    return this.checkIfDue(status, requestId).catch(() => status);
  }

  /** Takes a VM back if its lease has ended. @returns the VM's current status */
  async reapIfOverdue(status: VmStatus, requestId: string): Promise<VmStatus> {
    return isOverdue(status, this.nowSec()) ? this.reap(status, requestId) : status;
  }

  private async checkIfDue(status: VmStatus, requestId: string): Promise<VmStatus> {
    const { state, dueAtSec = Infinity } = status;
    return state === 'checking' && dueAtSec <= this.nowSec() ? this.check(status, requestId) : status;
  }

  private async tidyOne(status: VmStatus, requestId: string): Promise<Tidied> {
    try {
      const vacant = await this.reapIfOverdue(status, requestId);
      const after = await this.checkIfDue(vacant, requestId);
      return { reaped: vacant === status ? 0 : 1, checked: after === vacant ? 0 : 1, faults: [] };
    } catch (error) {
      return { reaped: 0, checked: 0, faults: [{ vmId: status.vm.id, error }] };
    }
  }

  private async reap(status: VmStatus, requestId: string): Promise<VmStatus> {
    const act = this.act(requestId);
    const change = vacated(status, secondsOf(act));
    const { applied, status: now } = await this.ports.store.change(status, change, eventAbout(status, 'expired', act));
    if (applied && status.lease) meterEnd(this.ports.meter, 'expiries', status.vm, status.lease, secondsOf(act));
    return now;
  }

  private async check(status: VmStatus, requestId: string): Promise<VmStatus> {
    const policy = this.policyOf(status.vm.pool);
    const wait = waitingToClose(status, this.nowSec(), policy);
    if (wait !== undefined) return (await this.change(status, wait, 'waiting', requestId, wait.reason)).status;
    const { applied, status: mine } = await this.claim(status, policy, requestId);
    if (!applied) return mine;
    const startedMs = this.ports.clock();
    const verdict = await this.verdictOn(mine);
    const nowMs = this.ports.clock();
    this.meterCheck(policy, verdict, nowMs - startedMs);
    const change = checked(mine, verdict, nowMs, policy.retry);
    const made = await this.change(mine, change, kindOf(verdict, change), requestId, reasonOf(verdict, change));
    if (made.applied && change.state === 'quarantined') this.ports.meter('quarantines', { pool: status.vm.pool });
    return made.status;
  }

  /** Two resets at once would meet the next user: the slower one would end their sessions. */
  private async claim(status: VmStatus, policy: PoolPolicy, requestId: string): Promise<Changed> {
    if (policy.reset === 'none') return { applied: true, status };
    const change = claimed(status, this.nowSec(), policy.checkLimitSec);
    return this.change(status, change, 'reset_started', requestId);
  }

  private change(
    status: VmStatus,
    change: VmChange,
    kind: EventKind,
    requestId: string,
    reason?: string,
  ): Promise<Changed> {
    const event = { ...eventAbout(status, kind, this.act(requestId)), ...(reason !== undefined && { reason }) };
    return this.ports.store.change(status, change, event);
  }

  private async verdictOn(status: VmStatus): Promise<Verdict> {
    try {
      return await this.ports.check(status);
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      return { passed: false, reason: `the check itself failed: ${why}` };
    }
  }

  private meterCheck({ reset }: PoolPolicy, verdict: Verdict, durationMs: number): void {
    const labels = { kind: reset === 'none' ? 'check' : 'reset', result: resultOf(verdict) } as const;
    this.ports.meter('checkDurationSeconds', labels, durationMs / 1000);
  }

  private act(requestId: string): Act {
    return { who: REAPER, nowMs: this.ports.clock(), requestId };
  }

  private nowSec(): number {
    return secondsOf({ nowMs: this.ports.clock() });
  }
}

function resultOf(verdict: Verdict): 'passed' | 'failed' | 'waiting' {
  if ('waitingFor' in verdict) return 'waiting';
  return verdict.passed ? 'passed' : 'failed';
}

function kindOf(verdict: Verdict, { state }: VmChange): EventKind {
  if (state === 'quarantined') return 'quarantined';
  if ('waitingFor' in verdict) return 'waiting';
  return verdict.passed ? 'check_passed' : 'check_failed';
}

/** An operator's reason stays with the VM; the event has that of the check. */
function reasonOf(verdict: Verdict, change: VmChange): string | undefined {
  if ('waitingFor' in verdict) return change.state === 'quarantined' ? change.reason : verdict.waitingFor;
  return verdict.passed ? undefined : verdict.reason;
}

function unconfirmed(error: PoolWouldEmpty, confirmation = 'confirm it'): Error {
  return new Error(`${error.message}, so nothing was changed; if that is right, ${confirmation}`, { cause: error });
}

function eventAbout({ vm, lease }: VmStatus, kind: EventKind, act: Act): ChangeEvent {
  return { kind, vmId: vm.id, act, userId: lease?.userId, leaseId: lease?.id };
}
