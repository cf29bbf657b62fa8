import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Long enough for a build on a busy computer. */
const START_MS = 30_000;

interface Started {
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
  /** All it has written so far, to either stream. */
  readonly output: () => string;
}

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Runs the script behind `npm start`. */
function start(env: Record<string, string>): Started {
  const child = spawn(path.join(root, 'scripts/server'), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, exit, output: () => output };
}

async function printed(server: Started, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const match = pattern.exec(server.output());
    if (match?.[1] !== undefined) return match[1];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never printed ${String(pattern)}, but:\n${server.output()}`);
}

describe('npm start', () => {
  it(
    'prints a curl line that works as printed, and ends cleanly on Ctrl-C',
    async () => {
      const server = start({ PORT: '0' });
      const url = await printed(server, /^ {2}curl -X POST '(http:.*)'$/m);
      const response = await fetch(url, { method: 'POST' });
      expect(await response.json()).toMatchObject({ vm: { id: 'vm-01' }, lease: { userid: 'alice' } });
      server.process.kill('SIGINT');
      expect(await server.exit).toBe(0);
      expect(server.output()).toMatch(/"message":"request".*"route":"POST \/getvm","status":200/);
      expect(server.output()).not.toMatch(/mock private key/);
    },
    START_MS,
  );

  it.each([
    { fault: 'a bad port', env: { PORT: 'x' }, says: 'PORT must be a whole number from 0 to 65535, not x' },
    {
      fault: 'bad settings, all at once',
      env: { STORE: 'disk', LEASE_MAX_MINUTES: '0' },
      says: 'bad configuration: STORE must be memory or dynamodb; LEASE_MAX_MINUTES must be a whole number from 1 to 525600',
    },
    {
      fault: 'operators on a server that others can reach',
      env: { ADMIN_USERS: 'ops', HOST: '0.0.0.0' },
      says: 'ADMIN_USERS is for a server that only this computer can reach, and HOST is 0.0.0.0',
    },
    { fault: 'a mock VM that is none', env: { MOCK_FAILING_VMS: 'vm-9' }, says: 'MOCK_FAILING_VMS names vm-9' },
  ])(
    'tells $fault in a sentence, not a stack',
    async ({ env, says }) => {
      const server = start({ PORT: '0', ...env });
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain(`vm-pool cannot start: ${says}`);
      expect(server.output()).not.toContain('    at ');
    },
    START_MS,
  );

  it(
    'tells that its port is taken, and what to do',
    async () => {
      const other = http.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const server = start({ PORT: String(port) });
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain(`port ${String(port)} is taken; choose another: PORT=3001 npm start`);
      other.close();
    },
    START_MS,
  );
});
