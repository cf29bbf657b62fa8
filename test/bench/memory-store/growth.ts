import type { Measure } from '../figures/measure.ts';
import { compared } from '../figures/stats.ts';

/** Durations of a cycle in one round, by variant and number of VMs. */
export type Round<Variant> = ReadonlyMap<Variant, ReadonlyMap<number, number>>;

/** A variant, and the bare variant with which it is compared. */
export interface Judged<Variant> {
  readonly variant: Variant & string;
  readonly what: string;
  readonly bare: Variant;
}

/** The growth of the bare queue and `Map`. */
const MOST_GROWTH = 1;

/** Growth of a cycle's duration from the smaller to the larger pool, against the bare variant in the same round. */
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
