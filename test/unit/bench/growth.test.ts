import { describe, expect, it } from '@jest/globals';
import { meetsTarget } from '../../bench/figures/measure.ts';
import type { Round } from '../../bench/memory-store/growth.ts';
import { growthMeasure } from '../../bench/memory-store/growth.ts';

type Variant = 'store' | 'bare';

/** A round, given the time of a cycle in pools of 10 and of 1,000 VMs. */
function round(store: [number, number], bare: [number, number]): Round<Variant> {
  const sizes = ([small, large]: [number, number]) =>
    new Map([
      [10, small],
      [1_000, large],
    ]);
  return new Map<Variant, Map<number, number>>([
    ['store', sizes(store)],
    ['bare', sizes(bare)],
  ]);
}

const JUDGED = { variant: 'store', what: 'store', bare: 'bare' } as const;

describe('growth of the memory store', () => {
  it.each([
    { rule: 'a store that grows less than the bare Map meets the target', store: 150, ratio: 0.75, isMet: true },
    { rule: 'a store that grows as much as the bare Map meets the target', store: 200, ratio: 1, isMet: true },
    { rule: 'a store that grows more than the bare Map misses the target', store: 240, ratio: 1.2, isMet: false },
  ])('$rule', ({ store, ratio, isMet }) => {
    const measure = growthMeasure([round([100, store], [10, 20])], JUDGED, 10, 1_000);
    expect(measure).toMatchObject({ value: store / 100, baseline: 2, ratio });
    expect(meetsTarget(measure)).toBe(isMet);
  });

  it('compares within each round, so that a slow minute of the machine changes nothing', () => {
    const rounds = [round([100, 150], [10, 20]), round([300, 450], [30, 60]), round([100, 150], [10, 20])];
    expect(growthMeasure(rounds, JUDGED, 10, 1_000)).toMatchObject({ value: 1.5, baseline: 2, ratio: 0.75 });
  });
});
