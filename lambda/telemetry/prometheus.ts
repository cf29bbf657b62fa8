import { AggregatorRegistry } from 'prom-client';

/** One metric with all its series, as Prometheus reads it. */
export interface PrometheusMetric {
  /** Of a counter without `_total`, which belongs to its samples. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly series: readonly PrometheusSeries[];
}

/** One series: its labels and what was counted under them. */
export interface PrometheusSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram the sum of all values. */
  readonly value: number;
  /** Of a histogram: its values by size, see {@link Buckets}. */
  readonly buckets?: Buckets;
}

/** How many values of a histogram are of which size. */
export interface Buckets {
  /** Upper bounds, in rising order. */
  readonly bounds: readonly number[];
  /** Not cumulative: one count for each bound, and one for all that is above the last. */
  readonly counts: readonly number[];
}

/** A page of metrics, and its media type. */
export interface MetricsPage {
  readonly type: string;
  readonly text: string;
}

/** A sample as `prom-client` passes it from process to process. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** With its ending, such as `_bucket`. */
  readonly metricName?: string;
}

/**
 * Writes metrics for Prometheus: as OpenMetrics 1.0 for those who ask for it, else in the older text format 0.0.4.
 *
 * `prom-client` writes what it usually gets from the processes of a cluster, because its own counters would cost each
 * start 65 kB.
 *
 * @param accept - the header `Accept`
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export async function metricsPage(
  metrics: readonly PrometheusMetric[],
  accept: string | undefined,
): Promise<MetricsPage> {
  const { OPENMETRICS_CONTENT_TYPE, PROMETHEUS_CONTENT_TYPE } = AggregatorRegistry;
  const isOpen = prefersOpenMetrics(accept);
  const type = isOpen ? OPENMETRICS_CONTENT_TYPE : PROMETHEUS_CONTENT_TYPE;
  const registry = AggregatorRegistry.aggregate([metrics.map((metric) => clusterMetric(metric, isOpen))]);
  registry.setContentType(type);
  return { type, text: await registry.metrics() };
}

function clusterMetric({ name, kind: type, help, series }: PrometheusMetric, isOpen: boolean): object {
  // In OpenMetrics the library adds `_total` to the samples of each counter by itself.
  const full = type === 'counter' && !isOpen ? `${name}_total` : name;
  return { name: full, type, help, aggregator: 'first', values: series.flatMap((one) => samplesOf(name, one)) };
}

function samplesOf(name: string, { labels, value, buckets }: PrometheusSeries): Sample[] {
  if (buckets === undefined) return [{ labels, value }];
  let below = 0;
  const samples: Sample[] = buckets.counts.map((count, at) => {
    below += count;
    return { labels: { ...labels, le: boundText(buckets.bounds[at]) }, value: below, metricName: `${name}_bucket` };
  });
  return [
    ...samples,
    { labels, value, metricName: `${name}_sum` },
    { labels, value: below, metricName: `${name}_count` },
  ];
}

/** `1.0` in both formats, as OpenMetrics wants it: else a series would change its name with the format. */
function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

/** Whether a client wants OpenMetrics at least as much as plain text. One that takes anything gets plain text. */
export function prefersOpenMetrics(accept = ''): boolean {
  const ranges = accept.toLowerCase().split(',');
  const open = weightOf(ranges, 'application/openmetrics-text');
  return open > 0 && open >= weightOf(ranges, 'text/plain');
}

/** The largest weight that a client gives a media type; 0 if it does not name it. */
function weightOf(ranges: readonly string[], type: string): number {
  const wanted = ranges.map((range) => range.trim()).filter((range) => range.startsWith(type));
  return Math.max(0, ...wanted.map((range) => Number(/;\s*q=([\d.]+)/.exec(range)?.[1] ?? 1)));
}
