/** Stops free VMs that nobody needs, and starts those that are to run. Loaded for the first tick over such VMs. */
import { HeldPower } from './held-power.ts';
import type { Meter } from './meter.ts';
import type { PolicyOf, PoolPolicy } from './pool.ts';
import type { Clock, PoolSavings, PowerStore, UpkeepStore } from './ports.ts';
import { stopped, stopping, toBeChecked } from './power-changes.ts';
import type { PowerPlan } from './power-plan.ts';
import { powerPlan, STOPPED_OUTSIDE } from './power-plan.ts';
import type { Fault } from './power-round.ts';
import { PowerRound } from './power-round.ts';
import { powerViews } from './power-view.ts';
import type { Power } from './provider.ts';
import { minRunningAt } from './schedule.ts';
import type { VmStatus } from './vm.ts';

/** What stopping and starting VMs needs from outside. */
export interface PowerPorts {
  readonly store: PowerStore & Pick<UpkeepStore, 'counts'>;
  readonly power: Power;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly policyOf: PolicyOf;
}

/** What one run did. */
export interface Powered {
  readonly stopped: number;
  /** VMs that are due for a check now, which starts them. */
  readonly toStart: number;
  /** VMs that could not be stopped or started. The next run tries again. */
  readonly faults: readonly Fault[];
}

/** VMs stopped by one call. The time is checked between calls. */
const BATCH = 100;

/**
 * Keeps the number of running VMs of each pool, and starts VMs that were stopped under their holder. Any number of runs
 * may be made at once, and be cut short at any point.
 */
export class PowerUpkeep {
  private readonly held: HeldPower;

  constructor(private readonly ports: PowerPorts) {
    this.held = new HeldPower(ports);
  }

  /** @param endMs - from then on it begins nothing more, UTC epoch milliseconds */
  async run(requestId: string, endMs: number): Promise<Powered> {
    const round = new PowerRound(this.ports.store, this.ports.clock, requestId, endMs);
    const free = new Set<string>();
    const before = await this.ports.store.savings();
    const stoppedVms = new Map<string, number>();
    for (const name of (await this.ports.store.counts(round.nowSec)).keys()) {
      const policy = this.ports.policyOf(name);
      if (!policy.areFound) continue;
      // A pool that this run does not reach has as many stopped VMs as before.
      stoppedVms.set(name, before.get(name)?.stopped ?? 0);
      if (round.isOver) continue;
      const statuses = await this.ports.store.free(name);
      for (const { vm } of statuses) free.add(vm.id);
      const change = await this.carryOut(await this.planFor(policy, statuses, round.nowSec), round);
      stoppedVms.set(name, statuses.filter(isStopped).length + change);
    }
    if (!round.isOver) await this.held.look(free, round);
    await this.publish(stoppedVms, before, round.nowSec);
    return round;
  }

  private async planFor(policy: PoolPolicy, free: readonly VmStatus[], nowSec: number): Promise<PowerPlan> {
    const { name, power } = policy;
    // Counted after the free VMs were read, so that a VM which has just gone to its check is not missing in both.
    const coming = (await this.ports.store.counts(nowSec)).get(name)?.checking ?? 0;
    return powerPlan({
      free,
      states: this.ports.power.states(),
      coming,
      minRunning: power ? minRunningAt(power, this.ports.clock()) : Infinity,
      idleSec: power && power.idleMinutes * 60,
      nowSec,
    });
  }

  /** @returns how many more of the free VMs are stopped by then; less than 0 if there are fewer */
  private async carryOut(plan: PowerPlan, round: PowerRound): Promise<number> {
    const begun = await round.each(
      plan.check.map((item) => [item.status.vm.id, item]),
      async ({ status, reason }) => {
        const change = toBeChecked(status, reason, round.nowSec);
        return (await round.change(status, change, 'starting', reason)).applied && status;
      },
    );
    const started = begun.filter((status) => status !== false);
    const marked = await round.each(byId(plan.mark), async (status) => {
      return (await round.change(status, stopped(status, round.nowSec), 'stopped', STOPPED_OUTSIDE)).applied;
    });
    let stoppedNow = marked.filter(Boolean).length;
    for (let at = 0; at < plan.stop.length && !round.isOver; at += BATCH) {
      stoppedNow += await this.stop(plan.stop.slice(at, at + BATCH), round);
    }
    round.stopped += stoppedNow;
    round.toStart += started.length;
    return stoppedNow - started.filter(isStopped).length;
  }

  /** Nobody can get a VM that is claimed. @returns how many are stopped */
  private async stop(statuses: readonly VmStatus[], round: PowerRound): Promise<number> {
    const claims = await round.each(byId(statuses), async (status) => {
      return round.change(status, stopping(status, round.nowSec), 'stopping');
    });
    const mine = claims.flatMap(({ applied, status }) => (applied ? [status] : []));
    if (mine.length === 0) return 0;
    const running = await this.ports.power.stop(mine.map(({ vm }) => vm)).catch((error: unknown) => {
      // Nobody knows which of them stop. A check finds out, when nothing can come of this call any longer.
      round.faults.push(...mine.map(({ vm }) => ({ vmId: vm.id, error })));
      return undefined;
    });
    if (running === undefined) return 0;
    const done = await round.each(byId(mine), async (status) => {
      const why = running.get(status.vm.id);
      if (why === undefined) return (await round.change(status, stopped(status, round.nowSec), 'stopped')).applied;
      const reason = `it does not stop: ${why}`;
      // A call that AWS did not answer may stop it yet, so it stays claimed for a while.
      const { dueAtSec = round.nowSec } = status;
      await round.change(status, toBeChecked(status, reason, dueAtSec), 'waiting', reason);
      return false;
    });
    return done.filter(Boolean).length;
  }

  private async publish(
    stoppedVms: ReadonlyMap<string, number>,
    before: ReadonlyMap<string, PoolSavings>,
    nowSec: number,
  ): Promise<void> {
    const { store, meter } = this.ports;
    await store.addStoppedTime(stoppedVms, nowSec);
    const after = await powerViews(this.ports, await store.counts(nowSec));
    for (const [pool, { running, stopped: vms, stoppedSec }] of after) {
      meter('poweredVms', { pool, power: 'running' }, running);
      meter('poweredVms', { pool, power: 'stopped' }, vms);
      meter('stoppedSeconds', { pool }, stoppedSec - (before.get(pool)?.stoppedSec ?? 0));
    }
  }
}

function isStopped({ stopped: is = false }: VmStatus): boolean {
  return is;
}

function byId(statuses: readonly VmStatus[]): (readonly [string, VmStatus])[] {
  return statuses.map((status) => [status.vm.id, status]);
}
