import { describe, expect, it } from '@jest/globals';
import { fingerprintOf } from '../../../../lambda/providers/inventory/host-key.ts';
import { sha256Of } from '../../../../lambda/providers/inventory/parse.ts';
import { checked, ec2World, opened, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import { consoleOf } from '../../../support/providers/fake-ec2.ts';
import {
  CERTIFICATE_POOL,
  HOST_KEY,
  inventoryText,
  newHostKey,
  vmEntry,
} from '../../../support/providers/inventory.ts';

const EC2 = { username: 'ubuntu' };
const LAB = { ...CERTIFICATE_POOL, ec2: EC2 };
const TEXT = inventoryText([vmEntry()], { default: CERTIFICATE_POOL, lab: LAB });

/** A world with three instances in the pool lab. */
function worldOf(text = TEXT, confirmed?: string) {
  const world = ec2World(text, confirmed);
  for (const id of ['i-03', 'i-01', 'i-02']) world.ec2.add(id, { [TAGS.pool]: 'lab' });
  return world;
}

/** Of the document, and the sorted ids of the instances. */
function confirmationOf(text: string, ...ids: readonly string[]): string {
  return sha256Of([sha256Of(text), ...ids].join('\n'));
}

async function idsIn({ provider }: ReturnType<typeof ec2World>) {
  return (await provider.inventory()).vms.map(({ id }) => id).sort();
}

describe('the inventory', () => {
  it('has the VMs that it lists and the instances that are tagged, side by side', async () => {
    const { vms } = await worldOf().provider.inventory();
    expect(vms).toContainEqual({ id: 'vm-01', pool: 'default', ip: '192.0.2.11', port: 22, username: 'tester' });
    expect(vms).toContainEqual({ id: 'i-01', pool: 'lab', ip: '10.0.0.2', port: 22, username: 'ubuntu' });
    expect(vms).toHaveLength(4);
  });

  it('names its document and its instances together, so that an operator confirms both', async () => {
    const sha256 = confirmationOf(TEXT, 'i-01', 'i-02', 'i-03');
    const { confirmation, isConfirmed } = await worldOf(TEXT, sha256).provider.inventory();
    expect(confirmation).toBe(`set confirmed_inventory (CONFIRMED_INVENTORY) to ${sha256}`);
    expect(isConfirmed).toBe(true);
    expect(await worldOf(TEXT, sha256Of(TEXT)).provider.inventory()).toMatchObject({ isConfirmed: false });
  });

  it('without instances is named by its document alone', async () => {
    const { provider } = ec2World(TEXT, sha256Of(TEXT));
    expect(await provider.inventory()).toMatchObject({ isConfirmed: true });
  });

  it('is thrown while the instances can not be read and never could', async () => {
    const world = worldOf();
    world.ec2.fail('tagged', 'UnauthorizedOperation', 403);
    await expect(world.provider.inventory()).rejects.toThrow('UnauthorizedOperation');
    expect(await idsIn(world)).toHaveLength(4);
  });

  it('joins what is wrong with the document and with instances, and keeps the others', async () => {
    const world = worldOf();
    await world.provider.inventory();
    world.text = '{}';
    world.ec2.get('i-02').tags = { [TAGS.pool]: 'lab', [TAGS.port]: 'ssh' };
    const { fault, vms } = await world.provider.inventory();
    expect(fault?.message).toMatch(
      /^the inventory is invalid: pools is missing; .*; instance i-02: its tag vm-pool:port must /,
    );
    expect(vms.map(({ id }) => id).sort()).toEqual(['i-01', 'i-03', 'vm-01']);
  });

  it.each(['its id', 'its address'])('leaves out an instance of which the inventory lists %s', async (what) => {
    const world = worldOf();
    const { ip } = await vmIn(world, 'i-02');
    const twin = vmEntry(what === 'its id' ? { id: 'i-02' } : { address: ip });
    world.text = inventoryText([twin], { default: CERTIFICATE_POOL, lab: LAB });
    const { vms, fault } = await world.provider.inventory();
    expect(vms.filter((vm) => vm.id === 'i-02' || vm.ip === ip)).toHaveLength(1);
    expect(fault?.message).toBe('instance i-02: vms of the inventory has its id or address');
  });

  it('has a fault of EC2 alone, and keeps the last instances, while they can not be read', async () => {
    const world = worldOf();
    await world.provider.inventory();
    world.ec2.fail('tagged', 'RequestLimitExceeded', 503);
    const { fault, vms } = await world.provider.inventory();
    expect(fault?.message).toContain('RequestLimitExceeded');
    expect(vms).toHaveLength(4);
  });
});

describe('an inventory that drops a pool of instances', () => {
  const LESS = inventoryText([vmEntry()]);

  it('changes nothing before it is confirmed', async () => {
    const world = worldOf();
    await world.provider.inventory();
    world.text = LESS;
    const { vms, confirmation } = await world.provider.inventory();
    expect(vms.map(({ id }) => id)).toEqual(['vm-01']);
    expect(confirmation).toContain(sha256Of(LESS));
    expect(world.provider.pool('lab')).toMatchObject({ name: 'lab' });
    await world.provider.inventory();
    expect(world.provider.pool('lab')).toMatchObject({ name: 'lab' });
  });

  it('holds once it is confirmed, and then its instances are of no pool', async () => {
    const world = worldOf(TEXT, sha256Of(LESS));
    await world.provider.inventory();
    world.text = LESS;
    await world.provider.inventory();
    expect(world.provider.pool('lab')).toBeUndefined();
    expect(await idsIn(world)).toEqual(['vm-01']);
  });

  it('holds at once where it has no instances', async () => {
    const world = ec2World(TEXT);
    await world.provider.inventory();
    world.text = LESS;
    await world.provider.inventory();
    expect(world.provider.pool('lab')).toBeUndefined();
  });
});

describe('pools', () => {
  it('are those of the inventory, with what EC2 needs to know', async () => {
    const { provider } = worldOf(
      inventoryText([], { lab: { ...LAB, aliases: ['old'], ec2: { ...EC2, minRunning: 2 } } }),
    );
    await provider.inventory();
    const power = { minRunning: 2, idleMinutes: 15 };
    expect(provider.pool('old')).toMatchObject({ name: 'lab', areFound: true, power, checkLimitSec: 20 });
  });

  it('are searched by name, not by alias, and not at all without ec2', async () => {
    const world = worldOf(inventoryText([], { default: CERTIFICATE_POOL, lab: { ...LAB, aliases: ['old'] } }));
    world.ec2.add('i-04', { [TAGS.pool]: 'old' });
    world.ec2.add('i-05', { [TAGS.pool]: 'default' });
    expect(await idsIn(world)).toEqual(['i-01', 'i-02', 'i-03']);
    expect(world.ec2.calls).toEqual(['tagged lab']);
  });
});

describe('host keys', () => {
  const ami = { ...LAB, ec2: { ...EC2, hostKeys: [HOST_KEY] } };
  const text = inventoryText([vmEntry()], { default: CERTIFICATE_POOL, lab: LAB, ami });
  const fingerprints = [fingerprintOf(HOST_KEY)];

  it.each([
    { id: 'vm-01', whose: 'the inventory' },
    { id: 'i-09', whose: 'the AMI of its pool' },
  ])('of $id are those of $whose, without a call of EC2', async ({ id }) => {
    const world = worldOf(text);
    world.ec2.add('i-09', { [TAGS.pool]: 'ami' }, { console: consoleOf([newHostKey()]) });
    expect(await world.provider.hostKeys(await vmIn(world, id))).toEqual(fingerprints);
    expect(world.ec2.calls).toEqual(['tagged lab,ami']);
  });

  it('of other instances are those on the console now, not those that a check has learnt', async () => {
    const world = worldOf(text);
    const vm = { ...(await vmIn(world, 'i-01')), hostKeys: [newHostKey()] };
    world.ec2.get('i-01').console = consoleOf([HOST_KEY]);
    expect(await world.provider.hostKeys(vm)).toEqual(fingerprints);
  });

  it('are none while EC2 shows no console, and an error while it can not be asked', async () => {
    const world = worldOf(text);
    const vm = await vmIn(world, 'i-01');
    world.ec2.fail('consoleOutput', 'RequestLimitExceeded', 503);
    await expect(world.provider.hostKeys(vm)).rejects.toThrow('RequestLimitExceeded');
    world.ec2.instances.delete('i-01');
    expect(await world.provider.hostKeys(vm)).toEqual([]);
  });
});

describe('VMs that the inventory lists', () => {
  it('are opened and checked beside the instances, without a call of EC2', async () => {
    const world = worldOf();
    const vm = (await world.provider.inventory()).vms.find(({ id }) => id === 'vm-01');
    if (vm === undefined) throw new Error('there is no vm-01');
    expect(await opened(world, vm)).toMatchObject({ login: { login: 'certificate' } });
    expect(await checked(world, { vm })).toEqual({ passed: true });
    expect(world.ec2.calls).toEqual(['tagged lab']);
  });
});
