import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { FunctionThrottled } from '../../scripts/lib/gateway/server.ts';
import { declaredMetrics, textOfNames } from '../support/cloudwatch/declared-metrics.ts';
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
  it('has the metrics that the code declares, as the dashboard and the alarms do', async () => {
    const { deployed } = running();
    const { functionName } = deployed.settings;
    const declared = declaredMetrics(functionName).map(textOfNames);
    const emitted = emittedMetrics(deployed);
    expect(emitted.length).toBeGreaterThan(10);
    expect(declared).toEqual(expect.arrayContaining(emitted));
    const watched = await watchedMetrics(account(), functionName);
    expect(watched).toEqual(expect.arrayContaining(emitted));
    expect(declared).toEqual(expect.arrayContaining(watched));
  });
}

/** Puts lines of a deployment into the log groups that Terraform made, and reads them by `npm run logs`. */
export function readerStories(running: () => RunningEnvironment, account: () => EmulatedAws): void {
  it('reads a request from access log and function by either of its ids', async () => {
    const { deployed, outputs } = running();
    const line = logLines(deployed).find(({ message, status }) => message === 'request' && status === 200) ?? {};
    const { requestId, invocationId, route } = line as Record<string, string>;
    const access = { requestId, routeKey: route, status: '200', latencyMs: '9', gatewayError: '-' };
    const answered = { ...access, lambdaStatus: '200', lambdaRequestId: invocationId, functionStatus: '200' };
    await putLine(account(), outputs.log_group_name, line);
    await putLine(account(), outputs.access_log_group_name, answered);
    for (const id of [requestId, invocationId]) {
      const { shown, said } = await logs(account(), '--request', id ?? '', '--json');
      expect(shown.map((one) => (JSON.parse(one) as { log: string }).log).toSorted()).toEqual(['access', 'function']);
      expect(said).toBe('');
    }
  });

  it('runs a query', async () => {
    const { said } = await logs(account(), '--query', 'slowest-calls');
    expect(said).toMatch(/^logs: \d+ rows?; read \d+ lines, .* of \/aws\/lambda\/vm-pool-dev since .*\n$/);
  });

  it('follows by polling, because the emulator has no live tail', async () => {
    const { outputs } = running();
    const following = command(account(), '--follow', '--json', '--vm', 'vm-followed');
    const said = text(following.stderr);
    await pause(4_000);
    await putLine(account(), outputs.log_group_name, { message: 'later', vmId: 'vm-followed' });
    const [shown] = (await once(following.stdout, 'data')) as [Buffer];
    following.kill('SIGINT');
    expect(JSON.parse(shown.toString())).toMatchObject({ message: 'later' });
    expect(await said).toBe('logs: no live tail: this endpoint has none; polling from here on\n');
  });
}

async function putLine(aws: EmulatedAws, logGroupName: string, line: object): Promise<void> {
  const logStreamName = `test-${String(Math.random())}`;
  const logEvents = [{ timestamp: Date.now(), message: JSON.stringify(line) }];
  await aws.act('logs', 'Logs_20140328.CreateLogStream', { logGroupName, logStreamName });
  await aws.act('logs', 'Logs_20140328.PutLogEvents', { logGroupName, logStreamName, logEvents });
}

/** Lines on standard output, and what stands beside them. */
async function logs(aws: EmulatedAws, ...args: string[]): Promise<{ shown: string[]; said: string }> {
  const child = command(aws, ...args);
  const [shown, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { shown: shown.split('\n').filter((line) => line !== ''), said };
}

function command(aws: EmulatedAws, ...args: string[]) {
  const main = fileURLToPath(new URL('../../scripts/lib/logs/main.ts', import.meta.url));
  const settings = { ...aws.variables, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return spawn(process.execPath, ['--import', 'tsx', main, '--env', 'dev', ...args], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function keyIn(body: Record<string, unknown>): string | undefined {
  return (body.vm as { privateKey?: string } | undefined)?.privateKey;
}
