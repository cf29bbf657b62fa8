import { embeddedSamples } from '../cloudwatch/embedded-samples.ts';

/** What the values of a metric come to. */
export interface Total {
  /** CloudWatch's statistic Sum. */
  readonly sum: number;
  /** CloudWatch's statistic SampleCount. */
  readonly sampleCount: number;
}

/** The lines of the service's log in an output that has other lines too. */
export function logLinesIn(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
}

/** What CloudWatch makes of a log: totals of the metrics by name, over all their dimensions. */
export function totalsOf(lines: readonly string[]): ReadonlyMap<string, Total> {
  const totals = new Map<string, Total>();
  for (const { name, value } of embeddedSamples(lines)) {
    const { sum, sampleCount } = totals.get(name) ?? { sum: 0, sampleCount: 0 };
    totals.set(name, { sum: sum + value, sampleCount: sampleCount + 1 });
  }
  return totals;
}
