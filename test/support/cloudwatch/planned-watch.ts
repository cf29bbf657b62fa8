import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { copyTerraform, runTerraform, terraformEnvironment } from '../terraform.ts';
import type { AlarmRule } from './alarm-state.ts';
import type { MetricId } from './samples.ts';

/** What an alarm compares: a statistic of a metric, or a formula over several. */
export type Watched =
  | { readonly metric: MetricId; readonly statistic: string }
  | { readonly formula: string; readonly metrics: ReadonlyMap<string, { metric: MetricId; statistic: string }> };

/** An alarm as Terraform plans it. */
export interface PlannedAlarm {
  readonly name: string;
  readonly rule: AlarmRule;
  readonly periodSec: number;
  readonly watched: Watched;
  /** Whether a percentile of too few samples leaves the state as it is. */
  readonly ignoresFewSamples: boolean;
}

/** What module `cloudwatch` makes. */
export interface PlannedWatch {
  readonly alarms: readonly PlannedAlarm[];
  readonly composite: { readonly name: string; readonly rule: string };
  readonly dashboard: Dashboard;
}

/** The body of a dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export interface Dashboard {
  readonly widgets: readonly {
    readonly type: string;
    readonly properties: { readonly title?: string; readonly metrics?: readonly (readonly unknown[])[] };
  }[];
}

/** The names that the planned environment has. */
export const WATCHED = {
  name: 'vm-pool-dev',
  function_name: 'vm-pool-dev',
  function_log_group_name: '/aws/lambda/vm-pool-dev',
  access_log_group_name: '/aws/vendedlogs/apigateway/vm-pool-dev',
  metrics_namespace: 'vm-pool-dev',
  api: { id: 'abcdefghij', stage: 'resources' },
  pools: ['default'],
  pools_that_stop_vms: ['default'],
  table: { name: 'vm-pool-dev', index_names: ['work', 'by-user'] },
  visitor: { function_name: 'vm-pool-dev-visitor', log_group_name: '/aws/lambda/vm-pool-dev-visitor' },
} as const;

const OFFLINE_PROVIDER = `provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
`;

/**
 * Plans module `cloudwatch` offline, as the root calls it for an environment with everything: a table and VMs that
 * exist. Takes some seconds.
 *
 * @param alarms - their thresholds, by the names of the root's variable `alarms`
 * @throws Error with Terraform's output when it fails
 */
export async function planWatch(alarms: Readonly<Record<string, number>>): Promise<PlannedWatch> {
  const copy = copyTerraform();
  try {
    const folder = path.join(copy.root, 'modules/cloudwatch');
    writeFileSync(path.join(folder, 'provider.tf'), OFFLINE_PROVIDER);
    writeFileSync(path.join(folder, 'terraform.tfvars.json'), JSON.stringify({ ...WATCHED, alarms }));
    const run = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await runTerraform(folder, args, terraformEnvironment());
      if (exitCode !== 0) throw new Error(`terraform ${args.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    };
    await run('init', '-backend=false');
    await run('plan', '-out=watch.tfplan');
    return watchOf(JSON.parse(await run('show', '-json', 'watch.tfplan')) as Plan);
  } finally {
    copy.remove();
  }
}

interface Plan {
  readonly planned_values: {
    readonly root_module: { readonly resources: readonly { readonly type: string; readonly values: unknown }[] };
  };
}

function watchOf({ planned_values: { root_module } }: Plan): PlannedWatch {
  const planned = <Values>(type: string) =>
    root_module.resources.filter((resource) => resource.type === type).map(({ values }) => values as Values);
  const [composite] = planned<{ alarm_name: string; alarm_rule: string }>('aws_cloudwatch_composite_alarm');
  const [dashboard] = planned<{ dashboard_body: string }>('aws_cloudwatch_dashboard');
  if (!composite || !dashboard) throw new Error('the plan lacks an alarm of the environment or a dashboard');
  return {
    alarms: planned<AlarmValues>('aws_cloudwatch_metric_alarm').map(alarmOf),
    composite: { name: composite.alarm_name, rule: composite.alarm_rule },
    dashboard: JSON.parse(dashboard.dashboard_body) as Dashboard,
  };
}

/** Arguments of `aws_cloudwatch_metric_alarm`; those that an alarm lacks are null. */
interface AlarmValues extends MetricValues {
  readonly alarm_name: string;
  readonly comparison_operator: AlarmRule['comparison'];
  readonly threshold: number;
  readonly evaluation_periods: number;
  readonly datapoints_to_alarm: number | null;
  readonly treat_missing_data: AlarmRule['treatMissingData'];
  readonly statistic: string | null;
  readonly extended_statistic: string | null;
  readonly evaluate_low_sample_count_percentiles: string | null;
  readonly metric_query: readonly {
    readonly id: string;
    readonly expression: string | null;
    readonly return_data: boolean | null;
    readonly metric: readonly (MetricValues & { readonly stat: string })[];
  }[];
}

interface MetricValues {
  readonly namespace: string | null;
  readonly metric_name: string | null;
  readonly dimensions: Readonly<Record<string, string>> | null;
  readonly period: number | null;
}

function alarmOf(values: AlarmValues): PlannedAlarm {
  const periods = [values, ...values.metric_query.flatMap(({ metric }) => metric)].flatMap(
    ({ period }) => period ?? [],
  );
  const [periodSec] = periods;
  if (periodSec === undefined || new Set(periods).size > 1) throw new Error(`no single period: ${values.alarm_name}`);
  const rule = {
    comparison: values.comparison_operator,
    threshold: values.threshold,
    evaluationPeriods: values.evaluation_periods,
    datapointsToAlarm: values.datapoints_to_alarm ?? values.evaluation_periods,
    treatMissingData: values.treat_missing_data,
  };
  const ignoresFewSamples = values.evaluate_low_sample_count_percentiles === 'ignore';
  return { name: values.alarm_name, rule, periodSec, watched: watchedBy(values), ignoresFewSamples };
}

function watchedBy(values: AlarmValues): Watched {
  const formula = values.metric_query.find(({ return_data }) => return_data)?.expression;
  if (formula == null) {
    return { metric: metricOf(values), statistic: values.statistic ?? values.extended_statistic ?? '' };
  }
  const metrics = values.metric_query.flatMap(({ id, metric: [metric] }) =>
    metric === undefined ? [] : [[id, { metric: metricOf(metric), statistic: metric.stat }] as const],
  );
  return { formula, metrics: new Map(metrics) };
}

function metricOf({ namespace, metric_name, dimensions }: MetricValues): MetricId {
  return { namespace: namespace ?? '', name: metric_name ?? '', dimensions: dimensions ?? {} };
}

/** Every metric that an alarm reads. */
export function metricsOf({ watched }: PlannedAlarm): MetricId[] {
  return 'metric' in watched ? [watched.metric] : [...watched.metrics.values()].map(({ metric }) => metric);
}
