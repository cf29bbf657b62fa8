import type { FigureName, Meter } from '../pool/meter.ts';
import { EmbeddedMetrics } from './embedded-metrics.ts';
import { figureOf, SECONDS_BUCKETS } from './figures.ts';

/** A figure with certain labels since the process began. */
export interface Series {
  readonly name: FigureName;
  readonly labels: Readonly<Record<string, string>>;
  /** Sum of a counter or a histogram, last value of a gauge. */
  value: number;
  /** Measurements of a histogram. */
  count: number;
  /** Measurements in each bucket of a histogram alone, the last for those above every bound. */
  readonly buckets: number[];
}

/** A meter whose figures can be read. */
export interface Tally {
  readonly meter: Meter;
  /** The same figures on their way into the log; absent without a namespace for them. */
  readonly embedded?: EmbeddedMetrics | undefined;
  /** All figures since the process began. */
  readonly series: () => readonly Series[];
}

/**
 * Adds up figures in memory.
 *
 * @param namespace - CloudWatch namespace of the metrics in the log; without one no metric is written
 */
export function createTally(namespace?: string): Tally {
  const all = new Map<string, Series>();
  const embedded = namespace === undefined ? undefined : new EmbeddedMetrics(namespace);

  const seriesOf: (...figure: Parameters<Meter>) => Series = (name, labels) => {
    const key = [name, ...Object.values(labels)].join('\n');
    const known = all.get(key);
    if (known !== undefined) return known;
    const made = { name, labels, value: 0, count: 0, buckets: [] };
    all.set(key, made);
    return made;
  };

  const meter: Meter = (name, labels, value = 1) => {
    const series = seriesOf(name, labels);
    const { kind } = figureOf(name);
    series.value = kind === 'gauge' ? value : series.value + value;
    series.count += 1;
    if (kind === 'histogram') {
      const above = SECONDS_BUCKETS.findIndex((bound) => value <= bound);
      const bucket = above === -1 ? SECONDS_BUCKETS.length : above;
      series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
    }
    embedded?.publish(name, labels, value);
  };

  return { meter, embedded, series: () => [...all.values()] };
}
