import type { CloudWatchLogsClient, GetQueryResultsResponse, ResultField } from '@aws-sdk/client-cloudwatch-logs';
import { GetQueryResultsCommand, StartQueryCommand, StopQueryCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Row } from './table.ts';

/** What to ask CloudWatch Logs Insights for. */
export interface InsightsQuery {
  readonly logGroup: string;
  readonly text: string;
  /** The time that it covers, epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
}

/** What a query found, and what it read for it. */
export interface Found {
  readonly rows: readonly Row[];
  readonly scannedLines: number;
  /** What the query is billed by. */
  readonly scannedBytes: number;
}

/** What running a query needs from outside. */
export interface InsightsPorts {
  readonly client: CloudWatchLogsClient;
  /** Current time, epoch milliseconds. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** A query that gave no result; the message says why, and what to do. */
export class QueryFailed extends Error {}

/** How often to ask whether a query is finished. */
export const ASK_EVERY_MS = 1_000;

/** How long to wait for a query. CloudWatch would let it run, and be paid for, for an hour. */
export const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * Runs a query, and waits for its rows. A query that nobody waits for any longer is stopped.
 *
 * @throws {@link QueryFailed} when it fails or takes too long, and the errors of CloudWatch Logs
 */
export async function runQuery(query: InsightsQuery, ports: InsightsPorts): Promise<Found> {
  const { client, signal } = ports;
  const command = new StartQueryCommand({
    logGroupName: query.logGroup,
    queryString: query.text,
    startTime: Math.floor(query.startMs / 1000),
    endTime: Math.ceil(query.endMs / 1000),
  });
  const { queryId = '' } = await client.send(command, { abortSignal: signal });
  try {
    return await resultOf(queryId, ports);
  } catch (error) {
    // One that has ended can't be stopped; the error that led here says more than that.
    await client.send(new StopQueryCommand({ queryId })).catch(() => undefined);
    throw error;
  }
}

async function resultOf(queryId: string, { client, clock, sleep, signal }: InsightsPorts): Promise<Found> {
  const endMs = clock() + LONGEST_WAIT_MS;
  for (;;) {
    const answer = await client.send(new GetQueryResultsCommand({ queryId }), { abortSignal: signal });
    if (answer.status === 'Complete') return foundIn(answer);
    if (!['Scheduled', 'Running', 'Unknown'].includes(answer.status ?? '')) {
      throw new QueryFailed(`CloudWatch ended the query as ${String(answer.status)}; try a later --since`);
    }
    if (clock() >= endMs) {
      throw new QueryFailed(`the query took more than ${LONGEST_WAIT_MS / 60_000} minutes; try a later --since`);
    }
    await sleep(ASK_EVERY_MS);
  }
}

function foundIn({ results = [], statistics = {} }: GetQueryResultsResponse): Found {
  const { recordsScanned = 0, bytesScanned = 0 } = statistics;
  return { rows: results.map(rowOf), scannedLines: recordsScanned, scannedBytes: bytesScanned };
}

/** `@ptr` only leads CloudWatch to the whole line. */
function rowOf(fields: readonly ResultField[]): Row {
  const named = fields.filter(({ field }) => field !== undefined && field !== '@ptr');
  return Object.fromEntries(named.map(({ field = '', value = '' }) => [field, value]));
}
