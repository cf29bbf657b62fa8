/** What pools whose VMs are stopped show of that. Loaded where there is such a pool. */
import type { PolicyOf } from './pool.ts';
import type { Clock, PowerStore } from './ports.ts';
import { minRunningAt } from './schedule.ts';
import type { PoolCounts } from './vm.ts';

/** How many free VMs of a pool run, and what the stopped ones save. */
export interface PowerView {
  readonly running: number;
  readonly stopped: number;
  /** Free VMs that are to run now; all VMs of the pool if the pool names no number. */
  readonly minRunning: number;
  /** How long VMs of the pool were stopped, all together, seconds. */
  readonly stoppedSec: number;
}

/** What a view needs from outside. */
export interface PowerViewPorts {
  readonly store: Pick<PowerStore, 'savings'>;
  readonly clock: Clock;
  readonly policyOf: PolicyOf;
}

/** The views of the pools whose VMs are stopped, by name. */
export async function powerViews(
  { store, clock, policyOf }: PowerViewPorts,
  counts: ReadonlyMap<string, PoolCounts>,
): Promise<ReadonlyMap<string, PowerView>> {
  const savings = await store.savings();
  const views = [...counts].flatMap(([name, ofPool]) => {
    const { power } = policyOf(name);
    if (power === undefined) return [];
    const { stopped = 0, stoppedSec = 0 } = savings.get(name) ?? {};
    // A stopped VM may have been lent since they were counted.
    const known = Math.min(stopped, ofPool.free);
    const all = Object.values(ofPool).reduce((sum: number, count: number) => sum + count, 0);
    const wanted = minRunningAt(power, clock());
    const minRunning = wanted === Infinity ? all : wanted;
    return [[name, { running: ofPool.free - known, stopped: known, minRunning, stoppedSec }] as const];
  });
  return new Map(views);
}
