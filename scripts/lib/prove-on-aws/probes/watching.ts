import { asObject } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { lastLine } from '../commands.ts';
import { functionOf, listed } from '../deployed-api.ts';
import type { Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

const MINUTE_MS = 60_000;
const WITHIN_MS = 3 * MINUTE_MS;

/** Probes of log, metrics and alarms. */
export const WATCHING: readonly Probe[] = [
  {
    id: 'log',
    question: "May the function make its log stream, and does npm run logs find a request there by the answer's id?",
    sources: ['https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html'],
    how: 'GET /health, then scripts/logs --request with its x-request-id',
    expected: 'the line of the request within 3 minutes',
    run: async (account) => {
      const id = (await account.anonymous('GET /health')).headers.get('x-request-id') ?? '';
      const { logGroup } = account.parts.outputs;
      const args = ['--log-group', logGroup, ...region(account), '--since', '10m', '--json', '--request', id];
      let said = '';
      const line = await account.eventually(WITHIN_MS, async () => {
        const { status, stdout, stderr } = await account.script('logs', ...args);
        said = lastLine(stderr);
        return status === 0 && stdout.includes(id) ? 'the line is there' : undefined;
      });
      return judged(line !== undefined, line ?? said);
    },
  },
  {
    id: 'access-log',
    question: 'May API Gateway deliver its access log to the log group?',
    sources: ['https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html'],
    how: "GET /health, then look for the answer's apigw-requestid in the access log",
    expected: 'the line of the request within 3 minutes',
    run: async (account) => {
      const sinceMs = account.parts.clock() - MINUTE_MS;
      const id = (await account.anonymous('GET /health')).headers.get('apigw-requestid');
      if (id === null) return judged(false, 'an answer without apigw-requestid, so not of API Gateway');
      const found = await account.eventually(WITHIN_MS, async () => {
        const { events } = await account.aws(
          ...['logs', 'filter-log-events', '--log-group-name', account.parts.outputs.accessLogGroup],
          ...['--start-time', String(sinceMs), '--filter-pattern', JSON.stringify(id), '--max-items', '1'],
        );
        return listed(events)[0];
      });
      return judged(found !== undefined, found === undefined ? 'no line' : 'the line is there');
    },
  },
  {
    id: 'metric',
    question: 'Does CloudWatch make metrics of the lines that the function writes? The emulation makes none.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html'],
    how: 'GET /health, then read the metric Requests of that route',
    expected: 'a data point within 3 minutes',
    run: async (account) => {
      const namespace = asObject(asObject((await functionOf(account)).Environment).Variables).METRICS_NAMESPACE;
      if (typeof namespace !== 'string') return skipped('the function writes no metrics');
      const sinceMs = Math.floor(account.parts.clock() / MINUTE_MS) * MINUTE_MS;
      await account.anonymous('GET /health');
      const sum = await account.eventually(WITHIN_MS, () => requestsSince(account, namespace, sinceMs));
      return judged(sum !== undefined, sum === undefined ? 'no data point' : `Requests ${String(sum)}`);
    },
  },
  {
    id: 'alarms',
    question: 'Do the alarms get data? Those on metric math and on metrics that may not exist yet could stay without.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html'],
    how: "read the state of the environment's alarms, ten minutes after its first apply or later",
    expected: 'at least one alarm, and none in INSUFFICIENT_DATA',
    run: async (account) => {
      const prefix = account.parts.outputs.functionName;
      const { MetricAlarms } = await account.aws('cloudwatch', 'describe-alarms', '--alarm-name-prefix', prefix);
      const alarms = listed(MetricAlarms);
      const blind = alarms.filter(({ StateValue }) => StateValue === 'INSUFFICIENT_DATA');
      const names = blind.map(({ AlarmName }) => String(AlarmName)).join(', ');
      return judged(
        alarms.length > 0 && blind.length === 0,
        `${String(alarms.length)} alarms; without data: ${names || 'none'}`,
      );
    },
  },
];

function region({ parts }: Account): string[] {
  return parts.region === undefined ? [] : ['--region', parts.region];
}

async function requestsSince(account: Account, namespace: string, sinceMs: number): Promise<number | undefined> {
  const dimensions = [
    { Name: 'route', Value: 'GET /health' },
    { Name: 'statusClass', Value: '2xx' },
  ];
  const endMs = account.parts.clock() + MINUTE_MS;
  const { Datapoints } = await account.aws(
    ...['cloudwatch', 'get-metric-statistics', '--namespace', namespace, '--metric-name', 'Requests'],
    ...['--dimensions', JSON.stringify(dimensions), '--period', '60', '--statistics', 'Sum'],
    ...['--start-time', new Date(sinceMs).toISOString(), '--end-time', new Date(endMs).toISOString()],
  );
  const points = listed(Datapoints);
  return points.length === 0 ? undefined : points.reduce((sum, { Sum }) => sum + Number(Sum), 0);
}
