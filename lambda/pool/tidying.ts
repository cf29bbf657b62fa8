/** Takes VMs back and checks them. Loaded for the first release, tick or look at a pool. */
import { checked, claimed, isNews, isReset, waitingToClose } from './checking.ts';
import type { Act, ChangeEvent, EventKind } from './event.ts';
import { REAPER, secondsOf } from './event.ts';
import type { Verdict, VmChange } from './life.ts';
import { isOverdue, vacated } from './life.ts';
import type { Meter } from './meter.ts';
import { meterEnd } from './meter.ts';
import type { PolicyOf, PoolPolicy } from './pool.ts';
import type { BorrowingStore, Changed, Clock, PowerStore, StartingStore, UpkeepStore } from './ports.ts';
import type { VmProvider } from './provider.ts';
import type { VmStatus } from './vm.ts';

/** What tidying needs from outside. */
export interface TidyingPorts {
  readonly store: UpkeepStore & StartingStore & Pick<BorrowingStore, 'find'> & Pick<PowerStore, 'savings'>;
  readonly provider: Pick<VmProvider, 'refresh' | 'power'>;
  /** Resets and checks a VM; fails within the time that the policy of its pool allows. */
  readonly check: (status: VmStatus) => Promise<Verdict>;
  readonly clock: Clock;
  readonly meter: Meter;
}

/** What one round of tidying did. */
export interface Tidied {
  /** Ended leases taken back. */
  readonly reaped: number;
  /** Checks made, and looks at VMs that start. */
  readonly checked: number;
  /** VMs whose upkeep failed, with the error. They remain due. */
  readonly faults: readonly { readonly vmId: string; readonly error: unknown }[];
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

/** The part of upkeep that a start does without. */
export class Tidying {
  constructor(
    private readonly ports: TidyingPorts,
    private readonly policyOf: PolicyOf,
  ) {}

  /** As `tidy` of `Upkeep`. */
  async tidy(requestId: string, limit: number, except: ReadonlySet<string> = new Set()): Promise<Tidied> {
    await this.ports.provider.refresh();
    const due = await this.ports.store.due(this.nowSec(), limit + except.size);
    const wanted = due.filter(({ vm }) => !except.has(vm.id)).slice(0, limit);
    if (wanted.length === 0) return { reaped: 0, checked: 0, faults: [] };
    // Loaded when VMs are due: a look at a pool rarely finds one.
    const { default: pMap } = await import('p-map');
    const rounds = await pMap(wanted, (status) => this.tidyOne(status, requestId), { concurrency: PARALLEL });
    return {
      reaped: rounds.reduce((sum, { reaped }) => sum + reaped, 0),
      checked: rounds.reduce((sum, { checked: made }) => sum + made, 0),
      faults: rounds.flatMap(({ faults }) => faults),
    };
  }

  /** As `backlog` of `Upkeep`. */
  async backlog(limit: number): Promise<Backlog> {
    const nowSec = this.nowSec();
    const due = await this.ports.store.due(nowSec, limit);
    const waits = due.filter(({ state }) => state === 'checking').map(({ dueAtSec = nowSec }) => nowSec - dueAtSec);
    const overdue = due.filter((status) => isOverdue(status, nowSec));
    return { leasesOverdue: overdue.length, oldestCheckSec: Math.max(0, ...waits) };
  }

  /** As `checkAtOnce` of `Upkeep`. */
  async checkAtOnce(status: VmStatus, requestId: string): Promise<VmStatus> {
    await this.ports.provider.refresh();
    return this.checkIfDue(status, requestId).catch(() => status);
  }

  /** As `reapIfOverdue` of `Upkeep`. */
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
      if (vacant.lease?.startingTtlSec !== undefined) return await this.lookAtStart(vacant, requestId);
      const after = await this.checkIfDue(vacant, requestId);
      return { reaped: vacant === status ? 0 : 1, checked: after === vacant ? 0 : 1, faults: [] };
    } catch (error) {
      return { reaped: 0, checked: 0, faults: [{ vmId: status.vm.id, error }] };
    }
  }

  private async lookAtStart(status: VmStatus, requestId: string): Promise<Tidied> {
    const { Starting } = await import('./starting.ts');
    await new Starting(this.ports, this.policyOf).tidy(status, this.act(requestId));
    return { reaped: 0, checked: 1, faults: [] };
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
    const made = await this.conclude(mine, verdict, change, requestId);
    if (made.applied && change.state === 'quarantined') this.ports.meter('quarantines', { pool: status.vm.pool });
    return made.status;
  }

  /**
   * Two resets at once would meet the next user: the slower one would end their sessions. A reset of several steps is
   * claimed for each, and is on record once.
   */
  private async claim(status: VmStatus, policy: PoolPolicy, requestId: string): Promise<Changed> {
    if (!isReset(status, policy)) return { applied: true, status };
    const change = claimed(status, this.nowSec(), policy.checkLimitSec);
    if (status.waitUntilSec !== undefined) return this.ports.store.change(status, change);
    return this.change(status, change, 'reset_started', requestId);
  }

  private conclude(status: VmStatus, verdict: Verdict, change: VmChange, requestId: string): Promise<Changed> {
    const kind = kindOf(verdict, change);
    if (kind === 'waiting' && 'waitingFor' in verdict && !isNews(status, verdict.waitingFor)) {
      return this.ports.store.change(status, change);
    }
    return this.change(status, change, kind, requestId, reasonOf(verdict, change));
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

  /** By pool, not by VM: each kind that a pool has costs three metrics. */
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

function eventAbout({ vm, lease }: VmStatus, kind: EventKind, act: Act): ChangeEvent {
  return { kind, vmId: vm.id, act, userId: lease?.userId, leaseId: lease?.id };
}
