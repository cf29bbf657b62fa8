import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openVms } from '../../../scripts/lib/server/vms.ts';

const EC2_POOL = { access: 'certificate', check: 'host-key', reset: 'none', ec2: { username: 'ubuntu' } };

let folder: string;
let inventory: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-server-'));
  inventory = path.join(folder, 'vms.json');
  await writeFile(inventory, JSON.stringify({ pools: { lab: EC2_POOL }, vms: [] }));
});

afterEach(() => rm(folder, { recursive: true }));

describe('npm start with an inventory', () => {
  it('finds EC2 instances with PROVIDER=ec2', async () => {
    const { variables, isDemo } = await openVms({ inventory }, folder, { PROVIDER: 'ec2' });
    expect({ isDemo, ...variables }).toMatchObject({ isDemo: false, PROVIDER: 'ec2', INVENTORY: inventory });
  });

  it.each([undefined, 'static'])('refuses a pool of EC2 with PROVIDER=%s, and says what to set', async (PROVIDER) => {
    await expect(openVms({ inventory }, folder, { PROVIDER })).rejects.toThrow('PROVIDER=ec2');
  });

  it('refuses an inventory for mock VMs', async () => {
    await expect(openVms({ inventory }, folder, { PROVIDER: 'mock' })).rejects.toThrow(
      'PROVIDER=mock has no inventory',
    );
  });
});
