import type { Findings, Measure } from '../figures/measure.ts';
import { compared, median } from '../figures/stats.ts';
import { compiled, runWorker } from '../processes.ts';
import type { Round } from './growth.ts';
import { growthMeasure } from './growth.ts';

const POOL_SIZES = [10, 1_000, 100_000] as const;
const ROUNDS = { full: 9, quick: 3 };
const CYCLES = { full: 300_000, quick: 100_000 };
const STORES = {
  'without-keys': 'memory store',
  'with-keys': 'memory store, idempotency keys',
} as const;
const BARE = 'bare-map';
type Variant = keyof typeof STORES | typeof BARE;

/**
 * Measures the time to lend and take back a VM in the memory store, in growing pools with half of the VMs leased. A
 * bare queue and `Map` become slower too, because the caches of the CPU hold only a small pool. The store may slow down
 * as much.
 */
export async function measureMemoryStore(isQuick: boolean): Promise<Findings> {
  const script = await compiled('memory-store/memory-store-process');
  const cycles = isQuick ? CYCLES.quick : CYCLES.full;
  const rounds: Round<Variant>[] = [];
  for (let n = 0; n < (isQuick ? ROUNDS.quick : ROUNDS.full); n += 1) {
    rounds.push(await oneRound(script, cycles, n % 2 === 1));
  }
  const measures = [
    ...(Object.keys(STORES) as (keyof typeof STORES)[]).flatMap((variant) => [
      ...POOL_SIZES.map((vms) => durationMeasure(rounds, vms, variant, STORES[variant])),
      growthMeasure(rounds, { variant, what: STORES[variant], bare: BARE }, POOL_SIZES[0], POOL_SIZES[2]),
    ]),
    ...POOL_SIZES.map((vms) => durationMeasure(rounds, vms, BARE, 'bare queue and Map')),
  ];
  const note = `memory store: ${rounds.length} rounds, a process for each size and variant, ${cycles.toLocaleString('en')} times acquire, release and settled check in each`;
  return { measures, notes: [note] };
}

/** Runs one process after another. The variants of one size run back to back, so that they meet the same load. */
async function oneRound(script: string, cycles: number, isReversed: boolean): Promise<Round<Variant>> {
  const variants: Variant[] = ['without-keys', BARE, 'with-keys'];
  const runs = POOL_SIZES.flatMap((vms) => variants.map((variant) => ({ vms, variant })));
  const round = new Map<Variant, Map<number, number>>(variants.map((variant) => [variant, new Map()]));
  for (const { vms, variant } of isReversed ? runs.toReversed() : runs) {
    const nsPerCycle = await runWorker<number>(script, [String(vms), variant, String(cycles)]);
    round.get(variant)?.set(vms, nsPerCycle);
  }
  return round;
}

/** Against the smallest pool. */
function durationMeasure(rounds: readonly Round<Variant>[], vms: number, variant: Variant, what: string): Measure {
  const [smallest] = POOL_SIZES;
  const ns = (round: Round<Variant>, size: number) => round.get(variant)?.get(size) ?? NaN;
  const measure = {
    id: `store.${variant}.${vms}`,
    what: `${what}: acquire + release + check, ${vms.toLocaleString('en')} VMs`,
    unit: 'ns',
  } as const;
  if (vms === smallest) return { ...measure, value: median(rounds.map((round) => ns(round, vms))) };
  return {
    ...measure,
    ...compared(rounds.map((round) => ({ subject: ns(round, vms), baseline: ns(round, smallest) }))),
  };
}
