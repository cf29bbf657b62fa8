import type { Json } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { listed } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged } from '../probe.ts';

const QUARTER_HOUR_MS = 15 * 60_000;

/** Probes of the alarms. */
export const ALARMS: readonly Probe[] = [
  {
    id: 'alarms',
    question: 'Do the alarms get data? Those on metric math and on metrics that may not exist yet could stay without.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html'],
    how: "read the state of the environment's alarms, ten minutes after its first apply or later",
    expected: 'at least one alarm, and none in INSUFFICIENT_DATA',
    run: async (account) => {
      const alarms = await alarmsOf(account);
      const blind = alarms.filter(({ StateValue }) => StateValue === 'INSUFFICIENT_DATA');
      const names = blind.map(({ AlarmName }) => String(AlarmName)).join(', ');
      return judged(
        alarms.length > 0 && blind.length === 0,
        `${String(alarms.length)} alarms; without data: ${names || 'none'}`,
      );
    },
  },
  {
    id: 'alarm-math',
    question:
      'Does CloudWatch compute what the alarms add up? FILL is not documented for metrics that do not exist yet.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html'],
    how: 'compute the expression of each alarm that has one, for the last 15 minutes',
    expected: 'figures from each',
    run: alarmMath,
  },
  {
    id: 'environment-alarm',
    question: 'Does the alarm of the environment follow the others? moto knows no composite alarms.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html'],
    how: 'compare its state with theirs',
    expected: 'ALARM exactly while another alarm of the environment is',
    run: environmentAlarm,
  },
  {
    id: 'alarm-mail',
    question: 'Does whoever is on call learn of an alarm, with a link that works?',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html'],
    how:
      'aws cloudwatch set-alarm-state --alarm-name vm-pool-ENVIRONMENT-5xx --state-value ALARM --state-reason test; ' +
      'CloudWatch sets it back within minutes',
    expected:
      'while no other alarm lasts, three mails or messages: the start of 5xx, start and end of vm-pool-ENVIRONMENT; ' +
      'the link leads to "5xx" in the runbook',
  },
];

async function alarmsOf(account: Account): Promise<readonly Json[]> {
  const prefix = account.parts.outputs.functionName;
  const { MetricAlarms } = await account.aws('cloudwatch', 'describe-alarms', '--alarm-name-prefix', prefix);
  return listed(MetricAlarms);
}

async function alarmMath(account: Account): Promise<Finding> {
  const endMs = account.parts.clock();
  const [start, end] = [endMs - QUARTER_HOUR_MS, endMs].map((timeMs) => new Date(timeMs).toISOString());
  const computed = (await alarmsOf(account)).filter(({ Metrics }) => listed(Metrics).length > 0);
  const empty: string[] = [];
  for (const { AlarmName, Metrics } of computed) {
    const { MetricDataResults } = await account.aws(
      ...['cloudwatch', 'get-metric-data', '--metric-data-queries', JSON.stringify(Metrics)],
      ...['--start-time', String(start), '--end-time', String(end)],
    );
    const [sum] = listed(MetricDataResults);
    if (!Array.isArray(sum?.Values) || sum.Values.length === 0) empty.push(String(AlarmName));
  }
  const got = `${String(computed.length)} expressions; without figures: ${empty.join(', ') || 'none'}`;
  return judged(computed.length > 0 && empty.length === 0, got);
}

async function environmentAlarm(account: Account): Promise<Finding> {
  const name = account.parts.outputs.functionName;
  const { CompositeAlarms } = await account.aws(
    ...['cloudwatch', 'describe-alarms', '--alarm-types', 'CompositeAlarm', '--alarm-names', name],
  );
  const [composite] = listed(CompositeAlarms);
  if (composite === undefined) return judged(false, `no alarm ${name}`);
  const ringing = (await alarmsOf(account)).filter(({ StateValue }) => StateValue === 'ALARM');
  const names = ringing.map(({ AlarmName }) => String(AlarmName)).join(', ') || 'none';
  const holds = (composite.StateValue === 'ALARM') === ringing.length > 0;
  return judged(holds, `${String(composite.StateValue)}; in ALARM: ${names}`);
}
