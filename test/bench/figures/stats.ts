/** The value that a share `q` (0 to 1) of the values does not exceed, by nearest rank. There must be a value. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no values');
  return value;
}

/** The middle value; the lower one of two middle values. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Two figures taken back to back, so that whatever else the machine was doing hit both alike. */
export interface Pair {
  readonly subject: number;
  readonly baseline: number;
}

/**
 * Sums up pairs: the middle of each side, and the middle of the ratios pair by pair. That is steadier than the ratio
 * of the middles when the machine is faster in one minute than in the next.
 */
export function compared(pairs: readonly Pair[]): { value: number; baseline: number; ratio: number } {
  return {
    value: median(pairs.map(({ subject }) => subject)),
    baseline: median(pairs.map(({ baseline }) => baseline)),
    ratio: median(pairs.map(({ subject, baseline }) => subject / baseline)),
  };
}

/**
 * Takes pairs one after the other, the order within a pair alternating: what is measured second finds a machine that
 * the first has warmed or tired.
 */
export async function inPairs<Sample>(
  count: number,
  subject: () => Promise<Sample>,
  baseline: () => Promise<Sample>,
): Promise<{ subject: Sample; baseline: Sample }[]> {
  const pairs: { subject: Sample; baseline: Sample }[] = [];
  for (let round = 0; round < count; round += 1) {
    if (round % 2 === 0) {
      pairs.push({ subject: await subject(), baseline: await baseline() });
    } else {
      const first = await baseline();
      pairs.push({ subject: await subject(), baseline: first });
    }
  }
  return pairs;
}
