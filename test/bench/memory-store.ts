import type { Findings, Measure } from './measure.ts';
import { compiled, runWorker } from './processes.ts';
import { compared } from './stats.ts';

const POOL_SIZES = [10, 1_000, 100_000] as const;
const ROUNDS = { full: 9, quick: 3 };
const CYCLES = { full: 300_000, quick: 100_000 };
const MOST_GROWTH = 1.2;

/** Nanoseconds a cycle by number of VMs. */
type Round = ReadonlyMap<number, number>;

/** What lending and taking back costs in the memory store as the pool grows, half of its VMs leased all the time. */
export async function measureMemoryStore(isQuick: boolean): Promise<Findings> {
  const script = await compiled('memory-store-process');
  const cycles = isQuick ? CYCLES.quick : CYCLES.full;
  const rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
  const measures: Measure[] = [];
  for (const keys of ['without keys', 'with keys'] as const) {
    const taken: Round[] = [];
    for (let n = 0; n < rounds; n += 1) taken.push(await oneRound(script, keys, cycles, n % 2 === 1));
    measures.push(...POOL_SIZES.map((vms) => growth(taken, vms, keys)));
  }
  const note = `memory store: ${rounds} rounds, a process for each size, ${cycles.toLocaleString('en')} times acquire, release and settled check in each`;
  return { measures, notes: [note] };
}

async function oneRound(script: string, keys: string, cycles: number, isReversed: boolean): Promise<Round> {
  const round = new Map<number, number>();
  for (const vms of isReversed ? POOL_SIZES.toReversed() : POOL_SIZES) {
    round.set(vms, await runWorker<number>(script, [String(vms), keys, String(cycles)]));
  }
  return round;
}

function growth(rounds: readonly Round[], vms: number, keys: string): Measure {
  const [smallest, , largest] = POOL_SIZES;
  const figures = compared(
    rounds.map((round) => ({ subject: round.get(vms) ?? NaN, baseline: round.get(smallest) ?? NaN })),
  );
  const measure: Measure = {
    id: `store.${keys.replace(' ', '-')}.${vms}`,
    what: `memory store, ${keys}: acquire + release + check, ${vms.toLocaleString('en')} VMs`,
    unit: 'ns',
    value: figures.value,
  };
  if (vms === smallest) return measure;
  return { ...measure, ...figures, ...(vms === largest && { target: { of: 'ratio', atMost: MOST_GROWTH } }) };
}
