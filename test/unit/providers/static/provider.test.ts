import { describe, expect, it } from '@jest/globals';
import { AccessUnavailable } from '../../../../lambda/pool/refusals.ts';
import type { Vm } from '../../../../lambda/pool/vm.ts';
import { InventoryInvalid } from '../../../../lambda/providers/inventory/fault.ts';
import { fingerprintOf } from '../../../../lambda/providers/inventory/host-key.ts';
import { sha256Of } from '../../../../lambda/providers/inventory/parse.ts';
import {
  CERTIFICATE_POOL,
  HOST_KEY,
  inventoryText,
  STORED_KEY_POOL,
  vmEntry,
} from '../../../support/providers/inventory.ts';
import {
  loginTo,
  MADE_KEY,
  START_MS,
  START_SEC,
  staticWorld,
  STORED_KEY,
  vmOf,
} from '../../../support/providers/static-world.ts';

const TEXT = inventoryText([vmEntry(), vmEntry({ id: 'vm-02', address: '192.0.2.12' })]);

describe('the inventory', () => {
  it('has the VMs as the store keeps them', async () => {
    const { vms } = await staticWorld(TEXT).provider.inventory();
    expect(vms).toEqual([
      { id: 'vm-01', pool: 'default', ip: '192.0.2.11', port: 22, username: 'tester' },
      { id: 'vm-02', pool: 'default', ip: '192.0.2.12', port: 22, username: 'tester' },
    ]);
  });

  it('says how to confirm its very text, and whether somebody has', async () => {
    const sha256 = sha256Of(TEXT);
    const confirmation = `set confirmed_inventory (CONFIRMED_INVENTORY) to ${sha256}`;
    for (const confirmedInventory of [sha256, sha256Of(`${TEXT} `)]) {
      const { provider } = staticWorld(TEXT, { confirmedInventory });
      const isConfirmed = confirmedInventory === sha256;
      expect(await provider.inventory()).toMatchObject({ isConfirmed, confirmation });
    }
  });

  it('is the last good one, with the fault, while the newest is invalid', async () => {
    const world = staticWorld(TEXT);
    await world.provider.inventory();
    world.text = '{}';
    const { vms, fault, confirmation } = await world.provider.inventory();
    expect(vms).toHaveLength(2);
    expect(fault).toBeInstanceOf(InventoryInvalid);
    expect(confirmation).toContain(sha256Of(TEXT));
  });

  it('that could never be read is thrown, but not by a refresh', async () => {
    const world = staticWorld('{}');
    await expect(world.provider.refresh()).resolves.toBeUndefined();
    await expect(world.provider.inventory()).rejects.toThrow(/^the inventory is invalid: pools is missing; /);
    expect(world.provider.pool('default')).toBeUndefined();
    world.read = async () => Promise.reject(new Error('no answer'));
    await expect(world.provider.inventory()).rejects.toThrow("the inventory can't be read: no answer");
  });

  it('is read with every sync, and by requests once a minute', async () => {
    const world = staticWorld(TEXT);
    for (const call of ['inventory', 'refresh', 'inventory', 'refresh'] as const) await world.provider[call]();
    expect(world.reads).toBe(2);
  });
});

describe('a pool', () => {
  async function poolOf(fields: object) {
    const { provider } = staticWorld(inventoryText([vmEntry()], { default: { ...CERTIFICATE_POOL, ...fields } }));
    await provider.refresh();
    return provider.pool('default');
  }

  it('is known by its name and its aliases', async () => {
    const pool = await poolOf({ aliases: ['debian'], description: 'Debian 12' });
    expect(pool).toMatchObject({ ...CERTIFICATE_POOL, name: 'default', description: 'Debian 12', aliases: ['debian'] });
    const { provider } = staticWorld(inventoryText([], { lab: { ...CERTIFICATE_POOL, aliases: ['old-lab'] } }));
    await provider.refresh();
    expect(provider.pool('old-lab')?.name).toBe('lab');
    expect(provider.pool('toString')).toBeUndefined();
  });

  it.each([
    { fields: {}, lease: { defaultMinutes: 480, maxMinutes: 10_080 } },
    { fields: { leaseMaxMinutes: 60 }, lease: { defaultMinutes: 60, maxMinutes: 60 } },
    { fields: { leaseDefaultMinutes: 30 }, lease: { defaultMinutes: 30, maxMinutes: 10_080 } },
    { fields: { leaseDefaultMinutes: 20_000 }, lease: { defaultMinutes: 10_080, maxMinutes: 10_080 } },
    { fields: { leaseMaxMinutes: 20_000 }, lease: { defaultMinutes: 480, maxMinutes: 20_000 } },
  ])('has its own limits and else those of the settings: $fields', async ({ fields, lease }) => {
    expect(await poolOf(fields)).toMatchObject({ lease });
  });

  it.each([
    { fields: { check: 'banner', reset: 'none' }, checkLimitSec: 5 },
    { fields: { check: 'command', reset: 'none' }, checkLimitSec: 20 },
    { fields: { check: 'none', reset: 'command' }, checkLimitSec: 20 },
    { fields: { checkTimeoutSeconds: 12 }, checkLimitSec: 12 },
  ])('has time for its check: $fields', async ({ fields, checkLimitSec }) => {
    expect(await poolOf(fields)).toMatchObject({ checkLimitSec });
  });
});

it('knows the fingerprints of host keys', async () => {
  const { provider } = staticWorld(TEXT);
  const [first] = (await provider.inventory()).vms as [Vm];
  expect(await provider.hostKeys(first)).toEqual([fingerprintOf(HOST_KEY)]);
  expect(await provider.hostKeys({ ...first, id: 'vm-03' })).toEqual([]);
});

describe('a login by certificate', () => {
  it('is for this VM and this lease, and begins a minute before it was asked for', async () => {
    const world = staticWorld(TEXT);
    expect(await loginTo(world, 'vm-01')).toEqual({
      login: 'certificate',
      certificate: 'ssh-ed25519-cert-v01@openssh.com vm-01',
      certificateExpiresAtSec: START_SEC + 300,
      privateKey: MADE_KEY,
      knownHosts: [`192.0.2.11 ${HOST_KEY}`],
    });
    expect(world.wishes).toEqual([
      {
        publicKey: undefined,
        principal: 'vm-01',
        keyId: 'lease l-1 alice',
        serial: START_MS,
        validAfterSec: START_SEC - 60,
        validBeforeSec: START_SEC + 300,
        extensions: ['permit-pty'],
      },
    ]);
  });

  it('for a key that the holder has needs no private key', async () => {
    const world = staticWorld(TEXT);
    const login = await loginTo(world, 'vm-01', { sshPublicKey: 'ssh-ed25519 AAAA' });
    expect(login).not.toHaveProperty('privateKey');
    expect(world.wishes).toMatchObject([{ publicKey: 'ssh-ed25519 AAAA' }]);
  });

  it('counts from when it was asked for, however long the rest took', async () => {
    const world = staticWorld(TEXT);
    await loginTo(world, 'vm-01', { askedAtMs: START_MS - 30_000 });
    expect(world.wishes).toMatchObject([{ serial: START_MS - 30_000, validBeforeSec: START_SEC + 270 }]);
  });

  it('ends with its lease, and is refused when the lease is over', async () => {
    const world = staticWorld(TEXT);
    const lease = { id: 'l-1', userId: 'alice', vmId: 'vm-01', acquiredAtSec: START_SEC, expiresAtSec: START_SEC + 9 };
    expect(await loginTo(world, 'vm-01', { lease })).toMatchObject({ certificateExpiresAtSec: START_SEC + 9 });
    const over = loginTo(world, 'vm-01', { lease, askedAtMs: (START_SEC + 9) * 1000 });
    await expect(over).rejects.toBeInstanceOf(AccessUnavailable);
  });

  it('permits port forwarding where the pool does', async () => {
    const world = staticWorld(inventoryText([vmEntry()], { default: { ...CERTIFICATE_POOL, portForwarding: true } }));
    await loginTo(world, 'vm-01');
    expect(world.wishes).toMatchObject([{ extensions: ['permit-pty', 'permit-port-forwarding'] }]);
  });

  it.each([
    { what: 'there is no certificate authority', world: () => staticWorld(TEXT, { hasKeys: false }) },
    {
      what: 'its key can not be used',
      world: () => Object.assign(staticWorld(TEXT), { authorityFault: new AccessUnavailable('kms throttles') }),
    },
  ])('is refused, and the lease stands, when $what', async ({ world }) => {
    await expect(loginTo(world(), 'vm-01')).rejects.toBeInstanceOf(AccessUnavailable);
  });

  it('is refused for a VM that has left the inventory, from the next look on', async () => {
    const world = staticWorld(TEXT);
    const vm = await vmOf(world, 'vm-02');
    world.text = inventoryText([vmEntry()]);
    world.nowMs += 60_000;
    const lease = {
      id: 'l-1',
      userId: 'alice',
      vmId: vm.id,
      acquiredAtSec: START_SEC,
      expiresAtSec: START_SEC + 3_600,
    };
    const login = world.provider.open({ vm, lease, askedAtMs: world.nowMs });
    await expect(login).rejects.toMatchObject({
      code: 'access_unavailable',
      why: 'vm-02 or its pool is not in the inventory',
    });
  });
});

describe('a login by stored key', () => {
  const text = inventoryText([vmEntry({ storedKey: 'ssm:/lab/vm-01', port: 2222 })], { default: STORED_KEY_POOL });

  it('is the key, with a warning that others may have it', async () => {
    expect(await loginTo(staticWorld(text), 'vm-01')).toEqual({
      login: 'shared-key',
      privateKey: `${STORED_KEY} of ssm:/lab/vm-01`,
      knownHosts: [`[192.0.2.11]:2222 ${HOST_KEY}`],
    });
  });

  it('is refused when nothing reads keys', async () => {
    await expect(loginTo(staticWorld(text, { hasKeys: false }), 'vm-01')).rejects.toBeInstanceOf(AccessUnavailable);
  });
});
