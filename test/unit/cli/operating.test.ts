import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { OPERATOR } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { someVms } from '../../support/pool/lending.ts';
import { envOf, vmPool } from './command-line.ts';

describe('vm-pool of an operator', () => {
  let served: ServedApi;
  let world: Partial<World>;

  beforeAll(async () => {
    served = await serveApi(someVms(450));
    world = { env: { ...envOf(served), VM_POOL_OPERATOR: OPERATOR }, clock: served.clock.read };
    await vmPool('get', world);
  });
  afterAll(() => served.close());

  it('vms lists all VMs, however many pages they are', async () => {
    const { stdout } = await vmPool('vms --json', world);
    expect((JSON.parse(stdout) as { vms: unknown[] }).vms).toHaveLength(450);
  });

  it('vms picks by state, and stops at a limit', async () => {
    expect((await vmPool('vms --state leased', world)).stdout).toBe(
      ['VM     pool     state   user   due     failures  reason', 'vm-01  default  leased  alice  in 8 h', ''].join(
        '\n',
      ),
    );
    const { stdout } = await vmPool('vms --limit 3 --json', world);
    expect((JSON.parse(stdout) as { vms: unknown[] }).vms).toHaveLength(3);
    expect((await vmPool('vms --pool nope', world)).stdout).toBe('no VM\n');
  });

  it('gives each order with its reason', async () => {
    const told = async (...words: string[]) => (await vmPool([...words, '--reason', 'new disk'], world)).stdout;
    expect(await told('drain', 'vm-02')).toMatch(/vm-02 +default +drained +new disk/);
    expect(await told('return', 'vm-02')).toMatch(/vm-02 +default +free/);
    expect(await told('quarantine', 'vm-03')).toMatch(/vm-03 +default +quarantined +new disk/);
    expect(await told('force-release', 'vm-01')).toMatch(/vm-01 +default +(free|checking)/);
  });

  it('events lists what happened to a VM, or to the user', async () => {
    const { stdout } = await vmPool('events vm-03 --limit 1', world);
    expect(stdout.split('\n')[1]).toMatch(/^2026-11-21T\S+ +vm-03 +quarantined +free → quarantined +ops +new disk$/);
    const { stdout: json } = await vmPool('events --json', world);
    expect((JSON.parse(json) as { events: { userid: string }[] }).events.map(({ userid }) => userid)).toContain(
      'alice',
    );
  });

  it('asks whose events are meant, and why an order is given', async () => {
    const nobody = { ...world, env: { VM_POOL_URL: served.url } };
    expect(await vmPool('events', nobody)).toMatchObject({ code: 2 });
    const { code, stderr } = await vmPool('drain vm-04', world);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("'-r, --reason <text>'") });
  });

  it('says how one becomes an operator', async () => {
    const { code, stderr } = await vmPool('vms', { ...world, env: envOf(served) });
    expect(code).toBe(5);
    expect(stderr).toContain('--operator NAME');
  });
});
