import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256Of } from '../../lambda/providers/inventory/parse.ts';
import { newHostKey } from '../support/providers/inventory.ts';
import type { InventoryParts, ProblemBody } from '../support/vms/real-service.ts';
import { granted, RealService } from '../support/vms/real-service.ts';

const POOL = { access: 'certificate', check: 'none', reset: 'none' };
const HOST_KEY = newHostKey();
const IDS = ['vm-01', 'vm-02', 'vm-03', 'vm-04'];
const VARIABLES = { METRICS_NAMESPACE: 'test' };

let service: RealService;

beforeEach(async () => {
  service = await RealService.start(() => inventory(IDS), VARIABLES);
  await service.tick();
  expect(await free()).toEqual(IDS);
});

afterEach(async () => {
  await service.stop();
});

function inventory(ids: readonly string[]): InventoryParts {
  const vms = ids.map((id, at) => ({
    id,
    address: `192.0.2.${String(at + 1)}`,
    username: 'tester',
    hostKeys: [HOST_KEY],
  }));
  return { pools: { default: POOL }, vms };
}

async function free(): Promise<string[]> {
  const vms = [...(await service.vms()).values()];
  return vms.filter(({ state }) => state === 'free').map(({ id }) => id);
}

/** What the newest tick has logged. */
async function logged(): Promise<{ fault: string | undefined; metric: unknown }> {
  const before = service.lines.length;
  await service.tick();
  const lines = service.lines.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
  const fault = lines.find(({ level }) => level === 'ERROR') as { message: string; error: Error } | undefined;
  if (fault !== undefined) expect(fault.message).toBe("the inventory can't be used, so the last good one stays");
  return { fault: fault?.error.message, metric: lines.find(({ message }) => message === 'tick')?.InventoryFaults };
}

const TEXT = JSON.stringify(inventory(IDS));
const BROKEN: readonly { inventory: string; text: string; fault: RegExp }[] = [
  { inventory: 'is empty', text: '', fault: /^the inventory is invalid: line 1, column 1: expected a value$/ },
  {
    inventory: 'is cut off',
    text: TEXT.slice(0, 300),
    fault: /^the inventory is invalid: line 1, column \d+: expected /,
  },
  {
    inventory: 'has an unknown field',
    text: TEXT.replace('"username"', '"password":"marked","username"'),
    fault: /^the inventory is invalid: vms\[0\]\.password is not a field here; the fields are /,
  },
  {
    inventory: 'names a pool that is not there',
    text: TEXT.replace('"username"', '"pool":"lab","username"'),
    fault: /^the inventory is invalid: vms\[0\]\.pool must be the name of a pool, not lab; the pools are default$/,
  },
];

describe.each(BROKEN)('an inventory that $inventory', ({ text, fault }) => {
  it('leaves the last good one, and says what is wrong', async () => {
    await service.write(text);
    expect(await logged()).toEqual({ fault: expect.stringMatching(fault), metric: 1 });
    expect(await free()).toEqual(IDS);
    expect((await service.borrow('alice')).vm.login).toBe('certificate');
    expect(service.lines.join('\n')).not.toContain('marked');
    await service.write(inventory([...IDS, 'vm-05']));
    expect(await logged()).toEqual({ fault: undefined, metric: 0 });
    expect([...(await service.vms()).keys()]).toContain('vm-05');
  });
});

describe('an inventory that has vanished', () => {
  it('leaves the last good one, and says where it should be', async () => {
    const file = path.join(service.folder, 'vms.json');
    await rm(file);
    expect(await logged()).toEqual({
      fault: expect.stringMatching(/^the inventory can't be read: /),
      metric: 1,
    });
    expect((await service.borrow('alice')).vm.login).toBe('certificate');
  });
});

describe('an inventory that was never good', () => {
  it('lends nothing, says so, and lends as soon as it is mended', async () => {
    const { folder } = service;
    await service.stop();
    service = await RealService.start(() => ({ pools: {}, vms: [{ id: 'vm-01' }] }), VARIABLES);
    expect(folder).not.toBe(service.folder);
    expect(await service.call<ProblemBody>('POST /getvm', { userid: 'alice' })).toMatchObject({
      status: 404,
      body: { code: 'unknown_pool', detail: 'there is no pool default; the service knows no VM yet' },
    });
    expect(await service.call('GET /pool')).toMatchObject({ status: 200, body: { pools: {} } });
    await expect(service.tick()).rejects.toThrow('vms[0].address is missing');
    await service.write(inventory(IDS));
    await service.tick();
    await service.tick();
    expect(await free()).toEqual(IDS);
  });
});

describe('an inventory that lacks most of a pool', () => {
  const rest = inventory(IDS.slice(0, 1));
  const sha256 = sha256Of(JSON.stringify(rest));

  it('is refused until CONFIRMED_INVENTORY names it', async () => {
    await service.write(rest);
    const refusal =
      'the inventory would remove 3 of the 4 VMs of the pool default, so nothing was changed; if that is right, ' +
      `set confirmed_inventory (CONFIRMED_INVENTORY) to ${sha256}`;
    expect(await logged()).toEqual({ fault: refusal, metric: 1 });
    expect(await free()).toEqual(IDS);
    for (const [CONFIRMED_INVENTORY, left] of [
      [sha256Of('another'), IDS],
      [sha256, IDS.slice(0, 1)],
    ] as const) {
      const { store } = service;
      await service.stop();
      service = await RealService.start(() => rest, { ...VARIABLES, CONFIRMED_INVENTORY }, store);
      expect(await free()).toEqual(left);
    }
    expect(await logged()).toEqual({ fault: undefined, metric: 0 });
  });

  it('still lets everybody log in to the VMs that it lacks', async () => {
    await service.write(rest);
    await service.tick();
    for (const userid of ['alice', 'bob', 'carol', 'dave']) {
      expect(await service.borrow(userid)).toMatchObject({ vm: { login: 'certificate' } });
      expect(granted(await service.call('POST /connectvm', { userid })).vm).toHaveProperty('certificate');
    }
  });
});

describe('a VM that has left the inventory', () => {
  it('stays with its user, but opens no more, and is gone when it is given back', async () => {
    const { vm } = await service.borrow('alice');
    await service.write(inventory(IDS.filter((id) => id !== vm.id)));
    await service.tick();
    expect(await service.call<ProblemBody>('POST /connectvm', { userid: 'alice' })).toMatchObject({
      status: 503,
      body: {
        code: 'access_unavailable',
        detail: expect.stringContaining(`${vm.id} or its pool is not in the inventory`),
      },
    });
    expect(await service.vm(vm.id)).toMatchObject({ state: 'leased' });
    await service.release('alice');
    expect([...(await service.vms()).keys()]).not.toContain(vm.id);
  });
});
