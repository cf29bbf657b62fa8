import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenVms } from '../../scripts/lib/server/vms.ts';
import { openVms } from '../../scripts/lib/server/vms.ts';

let servers: OpenVms[] = [];

beforeAll(async () => {
  servers = await Promise.all([1, 2].map((demoVms) => openVms({ demoVms }, process.cwd(), {})));
});

const stop = () => Promise.all(servers.map((vms) => vms.stop()));
afterAll(stop);

describe('the inventory that npm start names', () => {
  it.each([
    { file: '/nonexistent/vms.json', says: /vms[.]json can't be read \(ENOENT\)/ },
    { file: '/', says: /can't be read \(EISDIR\)/ },
    { file: 'package.json', says: /is invalid\n {2}pools is missing; .*\n {2}vms is missing; / },
  ])('must be one: $file', async ({ file, says }) => {
    await expect(openVms({ inventory: file }, process.cwd(), {})).rejects.toThrow(says);
  });
});

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
