import type { FigureName, Meter } from '../pool/meter.ts';
import type { Metric } from './embedded-metrics.ts';
import { EmbeddedMetrics } from './embedded-metrics.ts';
import type { Figure, Labels } from './figures.ts';
import { figureOf, SECONDS_BUCKETS } from './figures.ts';

/** A figure with certain labels since the process began. */
export interface Series {
  readonly name: FigureName;
  readonly labels: Labels;
  /** Sum of a counter or a histogram, last value of a gauge. */
  value: number;
  /** Measurements of a histogram. */
  count: number;
  /** Measurements in each bucket of a histogram alone, the last for those above every bound. */
  readonly buckets: number[];
}

/** A series, and what a count needs to know of it. */
interface Counted extends Series {
  readonly kind: Figure['kind'];
  /** Takes the same values on their way into the log. */
  readonly metric: Metric | undefined;
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
  const all: Series[] = [];
  const root = new Branch();
  const embedded = namespace === undefined ? undefined : new EmbeddedMetrics(namespace);

  function begin(name: FigureName, labels: Labels): Counted {
    const { kind } = figureOf(name);
    const metric = embedded?.metricOf(name, labels);
    const series = { name, labels, kind, value: 0, count: 0, buckets: [], metric };
    all.push(series);
    return series;
  }

  function seriesOf(name: FigureName, labels: Labels): Counted {
    let branch = root.to(name);
    for (const label in labels) branch = branch.to(labels[label]);
    return (branch.series ??= begin(name, labels));
  }

  const meter: Meter = (name, labels, value = 1) => {
    const series = seriesOf(name, labels);
    const { kind, metric } = series;
    series.value = kind === 'gauge' ? value : series.value + value;
    series.count += 1;
    if (kind === 'histogram') {
      const above = SECONDS_BUCKETS.findIndex((bound) => value <= bound);
      const bucket = above === -1 ? SECONDS_BUCKETS.length : above;
      series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
    }
    if (metric !== undefined) embedded?.publish(metric, value);
  };

  return { meter, embedded, series: () => all };
}

/** Finds a series by its labels, one after the other: to join them to one key takes longer than all the rest. */
class Branch {
  series: Counted | undefined;
  private readonly branches = new Map<string | undefined, Branch>();

  to(label: string | undefined): Branch {
    const known = this.branches.get(label);
    if (known !== undefined) return known;
    const made = new Branch();
    this.branches.set(label, made);
    return made;
  }
}
