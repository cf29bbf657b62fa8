import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenVms } from '../../../scripts/lib/server/vms.ts';
import { openVms } from '../../../scripts/lib/server/vms.ts';

let servers: OpenVms[] = [];

beforeAll(async () => {
  servers = await Promise.all([1, 2].map((demoVms) => openVms({ demoVms }, process.cwd(), {})));
});

const stop = () => Promise.all(servers.map((vms) => vms.stop()));
afterAll(stop);

describe('demo VMs of two servers', () => {
  it.each(['INVENTORY', 'CERTIFICATE_AUTHORITY'])('have a file %s each', (setting) => {
    const files = servers.map(({ variables }) => variables[setting] ?? '');
    expect(files.filter((file) => existsSync(file))).toHaveLength(2);
    expect(new Set(files).size).toBe(2);
  });

  it('leave nothing behind', async () => {
    await stop();
    expect(servers.filter(({ inventory }) => existsSync(inventory))).toEqual([]);
  });
});
