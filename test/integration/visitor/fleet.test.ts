import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { visit } from '../../../lambda/visitor/visit.ts';
import type { ServerFacts } from '../../../scripts/lib/vms/inventory.ts';
import { inventoryOf } from '../../../scripts/lib/vms/inventory.ts';
import { SshdFleet } from '../../support/vms/sshd-fleet.ts';

let fleet: SshdFleet;

beforeAll(async () => {
  fleet = await SshdFleet.start({ count: 3 });
});

afterAll(async () => {
  await fleet.stop();
});

/** Waits until a program has ended, and fails if it goes on. */
async function ended(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    // What is left of a program that nobody has waited for.
    if (/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))) return true;
    await sleep(50);
  }
  return false;
}

describe('a fleet of SSH servers', () => {
  it('has an id, a port and a host key a VM', () => {
    expect(fleet.vms.map(({ id }) => id)).toEqual(['vm-01', 'vm-02', 'vm-03']);
    expect(new Set(fleet.vms.map(({ port }) => port)).size).toBe(3);
    expect(new Set(fleet.vms.flatMap(({ hostKeys }) => hostKeys)).size).toBe(3);
  });

  it('has an inventory, by which each VM is found', async () => {
    const { vms } = inventoryOf(fleet.vms) as { vms: ServerFacts[] };
    expect(vms).toHaveLength(3);
    for (const { id, address: ip, port, hostKeys } of JSON.parse(JSON.stringify(vms)) as ServerFacts[]) {
      const report = await visit({ vm: { id, ip, port }, kind: 'host-key', hostKeys, limitMs: 20_000 });
      expect(report).toEqual({ ok: true });
    }
  });

  it('ends what a session runs with its server', async () => {
    const server = await fleet.add({ id: 'vm-busy' });
    const { id, address: ip, port, hostKeys, username } = server;
    const key = await fleet.authority.certify({ principals: [id] });
    const command = 'trap "" HUP TERM; sleep 600; true';
    const wish = { vm: { id, ip, port }, kind: 'command', hostKeys, limitMs: 20_000 } as const;
    const session = visit({
      ...wish,
      login: { username, command: `echo $$ >${server.logFile}.pid; ${command}`, ...key },
    });
    let pid = NaN;
    while (Number.isNaN(pid)) {
      await sleep(50);
      pid = parseInt(await readFile(`${server.logFile}.pid`, 'utf8').catch(() => ''), 10);
    }
    await server.stop();
    expect(await session).toMatchObject({ ok: false });
    expect(await ended(pid)).toBe(true);
  });

  it('says why a server does not start', async () => {
    const [taken] = fleet.vms;
    const port = taken?.port ?? 0;
    await expect(fleet.add({ id: 'vm-late', port })).rejects.toThrow(/Address already in use/);
    await expect(fleet.add({ id: 'vm-wrong', config: ['Nonsense yes'] })).rejects.toThrow(
      /Bad configuration option: Nonsense/,
    );
  });
});
