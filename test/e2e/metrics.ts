/**
 * Which metrics are looked at, and which are there to be seen. A graph of a metric that nobody emits is only empty, and
 * an alarm on it never rings, so nothing else would tell of a slip in a name. A metric is written as its name and
 * dimensions here: `Requests(route,statusCode)`.
 */
import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { logLines } from './log-lines.ts';

const CLOUDWATCH = 'GraniteServiceVersion20100801';

/** The metrics of the service's own namespace on its dashboard and in its alarms. */
export async function watchedMetrics(aws: EmulatedAws, name: string): Promise<string[]> {
  const told = await aws.act('monitoring', `${CLOUDWATCH}.GetDashboard`, { DashboardName: name });
  const { DashboardBody } = JSON.parse(told) as { DashboardBody: string };
  const { widgets } = JSON.parse(DashboardBody) as { widgets: { properties: { metrics?: GraphedMetric[] } }[] };
  const graphed = widgets.flatMap(({ properties }) => properties.metrics ?? []);

  const found = await aws.act('monitoring', `${CLOUDWATCH}.DescribeAlarms`, { AlarmNamePrefix: name });
  const { MetricAlarms } = JSON.parse(found) as {
    MetricAlarms: (Metric & { Metrics?: { MetricStat?: { Metric: Metric } }[] })[];
  };
  const alarmed = MetricAlarms.flatMap((alarm) => [
    alarm,
    ...(alarm.Metrics ?? []).map((query) => query.MetricStat?.Metric),
  ]);

  return [...graphed.flatMap((metric) => ofGraph(metric, name)), ...alarmed.flatMap((metric) => ofAlarm(metric, name))];
}

/** The metrics that are embedded in the log of the function. */
export function emittedMetrics(deployed: DeployedFunction): string[] {
  const embedded = logLines(deployed).flatMap(({ _aws }) => (_aws as Embedded | undefined)?.CloudWatchMetrics ?? []);
  return [...new Set(embedded.map(({ Dimensions: [names = []], Metrics: [metric] }) => written(metric?.Name, names)))];
}

/** Namespace, name, then dimension by dimension its name and value, then options; or a search as an option. */
type GraphedMetric = (string | { readonly expression?: string })[];

interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: { readonly Name: string }[];
}

interface Embedded {
  readonly CloudWatchMetrics: { readonly Dimensions: string[][]; readonly Metrics: { readonly Name: string }[] }[];
}

function ofGraph(metric: GraphedMetric, namespace: string): string[] {
  const [first, name, ...rest] = metric;
  if (typeof first === 'object') return ofSearch(first.expression ?? '', namespace);
  const dimensions = rest.filter((part, index) => typeof part === 'string' && index % 2 === 0);
  return first === namespace ? [written(name, dimensions)] : [];
}

/** `SEARCH('{"namespace","dimension"} MetricName="name"', ...)`, where quotes are needed only around what is not a word. */
function ofSearch(expression: string, namespace: string): string[] {
  const [, schema = '', name] = /\{([^}]*)\} MetricName="(\w+)"/.exec(expression) ?? [];
  const [searched, ...dimensions] = schema.replaceAll('"', '').split(',');
  return searched === namespace ? [written(name, dimensions)] : [];
}

function ofAlarm(metric: Metric | undefined, namespace: string): string[] {
  if (metric?.Namespace !== namespace) return [];
  return [
    written(
      metric.MetricName,
      (metric.Dimensions ?? []).map(({ Name }) => Name),
    ),
  ];
}

function written(name: unknown, dimensions: readonly unknown[]): string {
  return `${String(name)}(${dimensions.join(',')})`;
}
