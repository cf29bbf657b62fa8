/** The value that a share `q` (0 to 1) of the values does not exceed, by nearest rank. @throws without values */
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

/** Two figures measured back to back, so that other load of the machine affects both. */
export interface Pair {
  readonly subject: number;
  readonly baseline: number;
}

/**
 * Sums up pairs: the median of each side, and the median of the ratio of each pair. When the speed of the machine
 * varies, it is steadier than the ratio of the medians.
 */
export function compared(pairs: readonly Pair[]): { value: number; baseline: number; ratio: number } {
  return {
    value: median(pairs.map(({ subject }) => subject)),
    baseline: median(pairs.map(({ baseline }) => baseline)),
    ratio: median(pairs.map(({ subject, baseline }) => subject / baseline)),
  };
}

/**
 * Measures pairs one after another. The order within a pair alternates, because the first measurement affects the
 * machine for the second.
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
