import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Reply } from './fake-cloudwatch.ts';
import { environmentOf, startFakeCloudWatch } from './fake-cloudwatch.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const endings: (() => void)[] = [];

afterEach(() => {
  endings.splice(0).forEach((end) => {
    end();
  });
});

/** Runs the command against a fake CloudWatch Logs that gives every call the same answer. */
async function run(args: readonly string[], body: unknown, status = 200) {
  const reply: Reply = { status, body };
  const { url, calls, stop } = await startFakeCloudWatch(() => reply);
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

describe('npm run logs', () => {
  it('reads, shows, and ends', async () => {
    const { child, calls, ended, stderr } = await run(['--json', '--env', 'prod'], { events: eventsOf(2) });
    expect(await text(child.stdout)).toBe('{"message":"line","n":0}\n{"message":"line","n":1}\n');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body).toMatchObject({ logGroupName: '/aws/lambda/vm-pool-prod' });
  });

  it('follows until Ctrl-C, which is not a failure', async () => {
    const { child, ended, stderr } = await run(['--follow'], { events: eventsOf(1) });
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    expect({ exitCode: await ended, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' });
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
