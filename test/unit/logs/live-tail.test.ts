import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../scripts/lib/logs/cloudwatch.ts';
import type { Update } from '../../../scripts/lib/logs/live-tail.ts';
import { tailsOf } from '../../../scripts/lib/logs/live-tail.ts';
import { environmentOf } from './fake-cloudwatch.ts';
import type { Replies } from './fake-live-tail.ts';
import { startFakeLogs, updateOf } from './fake-live-tail.ts';

const LOG_GROUP = '/aws/lambda/vm-pool-dev';
const ARN = `arn:aws:logs:eu-central-1:123456789012:log-group:${LOG_GROUP}`;
const GROUPS = {
  body: {
    logGroups: [
      { logGroupName: `${LOG_GROUP}-visitor`, arn: `${ARN}-visitor:*` },
      { logGroupName: LOG_GROUP, arn: `${ARN}:*` },
    ],
  },
};
const START = { kind: 'event', type: 'sessionStart', body: { sessionId: 'x' } } as const;

const ownEnvironment = { ...process.env };
const endings: (() => void)[] = [];

afterEach(() => {
  process.env = { ...ownEnvironment };
  endings.splice(0).forEach((end) => {
    end();
  });
});

async function start(replies: Replies, signal = new AbortController().signal) {
  const { url, calls, streams, stop } = await startFakeLogs(replies);
  Object.assign(process.env, environmentOf(url));
  const client = createClient(undefined, process.env, 1);
  endings.push(stop, () => {
    client.destroy();
  });
  return { calls, streams, openTail: tailsOf(client, LOG_GROUP, signal) };
}

async function updates(tail: AsyncIterable<Update>, count: number): Promise<Update[]> {
  const found: Update[] = [];
  for await (const update of tail) if (found.push(update) === count) break;
  return found;
}

describe('tailsOf', () => {
  it('tails the log group by its ARN, with the pattern if there is one', async () => {
    const { calls, openTail } = await start({ DescribeLogGroups: GROUPS, StartLiveTail: [START] });
    await openTail('"alice"');
    await openTail(undefined);
    expect(calls.filter(({ action }) => action === 'StartLiveTail').map(({ body }) => body)).toEqual([
      { logGroupIdentifiers: [ARN], logEventFilterPattern: '"alice"' },
      { logGroupIdentifiers: [ARN] },
    ]);
  });

  it('gives the events of each update, and says which are a sample', async () => {
    const { openTail } = await start({
      DescribeLogGroups: GROUPS,
      StartLiveTail: [START, updateOf(['a', 'b']), updateOf([]), updateOf(['c'], true)],
    });
    expect(await updates(await openTail(undefined), 3)).toEqual([
      {
        events: [
          { stream: 's', timeMs: 1_700_000_000_000, text: 'a' },
          { stream: 's', timeMs: 1_700_000_000_001, text: 'b' },
        ],
        isSample: false,
      },
      { events: [], isSample: false },
      { events: [{ stream: 's', timeMs: 1_700_000_000_000, text: 'c' }], isSample: true },
    ]);
  });

  it.each(['SessionTimeoutException', 'SessionStreamingException'])('fails with the %s of the stream', async (type) => {
    const { openTail } = await start({
      DescribeLogGroups: GROUPS,
      StartLiveTail: [updateOf(['a']), { kind: 'exception', type, body: { message: 'over' } }],
    });
    await expect(updates(await openTail(undefined), 9)).rejects.toMatchObject({ name: type });
  });

  it('fails where the log group is not, and where the endpoint knows no live tail', async () => {
    const nowhere = await start({ DescribeLogGroups: { body: { logGroups: [] } } });
    await expect(nowhere.openTail(undefined)).rejects.toThrow(`there is no log group ${LOG_GROUP}`);
    // As moto answers.
    const page = { status: 500, body: '<!doctype html>\n<title>500 Internal Server Error</title>' };
    const emulated = await start({ DescribeLogGroups: GROUPS, StartLiveTail: page });
    await expect(emulated.openTail(undefined)).rejects.toMatchObject({ name: 'SyntaxError' });
  });

  it('ends on an abort', async () => {
    const stop = new AbortController();
    const { openTail } = await start({ DescribeLogGroups: GROUPS, StartLiveTail: [updateOf(['a'])] }, stop.signal);
    const tail = await openTail(undefined);
    const reading = updates(tail, 9);
    setTimeout(() => {
      stop.abort();
    }, 50);
    await expect(reading).rejects.toThrow();
  });
});
