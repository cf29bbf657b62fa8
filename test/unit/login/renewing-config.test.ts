import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LoginFolder } from '../../../scripts/lib/login/folder.ts';
import type { Renewing } from '../../../scripts/lib/login/renewing-config.ts';
import { hostFileOf, install, isFresh, renewingBlock, writeHost } from '../../../scripts/lib/login/renewing-config.ts';
import { leaseOf, vmOf } from './made-up.ts';

let home: string;
let config: Renewing;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'vm-pool-home-'));
  config = { alias: 'lab', folder: path.join(home, 'ssh'), command: ['vm-pool', 'ssh-config', '--refresh'] };
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

describe('renewingBlock', () => {
  it('has the login renewed, then reads what that wrote', () => {
    const command = ['env', 'XDG_STATE_HOME=/a b/100%', 'vm-pool', 'ssh-config', '--refresh'];
    expect(renewingBlock({ alias: 'lab', folder: '/a b/ssh', command })).toBe(`Host lab
  StrictHostKeyChecking yes
Match host "lab,lab-*" exec "env 'XDG_STATE_HOME=/a b/100%%' vm-pool ssh-config --refresh"
  Include "/a b/ssh/lab.host"
`);
  });

  it.each(["it's", 'a"b', 'a\\b', 'a\nb'])('refuses %j, which not every ssh reads in the same way', (word) => {
    expect(() => renewingBlock({ ...config, command: [word] })).toThrow("ssh can't start a command with");
  });
});

describe('install', () => {
  it('includes the block on top of what stands there, once', async () => {
    const file = path.join(home, '.ssh', 'config');
    await mkdir(path.dirname(file));
    await writeFile(file, 'Host old\n  Port 1\n');
    expect(await install(config, home)).toEqual([path.join(config.folder, 'lab.conf'), file]);
    expect(await install({ ...config, alias: 'other' }, home)).toEqual([path.join(config.folder, 'other.conf')]);
    expect(await readFile(file, 'utf8')).toBe(`Include "${config.folder}/*.conf"\n\nHost old\n  Port 1\n`);
  });

  it('makes the file, and keeps a link to settings that lie elsewhere', async () => {
    const elsewhere = path.join(home, 'dotfiles');
    await writeFile(elsewhere, '');
    await mkdir(path.join(home, '.ssh'));
    await symlink(elsewhere, path.join(home, '.ssh', 'config'));
    await install(config, home);
    expect(await readFile(elsewhere, 'utf8')).toMatch(/^Include /);
    await install(config, path.join(home, 'new'));
    expect(await readFile(path.join(home, 'new', '.ssh', 'config'), 'utf8')).toMatch(/^Include /);
  });
});

describe('isFresh', () => {
  it('lets connections share a renewal, while its files are there', async () => {
    expect(await isFresh(config)).toBe(false);
    const folder = await LoginFolder.open(path.join(home, 'leases %'), 'lease-1');
    const [vm, lease] = [vmOf(), leaseOf()];
    await writeHost(config, { vm, lease, folder, files: await folder.write(vm, lease) });
    expect(await isFresh(config)).toBe(true);
    const past = Date.now() / 1000 - 31;
    await utimes(hostFileOf(config), past, past);
    expect([await isFresh(config), await isFresh(config, 60_000)]).toEqual([false, true]);
    await folder.remove();
    expect(await isFresh(config, 60_000)).toBe(false);
  });

  it.each([
    { rule: 'ends when the VM forgets the key', sec: -1, expected: false },
    { rule: 'lasts while the VM takes the key', sec: 30, expected: true },
  ])('$rule', async ({ sec, expected }) => {
    const folder = await LoginFolder.open(path.join(home, 'leases'), 'lease-1');
    const keyAcceptedUntil = new Date(Date.now() + sec * 1000).toISOString();
    const [vm, lease] = [vmOf({ login: 'instance-connect', keyAcceptedUntil }), leaseOf()];
    await writeHost(config, { vm, lease, folder, files: await folder.write(vm, lease) });
    expect(await isFresh(config, 240_000)).toBe(expected);
  });
});
