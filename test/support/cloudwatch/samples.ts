/** Values of metrics, as CloudWatch gets them, and their statistics. */

/** Names a metric. Metrics with other dimensions are other metrics. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One value of a metric. */
export interface Sample extends MetricId {
  readonly atSec: number;
  readonly value: number;
}

/** `VmsFree{pool=default} of vm-pool-dev`: the same text for the same metric. */
export function textOf({ namespace, name, dimensions }: MetricId): string {
  const pairs = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return `${name}{${pairs.sort().join()}} of ${namespace}`;
}

/** A statistic of the samples from `startSec` on and before `endSec`; undefined without one. */
export function statisticOf(
  statistic: string,
  samples: readonly Sample[],
  startSec: number,
  endSec: number,
): number | undefined {
  const values = samples.filter(({ atSec }) => atSec >= startSec && atSec < endSec).map(({ value }) => value);
  return values.length === 0 ? undefined : compute(statistic, values);
}

/** @throws Error for a statistic that no alarm here uses */
function compute(statistic: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (/^p\d+$/.test(statistic)) return percentile(Number(statistic.slice(1)), values);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return values.length;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
    default:
      throw new Error(`unknown statistic: ${statistic}`);
  }
}

/** The value that so many of a hundred reach at most. */
function percentile(part: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil((part / 100) * sorted.length) - 1] ?? NaN;
}
