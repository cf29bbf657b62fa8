import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../scripts/lib/logs/cloudwatch.ts';
import type { Update } from '../../../scripts/lib/logs/live-tail.ts';
import { tailsOf } from '../../../scripts/lib/logs/live-tail.ts';
import type { Part } from './event-stream.ts';
import { updateOf } from './event-stream.ts';
import type { Reply } from './fake-cloudwatch.ts';
import { environmentOf, LACKING, startFakeCloudWatch } from './fake-cloudwatch.ts';

const LOG_GROUP = '/aws/lambda/vm-pool-dev';
const ARN = `arn:aws:logs:eu-central-1:123456789012:log-group:${LOG_GROUP}`;
const GROUPS: Reply = {
  status: 200,
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

/** @param tail - what StartLiveTail answers */
async function start(tail: Reply | readonly Part[], signal = new AbortController().signal, groups = GROUPS) {
  const { url, calls, stop } = await startFakeCloudWatch(({ action }) => {
    if (action !== 'StartLiveTail') return groups;
    return 'body' in tail || 'parts' in tail ? tail : { parts: tail };
  });
  Object.assign(process.env, environmentOf(url));
  const client = createClient(undefined, process.env, 1);
  endings.push(stop, () => {
    client.destroy();
  });
  return { calls, openTail: tailsOf(client, LOG_GROUP, signal) };
}

async function updates(tail: AsyncIterable<Update>, count: number): Promise<Update[]> {
  const found: Update[] = [];
  for await (const update of tail) if (found.push(update) === count) break;
  return found;
}

describe('tailsOf', () => {
  it('tails the log group by its ARN, with the pattern if there is one', async () => {
    const { calls, openTail } = await start([START]);
    await openTail('"alice"');
    await openTail(undefined);
    expect(calls.filter(({ action }) => action === 'StartLiveTail').map(({ body }) => body)).toEqual([
      { logGroupIdentifiers: [ARN], logEventFilterPattern: '"alice"' },
      { logGroupIdentifiers: [ARN] },
    ]);
  });

  it('gives the events of each update, and says which are a sample', async () => {
    const { openTail } = await start([START, updateOf(['a', 'b']), updateOf([]), updateOf(['c'], true)]);
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
    const { openTail } = await start([updateOf(['a']), { kind: 'exception', type, body: { message: 'over' } }]);
    await expect(updates(await openTail(undefined), 9)).rejects.toMatchObject({ name: type });
  });

  it('fails where the log group is not, and where the endpoint knows no live tail', async () => {
    const nowhere = await start([], undefined, { status: 200, body: { logGroups: [] } });
    await expect(nowhere.openTail(undefined)).rejects.toThrow(`there is no log group ${LOG_GROUP}`);
    const emulated = await start(LACKING);
    await expect(emulated.openTail(undefined)).rejects.toMatchObject({ name: 'SyntaxError' });
  });

  it('ends on an abort', async () => {
    const stop = new AbortController();
    const { openTail } = await start([updateOf(['a'])], stop.signal);
    const tail = await openTail(undefined);
    const reading = updates(tail, 9);
    setTimeout(() => {
      stop.abort();
    }, 50);
    await expect(reading).rejects.toThrow();
  });
});
