import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { updateOf } from './event-stream.ts';
import type { Call, Reply } from './fake-cloudwatch.ts';
import { environmentOf, LACKING, startFakeCloudWatch } from './fake-cloudwatch.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const endings: (() => void)[] = [];

afterEach(() => {
  endings.splice(0).forEach((end) => {
    end();
  });
});

/** Runs the command against a fake CloudWatch Logs that gives every call the same answer. */
async function run(args: readonly string[], body: unknown, status = 200) {
  return runAgainst(() => ({ status, body }), args);
}

async function runAgainst(reply: (call: Call) => Reply, args: readonly string[]) {
  const { url, calls, stop } = await startFakeCloudWatch(reply);
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/lib/logs/main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environmentOf(url) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endings.push(stop, () => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, calls, ended, stderr: text(child.stderr) };
}

function eventsOf(count: number) {
  return Array.from({ length: count }, (_, index) => {
    return { eventId: `e${index}`, timestamp: Date.now(), message: `{"message":"line","n":${index}}` };
  });
}

/** Answers of a CloudWatch that has no line so far. */
function followed(tail: Reply): (call: Call) => Reply {
  const arn = 'arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/vm-pool-dev:*';
  const bodies: Record<string, unknown> = {
    FilterLogEvents: { events: [] },
    DescribeLogGroups: { logGroups: [{ logGroupName: '/aws/lambda/vm-pool-dev', arn }] },
  };
  return ({ action }) => (action === 'StartLiveTail' ? tail : { status: 200, body: bodies[action] });
}

describe('npm run logs', () => {
  it('reads, shows, and ends', async () => {
    const { child, calls, ended, stderr } = await run(['--json', '--env', 'prod'], { events: eventsOf(2) });
    expect(await text(child.stdout)).toBe('{"message":"line","n":0}\n{"message":"line","n":1}\n');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body).toMatchObject({ logGroupName: '/aws/lambda/vm-pool-prod' });
  });

  it('follows until Ctrl-C, which is not a failure', async () => {
    const { child, ended, stderr } = await run(['--poll'], { events: eventsOf(1) });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('follows by a live tail where there is one', async () => {
    const { child, calls, ended, stderr } = await runAgainst(followed({ parts: [updateOf(['{"n":1}'])] }), [
      '-f',
      '--json',
    ]);
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(calls.map(({ action }) => action).slice(0, 3)).toEqual([
      'FilterLogEvents',
      'DescribeLogGroups',
      'StartLiveTail',
    ]);
  });

  it('polls where an emulator lacks live tails, and says so', async () => {
    const { child, calls, ended, stderr } = await runAgainst(followed(LACKING), ['-f']);
    while (calls.filter(({ action }) => action === 'FilterLogEvents').length < 2) await sleep(50);
    child.kill('SIGINT');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({
      exitCode: 0,
      stderr: 'logs: no live tail: this endpoint has none; polling from here on\n',
    });
  });

  it('runs a query, and says what it read and what that costs', async () => {
    const results = [
      [
        { field: 'code', value: 'pool_empty' },
        { field: 'refused', value: '3' },
      ],
    ];
    const body = { queryId: 'q', status: 'Complete', results, statistics: { recordsScanned: 9, bytesScanned: 2e10 } };
    const since = ['--since', '2026-01-01'];
    const { child, calls, ended, stderr } = await run(['--query', 'refusals', '--user', 'alice', ...since], body);
    expect(await text(child.stdout)).toBe('code        refused\npool_empty        3\n');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({
      exitCode: 0,
      stderr: 'logs: 1 row; read 9 lines, 18.6 GB, of /aws/lambda/vm-pool-dev since 2026-01-01T00:00:00.000Z ($0.09)\n',
    });
    expect(calls[0]).toMatchObject({
      action: 'StartQuery',
      body: { queryString: expect.stringMatching(/^filter userId = "alice"\n\| filter message/) },
    });
  });

  it('gives the rows of a query as JSON', async () => {
    const results = [[{ field: 'route', value: 'GET /pool' }]];
    const { child } = await run(['--query', 'calls-by-route', '--json'], { queryId: 'q', status: 'Complete', results });
    expect(await text(child.stdout)).toBe('{"route":"GET /pool"}\n');
  });

  it('says why a query can not run', async () => {
    const { ended, stderr } = await run(['--query', 'ticks'], { __type: 'AccessDeniedException' }, 400);
    expect(await ended).toBe(1);
    expect(await stderr).toMatch(
      /need logs:StartQuery and logs:GetQueryResults on log group .aws.lambda.vm-pool-dev$/m,
    );
  });

  it('lists the queries', async () => {
    const { child, ended } = await run(['--queries'], {});
    expect(await text(child.stdout)).toMatch(/^ {2}slowest-calls \[--user ID\] \[--vm ID\] +The 50 calls/);
    expect(await ended).toBe(0);
  });

  it('shows what each log has of a request, and why the function never saw it', async () => {
    const line = JSON.stringify({
      ...{ requestId: 'Jx=', routeKey: 'POST /getvm', status: '429', latencyMs: '1', gatewayError: 'THROTTLED' },
      ...{ lambdaStatus: '-', lambdaRequestId: '-', functionStatus: '-' },
    });
    const timestamp = Date.now();
    const { child, ended, stderr } = await runAgainst(
      ({ body }) => {
        const isAccessLog =
          (body as { logGroupName: string }).logGroupName === '/aws/vendedlogs/apigateway/vm-pool-dev';
        return { status: 200, body: { events: isAccessLog ? [{ eventId: 'e', timestamp, message: line }] : [] } };
      },
      ['--request', 'Jx='],
    );
    expect(await text(child.stdout)).toBe(
      `access   ${new Date(timestamp).toISOString()} INFO  answer POST /getvm 429 1ms gatewayError=THROTTLED request=Jx=\n`,
    );
    expect(await ended).toBe(0);
    expect(await stderr).toMatch(/^logs: API Gateway answered 429, THROTTLED without the function: more requests came/);
  });

  it('does without the access log where it may not be read, and says so once', async () => {
    const line = JSON.stringify({ level: 'INFO', message: 'request', requestId: 'Jx=', invocationId: 'inv-1' });
    const { child, ended, stderr } = await runAgainst(
      ({ body }) => {
        const isAccessLog = (body as { logGroupName: string }).logGroupName.includes('apigateway');
        if (isAccessLog) return { status: 400, body: { __type: 'AccessDeniedException' } };
        return { status: 200, body: { events: [{ eventId: 'e', timestamp: 0, message: line }] } };
      },
      ['--request', 'Jx=', '--json'],
    );
    expect(await text(child.stdout)).toBe(`{"log":"function","time":"1970-01-01T00:00:00.000Z","line":${line}}\n`);
    expect(await ended).toBe(0);
    expect(await stderr).toMatch(/^logs: without the access log: these AWS credentials may not read the log: .*\n$/);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { child, ended, stderr } = await run([], { events: eventsOf(5_000) });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  it('says so when no line matches', async () => {
    const { child, ended, stderr } = await run(['--since', '2026-01-01'], { events: [] });
    expect(await text(child.stdout)).toBe('');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({
      exitCode: 0,
      stderr: 'logs: no matching line in /aws/lambda/vm-pool-dev since 2026-01-01T00:00:00.000Z\n',
    });
  });

  it('names every bad option, and ends with 2', async () => {
    const { ended, stderr } = await run(['--env', 'x', '--since', '\u009b2J'], {});
    expect(await ended).toBe(2);
    expect((await stderr).split('\n')).toEqual([
      expect.stringMatching(/^logs: --env must be/),
      expect.stringMatching(/^logs: --since must lie in the past.*; not "\\u009b2J"$/),
      '',
    ]);
  });

  it('says in one line what AWS refused and what to do, and ends with 1', async () => {
    const { ended, stderr } = await run([], { __type: 'ResourceNotFoundException' }, 400);
    expect(await ended).toBe(1);
    expect(await stderr).toMatch(/^logs: there is no log group \/aws\/lambda\/vm-pool-dev in eu-central-1 .*\n$/);
  });
});
