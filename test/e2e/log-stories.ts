import { expect, it } from '@jest/globals';
import { FunctionThrottled } from '../../scripts/lib/gateway/server.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { RunningEnvironment } from './environment.ts';
import { logLines } from './log-lines.ts';
import { emittedMetrics, watchedMetrics } from './metrics.ts';

/** Compares the log of an environment, after all other stories, with the answers to its client. */
export function logStories(running: () => RunningEnvironment): void {
  it('has one line with the id of each request', () => {
    const { client, deployed } = running();
    const requests = logLines(deployed).filter(({ message }) => message === 'request');
    const lineOf = new Map(requests.map((line) => [line.requestId, line]));
    expect(requests).toHaveLength(lineOf.size);
    expect(client.answers.length).toBeGreaterThan(40);
    for (const { status, headers } of client.answers) {
      expect(lineOf.get(headers.get('x-request-id'))).toMatchObject({
        timestamp: expect.any(String),
        level: 'INFO',
        route: expect.any(String),
        status,
        durationMs: expect.any(Number),
      });
    }
  });

  it('contains no login key', () => {
    const { client, deployed } = running();
    const keys = client.answers.flatMap(({ body }) => keyIn(body) ?? []);
    expect(keys.length).toBeGreaterThan(10);
    const log = deployed.lambda.logLines.join('\n');
    expect(keys.filter((key) => log.includes(key))).toEqual([]);
  });

  it('contains no error', () => {
    const { deployed, served } = running();
    expect(logLines(deployed).filter(({ level }) => level === 'ERROR')).toEqual([]);
    expect(served.faults.filter((fault) => !(fault instanceof FunctionThrottled))).toEqual([]);
  });
}

/** Compares the metrics in the log of an environment, ticks included, with those that somebody watches. */
export function metricStories(running: () => RunningEnvironment, account: () => EmulatedAws): void {
  it('has every metric that the dashboard and the alarms read', async () => {
    const { deployed } = running();
    const watched = await watchedMetrics(account(), deployed.settings.functionName);
    expect(watched.length).toBeGreaterThan(5);
    expect(emittedMetrics(deployed)).toEqual(expect.arrayContaining(watched));
  });
}

function keyIn(body: Record<string, unknown>): string | undefined {
  return (body.vm as { privateKey?: string } | undefined)?.privateKey;
}
