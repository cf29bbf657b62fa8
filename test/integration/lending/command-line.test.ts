import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../lambda/client/client.ts';
import type { Clock } from '../../../lambda/client/clock.ts';
import { systemClock } from '../../../lambda/client/clock.ts';
import { EXIT } from '../../../scripts/lib/cli/exit-codes.ts';
import { keepLogin } from '../../../scripts/lib/login/keep.ts';
import { borrowSession, giveBack } from '../../../scripts/lib/login/session.ts';
import { sshArguments } from '../../../scripts/lib/login/ssh.ts';
import { Lab, NOTHING, started, wrote } from './command-line.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(10);
});

afterAll(async () => {
  await lab.stop();
});

describe('vm-pool ssh', () => {
  it('borrows, runs a command with its exit code, joins, and gives back', async () => {
    const alice = lab.user('alice');
    const session = alice.start('ssh', '--', 'echo in; sleep 30');
    await wrote(session, 'in\n');
    // A second session of the same lease, beside the first.
    const { exitCode, stdout, stderr } = await alice.run('ssh', '-T', 'whoami; exit 7');
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 7, stdout: `${userInfo().username}\n`, stderr: '' });
    const [lease = ''] = (await alice.left()).folders;
    const folder = path.join(alice.state, 'leases', lease);
    expect([await rights(folder), await rights(path.join(folder, 'id_ed25519'))]).toEqual(['700', '600']);
    session.process.kill('SIGTERM');
    // ssh ends by itself then.
    expect((await session.ended).exitCode).toBe(255);
    expect(await alice.left()).toMatchObject({ holds: true });
    const last = await alice.run('ssh', '--release', '--', 'exit 5');
    expect({ last, left: await alice.left() }).toEqual({
      last: { exitCode: 5, stdout: '', stderr: expect.stringMatching(/^vm-\d\d is given back\n$/) },
      left: NOTHING,
    });
  });

  it('says that the lease is over when the connection breaks for that', async () => {
    const bob = lab.user('bob');
    const session = bob.start('ssh', '--', 'echo in; sleep 30');
    await wrote(session, 'in\n');
    const { body } = await lab.service.release('bob');
    await lab.fleet.vms.find(({ id }) => id === body.vm.id)?.stop();
    const { exitCode, stderr } = await session.ended;
    expect(exitCode).toBe(255);
    expect(stderr).toContain(`vm-pool: the lease of ${body.vm.id} is over: it was given back, or an operator took`);
  });
});

describe('vm-pool', () => {
  it('ends with its own exit code when nobody reads its answer', async () => {
    const running = lab.user('nobody').start('show', '--json');
    running.process.stdout?.destroy();
    expect((await running.ended).exitCode).toBe(EXIT.holdsNone.code);
  });
});

describe('vm-pool with', () => {
  const reads = 'ssh -F "$VM_SSH_CONFIG" vm-pool "echo in $VM_ID"; exit 9';

  it('lends a VM to one command, whose exit code it has', async () => {
    const carol = lab.user('carol');
    const { exitCode, stdout } = await carol.run('with', '--', 'sh', '-c', reads);
    expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: expect.stringMatching(/^in vm-\d\d\n$/) });
    expect(await carol.left()).toEqual(NOTHING);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'leaves nothing after %s, which its command got once',
    async (name) => {
      const user = lab.user(`user-${name}`);
      const notes = `trap 'echo got' ${name.slice(3)}; echo ready; sleep 0.4 & wait; wait; sleep 0.2; exit 3`;
      const running = user.start('with', '--', 'sh', '-c', notes);
      await wrote(running, 'ready\n');
      running.process.kill(name);
      const { exitCode, stdout } = await running.ended;
      expect({ exitCode, stdout, left: await user.left() }).toEqual({
        ...{ exitCode: 3, stdout: 'ready\ngot\n' },
        left: NOTHING,
      });
    },
  );

  it('does not end the lease of another session', async () => {
    const dave = lab.user('dave');
    const { vm } = await lab.service.borrow('dave');
    const { exitCode, stderr } = await dave.run('with', '--', 'true');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(`vm-pool: you hold ${vm.id} until `);
    expect(stderr).toMatch('vm-pool ssh -- COMMAND');
    expect((await dave.left()).holds).toBe(true);
    await lab.service.release('dave');
  });
});

describe('vm-pool ssh-config', () => {
  it('has ssh, scp, sftp and rsync renew the login before they connect', async () => {
    const erin = lab.user('erin');
    await mkdir(path.join(erin.home, '.ssh'), { recursive: true });
    const config = path.join(erin.home, '.ssh', 'config');
    await writeFile(config, 'Host *\n  ConnectTimeout 10\n');
    expect((await erin.run('ssh-config', '--install')).exitCode).toBe(0);
    expect(await readFile(config, 'utf8')).toMatch(/^Include ".*\/ssh\/\*\.conf"\n\nHost \*\n {2}ConnectTimeout 10\n$/);
    // OpenSSH looks for the home in /etc/passwd, not in HOME.
    const use = (program: string, ...args: readonly string[]) => started(program, args).ended;
    const without = await use('ssh', '-F', config, 'vm-pool', 'true');
    expect(without.stderr).toContain('vm-pool: you hold no VM\n  borrow one: vm-pool get\n');
    const { vm } = await lab.service.borrow('erin');
    const file = (name: string) => path.join(erin.home, name);
    await writeFile(file('a'), 'hello');
    const copies = [
      await use('ssh', '-F', config, `vm-pool-${vm.id}`, `cp '${file('a')}' '${file('b')}'`),
      await use('scp', '-F', config, file('b'), `vm-pool:${file('c')}`),
      await use('rsync', '-s', '-e', `ssh -F '${config}'`, file('c'), `vm-pool:${file('d')}`),
      await use('sh', '-c', `echo 'get "${file('d')}" "${file('e')}"' | sftp -F '${config}' -b - vm-pool`),
    ];
    expect(copies.map(({ exitCode, stderr }) => (exitCode === 0 ? 'done' : stderr))).toEqual(Array(4).fill('done'));
    expect(await readFile(file('e'), 'utf8')).toBe('hello');
    await lab.service.release('erin');
  });
});

describe('vm-pool inventory', () => {
  it('says how Ansible reaches the VM', async () => {
    const frank = lab.user('frank');
    const none = await frank.run('inventory', '--list');
    expect(JSON.parse(none.stdout)).toEqual({ _meta: { hostvars: {} } });
    const { vm } = await lab.service.borrow('frank');
    const { stdout } = await frank.run('inventory', '--list');
    const inventory = JSON.parse(stdout) as { _meta: { hostvars: Record<string, Record<string, string>> } };
    expect(inventory).toMatchObject({ pool_default: { hosts: [vm.id] } });
    const {
      ansible_host = '',
      ansible_user = '',
      ansible_ssh_common_args = '',
    } = inventory._meta.hostvars[vm.id] ?? {};
    // Ansible splits the arguments as a shell does, and names the user by an option.
    const line = `ssh ${ansible_ssh_common_args} -o 'User="${ansible_user}"' ${ansible_host} 'exit 6'`;
    expect((await started('sh', ['-c', line]).ended).exitCode).toBe(6);
    await lab.service.release('frank');
  });
});

describe('a login', () => {
  it('outlives its first certificate', async () => {
    // A service that is late by almost five minutes makes certificates that end in three seconds.
    lab.service.clockAheadSec = -297;
    const client = createClient({ url: lab.service.url });
    const holder = { client, who: { userid: 'grace' }, parent: path.join(lab.user('grace').state, 'leases') };
    const session = await borrowSession(holder, {}, { waitMs: 0 });
    const first = await readFile(session.files.certificate ?? '', 'utf8');
    const hurried: Clock = { now: () => systemClock.now(), wait: (ms, signal) => systemClock.wait(ms / 50, signal) };
    const { lease, folder, files } = session;
    const keeper = keepLogin({ ...holder, lease, folder, onFault: () => undefined }, hurried);
    await sleep(3_500);
    const tries = async () => (await started('ssh', sshArguments(files, 'vm-pool', ['exit 4'])).ended).exitCode;
    const kept = await tries();
    await keeper.stop();
    await writeFile(files.certificate ?? '', first);
    expect({ kept, unkept: await tries() }).toEqual({ kept: 4, unkept: 255 });
    await giveBack(holder, session);
    lab.service.clockAheadSec = 0;
  });
});

async function rights(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}
