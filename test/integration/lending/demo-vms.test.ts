import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet } from '../../../scripts/lib/vms/fleet.ts';
import type { LocalServer } from '../../support/processes/local-server.ts';
import { startServer, urlOf } from '../../support/processes/local-server.ts';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import { ran } from '../../support/vms/namespace-vm.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../../scripts/server', import.meta.url));
const vmPool = fileURLToPath(new URL('../../../scripts/vm-pool', import.meta.url));
const TIMEOUT_MS = 60_000;

let folder: string;
let server: LocalServer | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-demo-'));
  process.env.XDG_STATE_HOME = path.join(folder, 'state');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  server?.process.kill('SIGKILL');
  await server?.exit;
  server = undefined;
});

/** @param args - of `npm start`, behind the dashes */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): LocalServer {
  server = startServer({ CERTIFICATE_AUTHORITY: path.join(folder, 'authority.pem'), ...env }, args);
  return server;
}

/** The sshds whose configuration lies in the folder of the demo VMs, and all that they run. */
async function sshds(): Promise<string[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,args=']);
  return stdout
    .split('\n')
    .filter((line) => /sshd .*vm-pool-demo-[^/]+\/vm-\d+\/sshd_config|^\s*\d+ sleep 2718$/.test(line));
}

describe('npm start -- --demo-vms 2', () => {
  it('lends VMs to log in to, and ends them with Ctrl-C', async () => {
    const others = await sshds();
    const running = start(['--demo-vms', '2']);
    const url = await urlOf(running);
    const ssh = (user: string, ...words: readonly string[]) => ['ssh', '--url', url, '--user', user, ...words];
    const borrowed = await ran(vmPool, ssh('alice', '--', 'whoami'));
    expect(borrowed).toEqual({
      exitCode: 0,
      stdout: `${userInfo().username}\n`,
      stderr: expect.stringMatching(/^vm-0[12] is yours until \S+Z \(in 8 h\)\n$/m),
    });
    expect(await ran(vmPool, ssh('alice', '--', 'exit 7'))).toMatchObject({ exitCode: 7 });
    const session = execFile(vmPool, ssh('alice', '--', 'sleep 2718'));
    while (!(await sshds()).some((line) => line.includes(' sleep 2718'))) await sleep(50);
    const keys = await run('curl', ['-sS', `${url}/ca.pub`]);
    expect(keys.stdout).toMatch(/^ecdsa-sha2-nistp256 \S+ vm-pool\n$/);
    expect((await sshds()).length).toBeGreaterThanOrEqual(others.length + 3);
    running.process.kill('SIGINT');
    expect(await running.exit).toBe(0);
    expect(await sshds()).toEqual(others);
    expect(session.exitCode ?? (await once(session, 'exit'))[0]).toBe(255);
    expect(running.output()).not.toContain('PRIVATE KEY');
    expect(running.output()).not.toContain('cert-v01');
  }, 90_000);
});

describe('npm start without what it needs', () => {
  const refused: readonly { what: string; args: readonly string[]; env?: Record<string, string>; says: RegExp }[] = [
    {
      what: 'a number',
      args: ['--demo-vms', 'three'],
      says: /--demo-vms must be a whole number from 1 to 99, not three/,
    },
    {
      what: 'a number above 0',
      args: ['--demo-vms', '0'],
      says: /--demo-vms must be a whole number from 1 to 99, not 0/,
    },
    {
      what: 'a number after the option',
      args: ['--demo-vms'],
      says: /Option '--demo-vms <value>' argument missing; npm start -- --help/,
    },
    {
      what: 'one wish',
      args: ['--demo-vms', '2', '--inventory', 'vms.json'],
      says: /--demo-vms and --inventory exclude each other/,
    },
    {
      what: 'a provider that lends them',
      args: ['--demo-vms', '2'],
      env: { PROVIDER: 'mock' },
      says: /PROVIDER=mock has no inventory/,
    },
    {
      what: 'an inventory that is there',
      args: ['--inventory', 'no-such-file.json'],
      says: /no-such-file\.json does not exist$/,
    },
  ];

  it.each(refused)(
    'ends with one sentence: $what',
    async ({ args, env, says }) => {
      const running = start(args, env);
      expect(await running.exit).toBe(1);
      const said = running
        .output()
        .split('\n')
        .filter((line) => line.startsWith('vm-pool '));
      expect(said).toEqual([expect.stringMatching(/^vm-pool cannot start: /)]);
      expect(said[0]).toMatch(says);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with the faults of the inventory',
    async () => {
      const file = path.join(folder, 'vms.json');
      await writeFile(file, '{ "pools": {}, "vms": [{ "id": "vm-01", "port": "22", "address": "192.0.2.1" }] }');
      const running = start(['--inventory', file]);
      expect(await running.exit).toBe(1);
      expect(running.output()).toContain(
        `vm-pool cannot start: ${file} has faults:\n  vms[0].port must be a whole number`,
      );
      expect(running.output()).toContain('\n  vms[0].username is missing; it must be a login name');
    },
    TIMEOUT_MS,
  );

  it('says which line of its log sshd has ended with', async () => {
    const fleet = Fleet.start({ count: 2, folder, trustedKeys: [], config: ['NoSuchOption yes'] });
    await expect(fleet).rejects.toThrow(/^no sshd:\n[^]*Bad configuration option: NoSuchOption/);
  });
});

describeOnVms('npm start -- --demo-vms on a computer without sshd', () => {
  it('says what to install', async () => {
    const hide = 'mount --bind /dev/null "$(command -v sshd)" && exec "$0" --demo-vms 2';
    const { exitCode, stderr } = await ran('unshare', ['--mount', 'sh', '-c', hide, program]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^vm-pool cannot start: --demo-vms needs sshd \(apt-get install openssh-server\)$/m,
      ),
    });
  }, 60_000);
});
