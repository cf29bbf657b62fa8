import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { tracked } from '../../support/processes/child-processes.ts';
import type { LocalServer } from '../../support/processes/local-server.ts';
import { startServer, urlOf } from '../../support/processes/local-server.ts';

const program = fileURLToPath(new URL('../../../scripts/vm-pool', import.meta.url));
const TIMEOUT_MS = 90_000;

let folder: string;
let server: LocalServer;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-mcp-'));
  server = startServer({}, ['--demo-vms', '4']);
  url = await urlOf(server);
}, TIMEOUT_MS);

afterAll(async () => {
  server.process.kill('SIGINT');
  await server.exit;
  await rm(folder, { recursive: true, force: true });
}, TIMEOUT_MS);

/** `vm-pool mcp`, and a client on its pipes. */
interface Agent {
  readonly process: ChildProcess & { stdin: NonNullable<ChildProcess['stdin']> };
  readonly call: (name: string, values?: object) => Promise<Record<string, unknown>>;
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

async function start(user: string): Promise<Agent> {
  const args = ['mcp', '--url', url, '--user', user, '--max-output', '2048'];
  const env = { ...process.env, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = tracked(spawn(program, args, { env, stdio: 'pipe' }));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stdin.on('error', () => undefined);
  const client = new Client({ name: 'test', version: '1' });
  // The transport is the same at both ends.
  await client.connect(new StdioServerTransport(child.stdout, child.stdin));
  const call = async (name: string, values: object = {}) => {
    const { structuredContent, content } = await client.callTool({ name, arguments: { ...values } });
    return (structuredContent ?? { content }) as Record<string, unknown>;
  };
  return { process: child, call, log: () => log, close: () => client.close() };
}

async function leaseStatus(user: string): Promise<number> {
  return (await fetch(`${url}/lease?userid=${user}`)).status;
}

describe('vm-pool mcp on a demo VM', () => {
  it(
    'borrows, runs commands, renews and gives back',
    async () => {
      const { call, process: child, log, close } = await start('alice');
      expect(await call('borrow_vm', { minutes: 20 })).toMatchObject({ vm: { host: '127.0.0.1' }, minutesLeft: 20 });
      expect(await call('run_command', { command: 'whoami; cat; exit 7', stdin: 'read' })).toMatchObject({
        exitCode: 7,
        stdout: `${userInfo().username}\nread`,
        stderr: '',
      });
      expect(
        await call('run_command', { command: 'printf "\\033[2J" >&2; yes; true', timeoutSeconds: 1 }),
      ).toMatchObject({
        exitCode: null,
        isTimedOut: true,
        stdout: expect.stringMatching(/^y\n[^]*shortened: \d{5,} bytes in all/),
        stderr: '',
      });
      expect(await call('show_vm')).toMatchObject({ inUse: true });
      expect(await call('renew_vm', { minutes: 60 })).toMatchObject({ minutesLeft: 60 });
      expect(await call('release_vm')).toMatchObject({ isGivenBack: true });
      expect(await leaseStatus('alice')).toBe(404);
      child.stdin.end();
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(log().replace('built dist/cli/\n', '')).toBe('');
      await close();
    },
    TIMEOUT_MS,
  );

  const endings: readonly { how: string; end: (child: Agent['process']) => void }[] = [
    { how: 'closes its pipe', end: ({ stdin }) => stdin.end() },
    {
      how: 'is killed',
      end: ({ stdin, stdout, stderr }) => {
        for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
      },
    },
    { how: 'sends SIGTERM', end: (child) => child.kill('SIGTERM') },
  ];

  it(
    'gives the VM back, and ends, when its client leaves while a command runs',
    async () => {
      const left = endings.map(async ({ how, end }, at) => {
        const user = `agent-${at}`;
        const { call, process: child, close } = await start(user);
        await call('borrow_vm');
        const running = call('run_command', { command: 'echo begun; sleep 2718' }).catch(() => undefined);
        expect(await call('run_command', { command: 'true' })).toMatchObject({ exitCode: 0 });
        end(child);
        const [code] = (await once(child, 'exit')) as [number | null];
        await Promise.all([running, close()]);
        return { how, code, status: await leaseStatus(user) };
      });
      expect(await Promise.all(left)).toEqual(endings.map(({ how }) => ({ how, code: 0, status: 404 })));
      expect(await readdir(path.join(folder, 'vm-pool', 'mcp'))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
