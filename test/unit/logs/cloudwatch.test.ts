import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient, pagesOf } from '../../../scripts/lib/logs/cloudwatch.ts';
import type { Reply } from './fake-cloudwatch.ts';
import { environmentOf, startFakeCloudWatch } from './fake-cloudwatch.ts';

const LOG_GROUP = '/aws/lambda/vm-pool-dev';
const NOTHING: Reply = { status: 200, body: { events: [] } };

const ownEnvironment = { ...process.env };
const endings: (() => void)[] = [];

afterEach(() => {
  process.env = { ...ownEnvironment };
  endings.splice(0).forEach((end) => {
    end();
  });
});

async function start(replies: readonly Reply[], signal = new AbortController().signal) {
  const { url, calls, stop } = await startFakeCloudWatch((_call, index) => replies[index] ?? NOTHING);
  Object.assign(process.env, environmentOf(url));
  const client = createClient(undefined, process.env);
  endings.push(stop, () => {
    client.destroy();
  });
  return { calls, client, fetchPage: pagesOf(client, LOG_GROUP, signal) };
}

describe('pagesOf', () => {
  it('asks FilterLogEvents for the log group, the time and the pattern, and leaves out absent values', async () => {
    const { calls, fetchPage } = await start([]);
    await fetchPage({ startMs: 1_700_000_000_000, pattern: '"alice"' }, undefined);
    await fetchPage({ startMs: 1_700_000_000_000, pattern: undefined }, 'token-1');
    expect(calls[0]?.method).toBe('POST');
    expect(calls[0]?.headers['x-amz-target']).toBe('Logs_20140328.FilterLogEvents');
    expect(calls[0]?.headers.authorization).toContain('/eu-central-1/logs/aws4_request');
    expect(calls.map(({ body }) => body)).toEqual([
      { logGroupName: LOG_GROUP, startTime: 1_700_000_000_000, filterPattern: '"alice"' },
      { logGroupName: LOG_GROUP, startTime: 1_700_000_000_000, nextToken: 'token-1' },
    ]);
  });

  it('asks for events up to a time where there is one', async () => {
    const { calls, fetchPage } = await start([]);
    await fetchPage({ startMs: 1, endMs: 2, pattern: undefined }, undefined);
    expect(calls[0]?.body).toEqual({ logGroupName: LOG_GROUP, startTime: 1, endTime: 2 });
  });

  it('returns id, time and text of each event, and the token of the next page', async () => {
    const event = {
      logStreamName: 's',
      timestamp: 1_700_000_000_001,
      message: '{"a":1}',
      ingestionTime: 1,
      eventId: 'e1',
    };
    const { fetchPage } = await start([{ status: 200, body: { events: [event], nextToken: 'token-1' } }]);
    await expect(fetchPage({ startMs: 0, pattern: undefined }, undefined)).resolves.toEqual({
      events: [{ id: 'e1', stream: 's', timeMs: 1_700_000_000_001, text: '{"a":1}' }],
      nextToken: 'token-1',
    });
  });

  it('retries when AWS is throttling', async () => {
    const throttling = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };
    const { calls, fetchPage } = await start([throttling]);
    await fetchPage({ startMs: 0, pattern: undefined }, undefined);
    expect(calls).toHaveLength(2);
  });

  it('rejects with the error of AWS by name', async () => {
    const missing = { status: 400, body: { __type: 'ResourceNotFoundException', message: 'no such group' } };
    const { fetchPage } = await start([missing]);
    await expect(fetchPage({ startMs: 0, pattern: undefined }, undefined)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('cancels a request on an abort', async () => {
    const stop = new AbortController();
    const { fetchPage } = await start([], stop.signal);
    stop.abort();
    await expect(fetchPage({ startMs: 0, pattern: undefined }, undefined)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
