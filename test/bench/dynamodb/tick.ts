import type { Findings, Measure } from '../figures/measure.ts';
import { compiled, runWorker } from '../processes.ts';
import type { Database } from './database.ts';
import { leased, vmsOf } from './pool.ts';
import type { Ticks } from './tick-process.ts';

const LEASES = { full: 10_000, quick: 2_000 };
const MOST_TICKS = 3;
const TIMEOUT_MS = 29_000;

/** Measures how soon the VMs of leases that ended in the same minute are free again. */
export async function measureTick(database: Database, isQuick: boolean): Promise<Findings> {
  const leases = isQuick ? LEASES.quick : LEASES.full;
  const endedSec = Math.floor(Date.now() / 1000) - 60;
  await database.fill(
    'tick',
    vmsOf(leases).map((vm, n) => leased(vm, endedSec + (n % 60))),
  );
  const script = await compiled('dynamodb/tick-process');
  const ticks = await runWorker<Ticks>(script, ['tick', String(leases)], database.variables);
  const durationsMs = ticks.map(({ durationMs }) => durationMs);
  const [what, count] = ['leases that end in the same minute', leases.toLocaleString('en')];
  const measures: Measure[] = [
    {
      id: 'tick.ticks',
      what: `${count} ${what}: ticks until all VMs are free`,
      unit: '',
      value: ticks.at(-1)?.freeAfter === leases ? ticks.length : Infinity,
      target: { of: 'value', atMost: MOST_TICKS },
    },
    {
      id: 'tick.longest',
      what: `${count} ${what}: longest tick`,
      unit: 'ms',
      value: Math.max(...durationsMs),
      target: { of: 'value', atMost: TIMEOUT_MS },
    },
    {
      id: 'tick.rate',
      what: `${count} ${what}: VMs freed`,
      unit: '1/s',
      value: (1000 * leases) / durationsMs.reduce((sum, ms) => sum + ms, 0),
    },
  ];
  const each = ticks.map(({ durationMs, freeAfter }) => `${(durationMs / 1000).toFixed(1)} s (then ${freeAfter} free)`);
  return { measures, notes: [`tick: budget 24 s as on Lambda; ${each.join(', ')}`] };
}
