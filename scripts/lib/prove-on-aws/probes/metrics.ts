import type { Answer } from '../../api-client/client.ts';
import { worded } from '../../api-client/wording.ts';
import type { Account } from '../account.ts';
import { listed, settingsOf } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';
import { operatorGuard } from './callers.ts';

const MINUTE_MS = 60_000;
const WITHIN_MS = 3 * MINUTE_MS;

/** The environment variable with the token for GET /metrics. */
const TOKEN = 'VM_POOL_METRICS_TOKEN';

/** Most metrics of an environment with one pool, and of each further pool. */
const METRICS_OF_FIRST_POOL = 25;
const METRICS_OF_POOL = 5;

/** Probes of the figures, in CloudWatch and for Prometheus. */
export const METRICS: readonly Probe[] = [
  {
    id: 'metric',
    question: 'Does CloudWatch make metrics of the lines that the function writes? The emulation makes none.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html'],
    how: 'GET /health, then read the metric RequestSeconds2xx',
    expected: 'a data point within 3 minutes',
    run: async (account) => {
      const namespace = (await settingsOf(account)).METRICS_NAMESPACE;
      if (typeof namespace !== 'string') return skipped('the function writes no metrics');
      const sinceMs = Math.floor(account.parts.clock() / MINUTE_MS) * MINUTE_MS;
      await account.anonymous('GET /health');
      const count = await account.eventually(WITHIN_MS, async () => {
        const points = await pointsOf(account, namespace, 'RequestSeconds2xx', 'SampleCount', sinceMs);
        return points.length === 0 ? undefined : points.reduce((sum, { SampleCount }) => sum + Number(SampleCount), 0);
      });
      return judged(count !== undefined, count === undefined ? 'no data point' : `${String(count)} requests`);
    },
  },
  {
    id: 'custom-metrics',
    question: 'How many metrics does AWS bill? The emulation bills none.',
    sources: ['https://aws.amazon.com/cloudwatch/pricing/', 'lambda/telemetry/figures.ts'],
    how: "count the metrics of the environment's namespace, with figures of the last two weeks",
    expected: 'at most 25, and 5 more for each pool after the first',
    run: customMetrics,
  },
  {
    id: 'metrics-guard',
    question: 'Does API Gateway, or the function, keep strangers from GET /metrics?',
    sources: ['https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html'],
    how: 'GET /metrics without an identity and without a token',
    expected: '401 or 403',
    run: async (account) => {
      const answer = await account.anonymous('GET /metrics');
      return judged([401, 403].includes(answer.status), worded(answer));
    },
  },
  {
    id: 'metrics-agree',
    question: 'Do Prometheus and CloudWatch see the same pool?',
    sources: ['https://prometheus.io/docs/instrumenting/exposition_formats/'],
    how: `GET /metrics as an operator, or with the token in ${TOKEN}; compare vm_pool_vms of free VMs with VmsFree`,
    expected: 'the same number in each pool within 3 minutes, while nobody borrows',
    run: metricsAgree,
  },
];

async function customMetrics(account: Account): Promise<Finding> {
  const namespace = (await settingsOf(account)).METRICS_NAMESPACE;
  if (typeof namespace !== 'string') return skipped('the function writes no metrics');
  const { Metrics } = await account.aws('cloudwatch', 'list-metrics', '--namespace', namespace);
  const metrics = listed(Metrics);
  const pools = new Set(metrics.flatMap(({ Dimensions }) => listed(Dimensions).map(({ Value }) => Value))).size;
  const most = METRICS_OF_FIRST_POOL + METRICS_OF_POOL * Math.max(0, pools - 1);
  const got = `${String(metrics.length)} metrics, ${String(pools)} pools`;
  return judged(metrics.length > 0 && metrics.length <= most, got);
}

async function metricsAgree(account: Account): Promise<Finding> {
  const { METRICS_NAMESPACE: namespace, METRICS_TOKEN: isByToken } = await settingsOf(account);
  if (typeof namespace !== 'string') return skipped('the function writes no metrics');
  const token = account.parts.env[TOKEN];
  if (isByToken && token === undefined) return skipped(`set ${TOKEN} to the token`);
  let got = '';
  const isSame = await account.eventually(WITHIN_MS, async () => {
    const answer = await scraped(account, isByToken ? token : undefined);
    const free = freeVms(answer.text);
    const inCloudWatch = await Promise.all(free.map(([pool]) => freeInCloudWatch(account, namespace, pool)));
    got = free.map(([pool, count], n) => `${pool}: ${count} and ${inCloudWatch[n] ?? 'none'}`).join('; ');
    if (free.length === 0) got = `${worded(answer)}, without vm_pool_vms`;
    return free.length > 0 && free.every(([, count], n) => count === inCloudWatch[n]) ? true : undefined;
  });
  return judged(isSame === true, got);
}

async function scraped(account: Account, token: string | undefined): Promise<Answer> {
  if (token !== undefined) return account.anonymous('GET /metrics', { authorization: `Bearer ${token}` });
  return (await account.client(operatorGuard(account))).call('GET /metrics');
}

/** Pools and their free VMs, in Prometheus' text. */
function freeVms(text: string): (readonly [pool: string, count: string])[] {
  const lines = text.split('\n').filter((line) => line.startsWith('vm_pool_vms{') && line.includes('state="free"'));
  return lines.map((line) => [/pool="([^"]*)"/.exec(line)?.[1] ?? '', /\} (\S+)/.exec(line)?.[1] ?? ''] as const);
}

async function freeInCloudWatch(account: Account, namespace: string, pool: string): Promise<string | undefined> {
  const sinceMs = account.parts.clock() - WITHIN_MS;
  const points = await pointsOf(account, namespace, 'VmsFree', 'Maximum', sinceMs, [{ Name: 'pool', Value: pool }]);
  const newest = [...points].sort((one, other) => String(one.Timestamp).localeCompare(String(other.Timestamp))).at(-1);
  return newest === undefined ? undefined : String(newest.Maximum);
}

async function pointsOf(
  account: Account,
  namespace: string,
  name: string,
  statistic: string,
  sinceMs: number,
  dimensions: readonly object[] = [],
) {
  const endMs = account.parts.clock() + MINUTE_MS;
  const { Datapoints } = await account.aws(
    ...['cloudwatch', 'get-metric-statistics', '--namespace', namespace, '--metric-name', name],
    ...(dimensions.length === 0 ? [] : ['--dimensions', JSON.stringify(dimensions)]),
    ...['--period', '60', '--statistics', statistic],
    ...['--start-time', new Date(sinceMs).toISOString(), '--end-time', new Date(endMs).toISOString()],
  );
  return listed(Datapoints);
}
