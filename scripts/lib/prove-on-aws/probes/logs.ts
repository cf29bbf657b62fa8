import type { Account } from '../account.ts';
import { lastLine } from '../commands.ts';
import { listed } from '../deployed-api.ts';
import type { Finding, Probe } from '../probe.ts';
import { judged } from '../probe.ts';

const MINUTE_MS = 60_000;
const WITHIN_MS = 3 * MINUTE_MS;

/** Probes of the logs. */
export const LOGS: readonly Probe[] = [
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
    id: 'queries',
    question: 'Does Logs Insights take each saved query? The emulation ignores filters and sums.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html'],
    how: "run each of the environment's query definitions over the last hour; AWS bills the data that they scan",
    expected: 'at least one query, and each ends as Complete',
    run: queries,
  },
  {
    id: 'live-tail',
    question: 'Does CloudWatch Logs stream new lines to npm run logs? The emulation has no live tail.',
    sources: ['https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_LiveTail.html'],
    how: 'npm run logs -- --env ENVIRONMENT --follow in one terminal, curl "$api/health" in another',
    expected: 'the line within 10 seconds',
  },
];

function region({ parts }: Account): string[] {
  return parts.region === undefined ? [] : ['--region', parts.region];
}

async function queries(account: Account): Promise<Finding> {
  const prefix = `${account.parts.outputs.functionName}/`;
  const { queryDefinitions } = await account.aws(
    ...['logs', 'describe-query-definitions', '--query-definition-name-prefix', prefix],
  );
  const failed: string[] = [];
  const definitions = listed(queryDefinitions);
  for (const { name, queryString, logGroupNames } of definitions) {
    const status = await statusOfQuery(account, String(queryString), logGroupNames as string[]);
    if (status !== 'Complete') failed.push(`${String(name)} ${status}`);
  }
  const got = `${String(definitions.length)} queries; not complete: ${failed.join(', ') || 'none'}`;
  return judged(definitions.length > 0 && failed.length === 0, got);
}

async function statusOfQuery(account: Account, query: string, logGroups: readonly string[]): Promise<string> {
  const endSec = Math.floor(account.parts.clock() / 1_000);
  const { queryId } = await account.aws(
    ...['logs', 'start-query', '--log-group-names', ...logGroups, '--query-string', query],
    ...['--start-time', String(endSec - 3_600), '--end-time', String(endSec)],
  );
  const ended = await account.eventually(MINUTE_MS, async () => {
    const { status } = await account.aws('logs', 'get-query-results', '--query-id', String(queryId));
    return ['Scheduled', 'Running'].includes(String(status)) ? undefined : String(status);
  });
  return ended ?? 'too slow';
}
