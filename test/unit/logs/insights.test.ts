import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../scripts/lib/logs/cloudwatch.ts';
import { ASK_EVERY_MS, LONGEST_WAIT_MS, QueryFailed, runQuery } from '../../../scripts/lib/logs/insights.ts';
import type { Reply } from './fake-cloudwatch.ts';
import { environmentOf, startFakeCloudWatch } from './fake-cloudwatch.ts';

const QUERY = { logGroup: '/aws/lambda/vm-pool-dev', text: 'fields route', startMs: 1_500, endMs: 9_001 };
const STARTED: Reply = { status: 200, body: { queryId: 'q-1' } };
const running = (status: string): Reply => ({ status: 200, body: { status, results: [] } });

const ownEnvironment = { ...process.env };
const endings: (() => void)[] = [];

afterEach(() => {
  process.env = { ...ownEnvironment };
  endings.splice(0).forEach((end) => {
    end();
  });
});

/** Answers GetQueryResults with each of these in turn, and with the last one from then on. */
async function world(answers: readonly Reply[], signal = new AbortController().signal) {
  let asked = 0;
  let nowMs = 0;
  const { url, calls, stop } = await startFakeCloudWatch(({ action }) => {
    if (action !== 'GetQueryResults') return STARTED;
    return answers[Math.min(asked++, answers.length - 1)] ?? STARTED;
  });
  Object.assign(process.env, environmentOf(url));
  const client = createClient(undefined, process.env, 1);
  endings.push(stop, () => {
    client.destroy();
  });
  const actions = () => calls.map(({ action }) => action);
  const sleep = async (ms: number) => {
    nowMs += ms;
    signal.throwIfAborted();
  };
  return { calls, actions, ports: { client, clock: () => nowMs, sleep, signal }, waitedMs: () => nowMs };
}

describe('runQuery', () => {
  it('starts the query, waits until it is complete, and gives its rows without the pointer', async () => {
    const rows = [
      [
        { field: 'route', value: 'GET /pool' },
        { field: '@ptr', value: 'x' },
      ],
    ];
    const statistics = { recordsMatched: 1, recordsScanned: 20, bytesScanned: 4_000 };
    const complete = { status: 200, body: { status: 'Complete', results: rows, statistics } };
    const { calls, actions, ports, waitedMs } = await world([running('Scheduled'), running('Running'), complete]);
    await expect(runQuery(QUERY, ports)).resolves.toEqual({
      rows: [{ route: 'GET /pool' }],
      scannedLines: 20,
      scannedBytes: 4_000,
    });
    expect(actions()).toEqual(['StartQuery', 'GetQueryResults', 'GetQueryResults', 'GetQueryResults']);
    expect(calls[0]?.body).toEqual({
      logGroupName: QUERY.logGroup,
      queryString: QUERY.text,
      // Seconds; they cover every millisecond that was asked for.
      startTime: 1,
      endTime: 10,
    });
    expect(waitedMs()).toBe(2 * ASK_EVERY_MS);
  });

  it.each(['Failed', 'Cancelled', 'Timeout'])('fails when the query ends as %s', async (status) => {
    const { ports } = await world([running(status)]);
    await expect(runQuery(QUERY, ports)).rejects.toThrow(`CloudWatch ended the query as ${status}`);
  });

  it('gives up after five minutes, and stops the query', async () => {
    const { actions, ports, waitedMs } = await world([running('Running')]);
    await expect(runQuery(QUERY, ports)).rejects.toThrow(QueryFailed);
    expect(waitedMs()).toBe(LONGEST_WAIT_MS);
    expect(actions().at(-1)).toBe('StopQuery');
  });

  it('stops the query of somebody who presses Ctrl-C', async () => {
    const stop = new AbortController();
    const { actions, ports } = await world([running('Running')], stop.signal);
    const sleep = async () => {
      stop.abort(new Error('enough'));
      throw stop.signal.reason as Error;
    };
    await expect(runQuery(QUERY, { ...ports, sleep })).rejects.toThrow('enough');
    expect(actions().at(-1)).toBe('StopQuery');
  });

  it('fails with the error of AWS by name', async () => {
    const { ports } = await world([{ status: 400, body: { __type: 'LimitExceededException', message: 'too many' } }]);
    await expect(runQuery(QUERY, ports)).rejects.toMatchObject({ name: 'LimitExceededException' });
  });
});
