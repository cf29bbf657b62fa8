/**
 * The metrics that dashboard and alarms read, and those that the function emits. Only this comparison finds a misspelt
 * name: a graph of a missing metric is just empty, and an alarm on it never fires. The form of a metric here is its
 * name with its dimensions: `Requests(route,statusClass)`.
 */
import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { logLines } from './log-lines.ts';

const CLOUDWATCH = 'GraniteServiceVersion20100801';

/** Metrics in the service's namespace that its dashboard and its alarms read. */
export async function watchedMetrics(aws: EmulatedAws, name: string): Promise<string[]> {
  const answer = await aws.act('monitoring', `${CLOUDWATCH}.GetDashboard`, { DashboardName: name });
  const { DashboardBody } = JSON.parse(answer) as { DashboardBody: string };
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

/** Metrics that the function has embedded in its log. */
export function emittedMetrics(deployed: DeployedFunction): string[] {
  const embedded = logLines(deployed).flatMap(({ _aws }) => (_aws as Embedded | undefined)?.CloudWatchMetrics ?? []);
  return [...new Set(embedded.map(({ Dimensions: [names = []], Metrics: [metric] }) => written(metric?.Name, names)))];
}

/** Namespace, name, name and value of each dimension, options. Or only options, with a search. */
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

/** `SEARCH('{"namespace","dimension"} MetricName="name"', ...)`; a name in braces may lack quotes if it is a word. */
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
