/** How long VMs were stopped, which is what they saved. */
import type { PoolSavings } from './ports.ts';
import { LONGEST_GAP_SEC } from './ports.ts';

/** What the pools have saved by one moment. */
export interface Savings {
  /** UTC epoch seconds. */
  readonly atSec: number;
  readonly pools: Readonly<Record<string, PoolSavings>>;
}

/**
 * The savings with the time since they were added up last, at most {@link LONGEST_GAP_SEC}.
 *
 * @param stopped - how many VMs of each pool are stopped
 * @returns nothing when there is nothing to add: somebody else has added this time, or no VM was ever stopped
 */
export function addedUp(
  before: Savings | undefined,
  stopped: ReadonlyMap<string, number>,
  nowSec: number,
): Savings | undefined {
  const { atSec, pools: known } = before ?? { atSec: nowSec - 1, pools: {} };
  if (nowSec <= atSec) return undefined;
  const gapSec = before === undefined ? 0 : Math.min(nowSec - atSec, LONGEST_GAP_SEC);
  const names = new Set([...Object.keys(known), ...[...stopped].flatMap(([name, count]) => (count > 0 ? name : []))]);
  if (names.size === 0) return undefined;
  const pools = [...names].map((name) => {
    const count = stopped.get(name) ?? 0;
    return [name, { stopped: count, stoppedSec: (known[name]?.stoppedSec ?? 0) + count * gapSec }] as const;
  });
  return { atSec: nowSec, pools: Object.fromEntries(pools) };
}
