import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LoginFolder } from '../../../scripts/lib/login/folder.ts';
import { identityIn, makeKeyPair } from '../../../scripts/lib/login/key-pair.ts';
import { newestLease, sweep } from '../../../scripts/lib/login/sweep.ts';
import { leaseOf, vmOf } from './made-up.ts';

let home: string;
let parent: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'vm-pool-login-'));
  parent = path.join(home, 'state', 'leases');
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function rights(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

describe('LoginFolder', () => {
  it('can be entered and read by its user alone', async () => {
    const folder = await LoginFolder.open(parent, 'lease-1');
    const { sshConfig } = await folder.write(vmOf(), leaseOf());
    expect([await rights(parent), await rights(folder.path)]).toEqual(['700', '700']);
    const names = await readdir(folder.path);
    expect(names.sort()).toEqual([
      'cert.pub',
      'expires-at',
      'id_ed25519',
      'id_ed25519.pub',
      'known_hosts',
      'ssh_config',
    ]);
    for (const name of names.filter((one) => one !== 'id_ed25519.pub')) {
      expect({ name, rights: await rights(path.join(folder.path, name)) }).toEqual({ name, rights: '600' });
    }
    expect(await readFile(sshConfig, 'utf8')).toContain(`CertificateFile "${folder.path}/cert.pub"`);
  });

  it('keeps its key pair, so that a process that joins does not disturb another', async () => {
    const folders = await Promise.all([1, 2, 3].map(async () => LoginFolder.open(parent, 'lease-1')));
    expect(new Set(folders.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(await readdir(parent)).toEqual(['lease-1']);
  });

  it('is prepared before its lease is known', async () => {
    const folder = await LoginFolder.prepare(parent);
    expect(await folder.adopt('lease-1')).toBe(true);
    const { key } = await folder.write(vmOf(), leaseOf());
    expect(key).toBe(path.join(parent, 'lease-1', 'id_ed25519'));
    await folder.remove();
    expect(await readdir(parent)).toEqual([]);
  });

  it('yields to the folder that its lease has already', async () => {
    const { publicKey } = await LoginFolder.open(parent, 'lease-1');
    const second = await LoginFolder.prepare(parent);
    expect(await second.adopt('lease-1')).toBe(false);
    expect((await LoginFolder.open(parent, 'lease-1')).publicKey).toBe(publicKey);
    expect(await readdir(parent)).toEqual(['lease-1']);
  });

  it('uses the key that the service hands out, where no other opens the VM', async () => {
    const folder = await LoginFolder.open(parent, 'lease-1');
    const shared = vmOf({ login: 'shared-key', privateKey: 'PEM' });
    const { key = '' } = await folder.write(shared, leaseOf());
    expect([await readFile(key, 'utf8'), await rights(key)]).toEqual(['PEM\n', '600']);
  });

  it("uses the user's own key, with separate files", async () => {
    const file = path.join(home, 'mine');
    await mkdir(file);
    const identity = { file: path.join(file, 'id_ed25519'), publicKey: await makeKeyPair(file) };
    expect(await identityIn(`${identity.file}.pub`)).toEqual(identity);
    await rm(`${identity.file}.pub`);
    expect(await identityIn(identity.file)).toEqual(identity);
    const mine = await (await LoginFolder.open(parent, 'lease-1', identity)).write(vmOf(), leaseOf());
    const own = await (await LoginFolder.open(parent, 'lease-1')).write(vmOf(), leaseOf());
    expect(mine.key).toBe(identity.file);
    expect([mine.certificate, mine.sshConfig]).not.toEqual([own.certificate, own.sshConfig]);
  });

  it('says which identity is missing', async () => {
    await expect(identityIn('/no/such/key')).rejects.toThrow('/no/such/key does not exist: --identity takes');
  });

  it('is never somewhere else', async () => {
    await expect(LoginFolder.open(parent, '../../etc')).rejects.toThrow('unsound lease id');
  });
});

describe('sweep', () => {
  const nowMs = Date.parse('2026-11-21T13:00:00Z');

  async function folderOf(name: string, expiresAt?: string): Promise<void> {
    const folder = path.join(parent, name);
    await mkdir(folder, { recursive: true });
    if (expiresAt !== undefined) await writeFile(path.join(folder, 'expires-at'), `${expiresAt}\n`);
  }

  it('removes the folders of leases that have ended', async () => {
    await folderOf('over', '2026-11-21T12:49:59Z');
    await folderOf('perhaps-renewed', '2026-11-21T12:50:01Z');
    await folderOf('unknown');
    await folderOf('new-unknown-and-old');
    await utimes(path.join(parent, 'unknown'), nowMs / 1000, nowMs / 1000 - 86_399);
    await utimes(path.join(parent, 'new-unknown-and-old'), nowMs / 1000, nowMs / 1000 - 86_401);
    await sweep(parent, nowMs);
    expect((await readdir(parent)).sort()).toEqual(['perhaps-renewed', 'unknown']);
  });

  it('runs before a folder is made', async () => {
    await folderOf('over', '2026-11-21T12:00:00Z');
    await LoginFolder.prepare(parent);
    expect(await readdir(parent)).toEqual([expect.stringMatching(/^new-/)]);
  });

  it('finds the lease that was written last', async () => {
    expect(await newestLease(parent)).toBeUndefined();
    await folderOf('older');
    await folderOf('newer');
    await folderOf('new-1');
    await utimes(path.join(parent, 'older'), 1, 1);
    await utimes(path.join(parent, 'newer'), 2, 2);
    expect(await newestLease(parent)).toBe('newer');
  });
});
