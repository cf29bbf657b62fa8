import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dynamoDbLocalFolder } from '../../scripts/lib/dynamodb-local/install.ts';
import type { LocalServer } from '../support/processes/local-server.ts';
import { printed, startServer, urlOf } from '../support/processes/local-server.ts';

const TIMEOUT_MS = 90_000;

const running: LocalServer[] = [];
let folder: string;

beforeEach(async () => {
  // Downloads DynamoDB Local first, so that no test waits for the network.
  await dynamoDbLocalFolder();
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-table-'));
});

afterEach(async () => {
  for (const { process, exit } of running.splice(0)) {
    process.kill('SIGKILL');
    await exit;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

function start(env: Record<string, string> = {}): LocalServer {
  const server = startServer(env, ['--table-folder', folder]);
  running.push(server);
  return server;
}

/**
 * The id of a user's lease; the whole answer, whatever it is, when there is none. Asks again after a 503, as its answer
 * says: a Java that has just started on a busy computer may take longer than the store waits.
 */
async function leaseOf(url: string, userid: string): Promise<unknown> {
  const response = await fetch(`${url}/lease?userid=${userid}`);
  const answer = (await response.json()) as { lease?: { id: string } };
  if (response.status !== 503) return answer.lease?.id ?? answer;
  await sleep(1_000);
  return leaseOf(url, userid);
}

async function borrow(url: string, userid: string): Promise<string> {
  const answered = await fetch(`${url}/getvm?userid=${userid}`, { method: 'POST' });
  return ((await answered.json()) as { lease: { id: string } }).lease.id;
}

/** The settings of `A=1 B=2`. */
function settingsOf(line: string): Record<string, string> {
  return Object.fromEntries(line.split(' ').map((setting) => setting.split('=') as [string, string]));
}

describe('npm start -- --dynamodb-local', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'keeps leases after %s',
    async (signal) => {
      const server = start();
      const leaseId = await borrow(await urlOf(server), 'alice');
      server.process.kill(signal);
      await server.exit;
      expect(await leaseOf(await urlOf(start()), 'alice')).toBe(leaseId);
    },
    TIMEOUT_MS,
  );

  it(
    'prints the command that starts another server on the same table, also to a second server on its folder',
    async () => {
      const first = start();
      const leaseId = await borrow(await urlOf(first), 'alice');
      const line = await printed(first, /^ {2}PORT=3001 (STORE=dynamodb .*) npm start$/m);
      const second = startServer(settingsOf(line));
      running.push(second);
      expect(await leaseOf(await urlOf(second), 'alice')).toBe(leaseId);
      const third = start();
      expect(await third.exit).toBe(1);
      expect(third.output()).toContain(line);
    },
    TIMEOUT_MS,
  );

  it(
    'stops and says why when DynamoDB Local dies',
    async () => {
      const server = start();
      await urlOf(server);
      const line = execFileSync('ps', ['-eo', 'pid=,args=']).toString().split('\n').filter(isJava);
      expect(line).toHaveLength(1);
      process.kill(Number.parseInt(line[0] ?? '', 10), 'SIGKILL');
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain('vm-pool stops: DynamoDB Local, which keeps the leases, has ended');
    },
    TIMEOUT_MS,
  );

  it.each([
    {
      fault: 'a broken Java',
      program: 'java',
      isCached: true,
      says: 'DynamoDB Local did not start; Java printed:\nno libjava.so',
    },
    {
      fault: 'an unreachable registry',
      program: 'npm',
      isCached: false,
      says: "DynamoDB Local can't be fetched: npm reports no libjava.so",
    },
  ])(
    'reports $fault with its cause, without a stack',
    async ({ program, isCached, says }) => {
      const fake = path.join(folder, program);
      await writeFile(fake, '#!/bin/sh\necho "no libjava.so" >&2\nexit 1\n');
      await chmod(fake, 0o755);
      const cache: Record<string, string> = isCached ? {} : { VM_POOL_CACHE: path.join(folder, 'cache') };
      const server = start({ ...cache, PATH: `${folder}:${process.env.PATH ?? ''}` });
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain(`vm-pool cannot start: ${says}`);
      expect(server.output()).not.toContain('    at ');
      expect(server.output().includes('Fetching DynamoDB Local (57 MB) into ')).toBe(!isCached);
    },
    TIMEOUT_MS,
  );

  /** Whether a line of `ps` is the Java process of this test's folder; its watching shell also names the folder. */
  function isJava(line: string): boolean {
    return /^ *\d+ java /.test(line) && line.includes(folder);
  }
});
