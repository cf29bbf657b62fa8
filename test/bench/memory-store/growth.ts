import type { Measure } from '../figures/measure.ts';
import { compared } from '../figures/stats.ts';

/** Durations of a cycle in one round: for each variant, by number of VMs. */
export type Round<Variant> = ReadonlyMap<Variant, ReadonlyMap<number, number>>;

/** A variant that is judged, and the variant that it is judged against. */
export interface Judged<Variant> {
  readonly variant: Variant & string;
  readonly what: string;
  readonly bare: Variant;
}

/** As much as the bare queue and `Map` grow. */
const MOST_GROWTH = 1;

/** How many times longer a cycle takes in the larger pool, against the same of the bare variant in the same round. */
export function growthMeasure<Variant>(
  rounds: readonly Round<Variant>[],
  { variant, what, bare }: Judged<Variant>,
  smaller: number,
  larger: number,
): Measure {
  const growth = (round: Round<Variant>, of: Variant) =>
    (round.get(of)?.get(larger) ?? NaN) / (round.get(of)?.get(smaller) ?? NaN);
  return {
    id: `store.${variant}.growth`,
    what: `${what}: growth from ${smaller} to ${larger.toLocaleString('en')} VMs, against the bare queue and Map`,
    unit: 'x',
    ...compared(rounds.map((round) => ({ subject: growth(round, variant), baseline: growth(round, bare) }))),
    target: { of: 'ratio', atMost: MOST_GROWTH },
  };
}
