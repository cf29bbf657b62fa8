import type { Findings, Measure } from '../figures/measure.ts';
import { compiled, runWorker } from '../processes.ts';
import { compared } from '../figures/stats.ts';

const POOL_SIZES = [10, 1_000, 100_000] as const;
const ROUNDS = { full: 9, quick: 3 };
const CYCLES = { full: 300_000, quick: 100_000 };
const MOST_GROWTH = 1.2;
const VARIANTS = {
  'without keys': 'memory store',
  'with keys': 'memory store, idempotency keys',
  'bare map': 'bare queue and Map, for comparison',
} as const;
type Variant = keyof typeof VARIANTS;

/** Nanoseconds a cycle by number of VMs. */
type Round = ReadonlyMap<number, number>;

/** What lending and taking back costs in the memory store as the pool grows, half of its VMs leased all the time. */
export async function measureMemoryStore(isQuick: boolean): Promise<Findings> {
  const script = await compiled('memory-store/memory-store-process');
  const cycles = isQuick ? CYCLES.quick : CYCLES.full;
  const rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
  const measures: Measure[] = [];
  for (const variant of Object.keys(VARIANTS) as Variant[]) {
    const taken: Round[] = [];
    for (let n = 0; n < rounds; n += 1) taken.push(await oneRound(script, variant, cycles, n % 2 === 1));
    measures.push(...POOL_SIZES.map((vms) => growth(taken, vms, variant)));
  }
  const note = `memory store: ${rounds} rounds, a process for each size, ${cycles.toLocaleString('en')} times acquire, release and settled check in each`;
  return { measures, notes: [note] };
}

async function oneRound(script: string, variant: Variant, cycles: number, isReversed: boolean): Promise<Round> {
  const round = new Map<number, number>();
  for (const vms of isReversed ? POOL_SIZES.toReversed() : POOL_SIZES) {
    round.set(vms, await runWorker<number>(script, [String(vms), variant, String(cycles)]));
  }
  return round;
}

function growth(rounds: readonly Round[], vms: number, variant: Variant): Measure {
  const [smallest, , largest] = POOL_SIZES;
  const figures = compared(
    rounds.map((round) => ({ subject: round.get(vms) ?? NaN, baseline: round.get(smallest) ?? NaN })),
  );
  const measure: Measure = {
    id: `store.${variant.replace(' ', '-')}.${vms}`,
    what: `${VARIANTS[variant]}: acquire + release + check, ${vms.toLocaleString('en')} VMs`,
    unit: 'ns',
    value: figures.value,
  };
  if (vms === smallest) return measure;
  const isJudged = vms === largest && variant !== 'bare map';
  return { ...measure, ...figures, ...(isJudged && { target: { of: 'ratio', atMost: MOST_GROWTH } }) };
}
