import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CERTIFICATE_POOL, inventoryText, vmEntry } from '../../support/providers/inventory.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inventory-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the command in the folder of the test's files. */
function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(path.join(root, 'scripts/inventory-check'), args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  return { status, stdout, stderr };
}

describe('npm run inventory:check', () => {
  it('sums up a right inventory, with its SHA-256', () => {
    const text = inventoryText([vmEntry(), vmEntry({ id: 'vm-02', address: '192.0.2.12' })]);
    writeFileSync(path.join(folder, 'vms.json'), text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const pools = { default: CERTIFICATE_POOL, lab: { ...CERTIFICATE_POOL, ec2: { username: 'ubuntu' } } };
    writeFileSync(path.join(folder, 'ec2.json'), inventoryText([vmEntry()], pools));
    const confirmation =
      "the service's log shows confirmed_inventory where it is needed, since it names the instances too";
    const stdout = [
      `vms.json: 1 pool, 2 VMs, confirmed_inventory = "${sha256}"\n`,
      `ec2.json: 2 pools (1 of EC2 instances), 1 VM, ${confirmation}\n`,
    ].join('');
    expect(run('vms.json', 'ec2.json')).toEqual({ status: 0, stdout, stderr: '' });
  });

  it('names every fault of every file with its place, and ends with 1', () => {
    writeFileSync(path.join(folder, 'one.json'), inventoryText([vmEntry({ port: 0 }), vmEntry({ id: '' })]));
    writeFileSync(path.join(folder, 'two.json'), '{');
    expect(run('one.json', 'two.json', 'three.json')).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'one.json: vms[0].port must be a whole number from 1 to 65535',
        'one.json: vms[1].id must be the id of a VM: 1 to 128 characters of A-Z a-z 0-9 . _ -',
        'two.json: line 1, column 2: expected a name in double quotes or }',
        "three.json: can't be read (ENOENT)",
        '',
      ].join('\n'),
    });
  });

  it('explains itself, and refuses what it does not know', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('npm run inventory:check') });
    expect(run('--fix')).toMatchObject({ status: 2, stderr: expect.stringContaining("Unknown option '--fix'") });
  });

  it('checks the inventories of the environments when it is given none', () => {
    expect(run()).toMatchObject({ status: 0, stderr: '' });
  });
});
