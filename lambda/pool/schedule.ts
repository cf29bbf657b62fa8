/** How many VMs of a pool are to run at which time. Loaded where VMs are stopped. */
import { Cron } from 'croner';
import type { PowerChange, PowerRules } from './pool.ts';

/**
 * How many free VMs of a pool are to run now: what the last change of its schedule says. Without a schedule, and before
 * its first change, what the pool says.
 *
 * A time that does not exist when the clocks go forward comes right after the gap; one that exists twice comes once.
 */
export function minRunningAt({ minRunning, schedule }: PowerRules, nowMs: number): number {
  const { timezone = 'UTC', changes = [] } = schedule ?? {};
  let last = { atMs: -Infinity, minRunning };
  for (const change of changes) {
    const atMs = lastTimeOf(change, timezone, nowMs);
    // Of two changes at the same moment, the later one of the list counts.
    if (atMs !== undefined && atMs >= last.atMs) last = { atMs, minRunning: change.minRunning };
  }
  return last.minRunning;
}

/** When a change came last, UTC epoch milliseconds. Undefined: never, as on 30 February. */
function lastTimeOf({ cron }: PowerChange, timezone: string, nowMs: number): number | undefined {
  // A change counts from its very second on; `previousRuns` looks before the time that it is given.
  const [last] = new Cron(cron, { timezone, mode: '5-part' }).previousRuns(1, new Date(nowMs + 1));
  return last?.getTime();
}
