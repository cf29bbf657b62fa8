/** The metrics that a deployed dashboard and its alarms read, and those that the deployed function emits. */
import { textOfNames } from '../support/cloudwatch/declared-metrics.ts';
import type { MetricNames } from '../support/cloudwatch/drawn-metrics.ts';
import { drawnMetrics } from '../support/cloudwatch/drawn-metrics.ts';
import { embeddedSamples } from '../support/cloudwatch/embedded-samples.ts';
import type { Dashboard } from '../support/cloudwatch/planned-watch.ts';
import type { DeployedFunction } from '../support/emulated-aws/deployed-function.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';

const CLOUDWATCH = 'GraniteServiceVersion20100801';

/** Metrics in the service's namespace that its dashboard and its alarms read, as text. */
export async function watchedMetrics(aws: EmulatedAws, name: string): Promise<string[]> {
  const answer = await aws.act('monitoring', `${CLOUDWATCH}.GetDashboard`, { DashboardName: name });
  const { DashboardBody } = JSON.parse(answer) as { DashboardBody: string };
  const found = await aws.act('monitoring', `${CLOUDWATCH}.DescribeAlarms`, { AlarmNamePrefix: name });
  const { MetricAlarms } = JSON.parse(found) as {
    MetricAlarms: (Metric & { Metrics?: { MetricStat?: { Metric: Metric } }[] })[];
  };
  const alarmed = MetricAlarms.flatMap((alarm) => [
    alarm,
    ...(alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
  ]);
  const all = [...drawnMetrics(JSON.parse(DashboardBody) as Dashboard), ...alarmed.map(ofAlarm)];
  return all.filter(({ namespace }) => namespace === name).map(textOfNames);
}

/** Metrics that the function has embedded in its log, as text. */
export function emittedMetrics({ lambda }: DeployedFunction): string[] {
  const all = embeddedSamples(lambda.logLines).map((sample) =>
    textOfNames({ ...sample, dimensions: Object.keys(sample.dimensions) }),
  );
  return [...new Set(all)];
}

interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: { readonly Name: string }[];
}

function ofAlarm({ Namespace = '', MetricName = '', Dimensions = [] }: Metric): MetricNames {
  return { namespace: Namespace, name: MetricName, dimensions: Dimensions.map(({ Name }) => Name) };
}
