/** One graph of both dashboards: what it shows, and where each data source has it. */
export interface Graph {
  readonly title: string;
  /** What the figures mean and what to do about them; Grafana shows it behind the title. */
  readonly description: string;
  /** A unit of Grafana. */
  readonly unit: string;
  /** How lines are drawn; `stack` is for parts of a whole. */
  readonly draws?: 'lines' | 'stack';
  readonly prometheus: readonly PrometheusLine[];
  /** Absent if CloudWatch does not get the figure. */
  readonly cloudwatch?: readonly CloudWatchLine[];
}

/** A question that a reader has, and the graphs that answer it. */
export interface Question {
  readonly question: string;
  readonly graphs: readonly Graph[];
}

/** A query in PromQL, with the variables `$instance` and `$pool`. */
export interface PrometheusLine {
  readonly expr: string;
  /** Name of each line; `{{label}}` is the value of a label. */
  readonly legend: string;
}

/** One metric, or metric math over metrics that are not shown themselves. */
export interface CloudWatchLine {
  readonly label: string;
  /** Metrics by their ids, which `math` uses. Unique in a graph. */
  readonly of: Readonly<Record<string, CloudWatchMetric>>;
  /** Metric math; absent where the one metric is shown as it is. */
  readonly math?: string;
  /** Length of a data point; 300 by default. */
  readonly periodSeconds?: number;
}

/** A metric in the namespace of an environment. */
export interface CloudWatchMetric {
  readonly metric: string;
  readonly statistic: string;
  /** Whether it has the dimension `pool`. */
  readonly ofPool?: boolean;
}

/** Selector of the series that the variables choose. */
export const CHOSEN = '{instance=~"$instance"}';

/** The same, for figures with the label `pool`. */
export const CHOSEN_POOLS = '{instance=~"$instance", pool=~"$pool"}';

/**
 * A metric as it is.
 * @param metric - its name; the id is made of it
 */
export function metric(
  label: string,
  name: string,
  statistic: string,
  options: Pick<CloudWatchMetric, 'ofPool'> = {},
): CloudWatchLine {
  return { label, of: { [idOf(name, statistic)]: { metric: name, statistic, ...options } } };
}

/** How often something happens in a minute, whatever the period is. */
export function perMinute(label: string, name: string, statistic: 'Sum' | 'SampleCount' = 'Sum'): CloudWatchLine {
  const id = idOf(name, statistic);
  return { label, of: { [id]: { metric: name, statistic } }, math: `60 * ${id} / PERIOD(${id})` };
}

/** The same in PromQL, summed over processes. @param by - labels that stay */
export function ratePerMinute(name: string, by: string, selector = CHOSEN): string {
  return `60 * sum by (${by}) (rate(${name}${selector}[$__rate_interval]))`;
}

/** Ids of CloudWatch begin with a small letter. */
function idOf(name: string, statistic: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}${statistic}`;
}
