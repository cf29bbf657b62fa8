import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InventoryInvalid } from '../../../lambda/providers/inventory/fault.ts';
import { parseInventory } from '../../../lambda/providers/inventory/parse.ts';
import {
  CERTIFICATE_POOL,
  HOST_KEY,
  inventoryText,
  newHostKey,
  STORED_KEY_POOL,
  vmEntry,
} from '../../support/providers/inventory.ts';

const example = readFileSync(new URL('../../../terraform/examples/static-inventory/vms.json', import.meta.url), 'utf8');

/** What is wrong with an inventory; anything else that is thrown fails the test. */
function faultsOf(text: string, hasEc2?: boolean): readonly string[] {
  try {
    parseInventory(text, hasEc2);
    return [];
  } catch (error) {
    if (error instanceof InventoryInvalid) return error.faults;
    throw error;
  }
}

/** Faults of one pool with these fields changed. */
function poolFaults(fields: object, vms: readonly object[] = []): readonly string[] {
  return faultsOf(inventoryText(vms, { default: { ...CERTIFICATE_POOL, ...fields } }));
}

/** Faults of one VM with these fields changed. */
function vmFaults(fields: object, pool: object = CERTIFICATE_POOL): readonly string[] {
  return faultsOf(inventoryText([vmEntry(fields)], { default: pool }));
}

describe('an inventory', () => {
  it('is read with the defaults filled in', () => {
    expect(parseInventory(inventoryText([vmEntry()]))).toEqual({
      pools: { default: CERTIFICATE_POOL },
      vms: [{ ...vmEntry(), pool: 'default', port: 22 }],
    });
  });

  it('may begin with a byte-order mark', () => {
    expect(faultsOf(`\uFEFF${inventoryText([vmEntry()])}`)).toEqual([]);
  });

  it('is right in the example', () => {
    expect(faultsOf(example)).toEqual([]);
  });

  it('may have no VM', () => {
    expect(faultsOf(inventoryText([]))).toEqual([]);
  });

  it('has every fault named at once', () => {
    const pools = { default: { access: 'cert', check: 'none', reset: 'none', hostkeys: 1, zone: 2 }, 'a b': {} };
    const vms = [{}, vmEntry({ hostKeys: ['x'], privateKey: 'y' }), vmEntry({ id: 'vm-02', pool: 'lab' })];
    expect(faultsOf(JSON.stringify({ pools, vms, extra: 1 }))).toEqual([
      'pools.default.access must be one of "certificate", "stored-key", "instance-connect", "session-manager"',
      expect.stringMatching(
        /^pools[.]default[.]hostkeys is not a field here; the fields are [$]comment, description, /,
      ),
      expect.stringMatching(/^pools[.]default[.]zone is not a field here; /),
      expect.stringMatching(/^pools\["a b"\] must be the name of a pool/),
      expect.stringMatching(/^pools\["a b"\][.]access is missing; it must be one of /),
      expect.stringMatching(/^pools\["a b"\][.]check is missing; it must be one of /),
      expect.stringMatching(/^pools\["a b"\][.]reset is missing; it must be one of /),
      expect.stringMatching(/^vms\[0\][.]id is missing; it must be the id of a VM/),
      expect.stringMatching(/^vms\[0\][.]address is missing; it must be an IPv4 or IPv6 address or a DNS name$/),
      expect.stringMatching(/^vms\[0\][.]username is missing; it must be a login name/),
      expect.stringMatching(/^vms\[0\][.]hostKeys is missing; it must be a list of 1 to 10 public host keys$/),
      expect.stringMatching(/^vms\[1\][.]hostKeys\[0\] must be a public host key such as /),
      expect.stringMatching(/^vms\[1\][.]privateKey is not a field here; /),
      expect.stringMatching(/^extra is not a field here; the fields are [$]schema, [$]comment, pools, vms$/),
      'vms[2].pool must be the name of a pool, not lab; the pools are default',
    ]);
  });

  it.each([
    { what: 'a number', text: '5', faults: ['the inventory must be an object with pools and vms'] },
    {
      what: 'an empty object',
      text: '{}',
      faults: ['pools is missing; it must be an object with a pool for each name'],
    },
    {
      what: 'pools in a list, which blames no VM for it',
      text: JSON.stringify({ pools: [], vms: [vmEntry()] }),
      faults: ['pools must be an object with a pool for each name'],
    },
    { what: 'no JSON', text: 'pools:', faults: ['line 1, column 1: expected a value'] },
    {
      what: 'too much text',
      text: ' '.repeat(8_000_001),
      faults: ['the inventory must be at most 8000000 characters long'],
    },
  ])('is refused when it is $what', ({ text, faults }) => {
    expect(faultsOf(text)).toEqual(faults);
  });

  it('never has a value in its faults, since somebody may have put a key there', () => {
    const secret = 'marked-0xDEADBEEF';
    const faulty = [{ privateKey: secret }, { storedKey: secret }, { hostKeys: [secret] }, { username: `-${secret}` }];
    const texts = [
      ...faulty.map((fields) => inventoryText([vmEntry(fields)])),
      `{"vms": ${secret}`,
      `{"vms": "${secret}`,
    ];
    for (const text of texts) {
      const faults = faultsOf(text).join();
      expect(faults).not.toBe('');
      expect(faults).not.toContain(secret);
    }
  });

  it('may have 10,000 VMs', () => {
    const vms = Array.from({ length: 10_000 }, (_, n) =>
      vmEntry({ id: `vm-${n}`, address: `10.0.${n >> 8}.${n & 255}` }),
    );
    expect(parseInventory(inventoryText(vms)).vms).toHaveLength(10_000);
  });

  it('throws nothing but its faults, whatever the text', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constantFrom('certificate', 'none', 'default', HOST_KEY, 22, 'ssm:/x'));
    const record = (...names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), part);
    const pool = record('access', 'check', 'reset', 'aliases', 'leaseMaxMinutes', 'more');
    const vm = record('id', 'pool', 'address', 'port', 'username', 'hostKeys', 'storedKey');
    const document = fc.record({
      pools: fc.oneof(part, fc.dictionary(fc.string(), pool)),
      vms: fc.oneof(part, fc.array(fc.oneof(part, vm.map(vmEntry)))),
    });
    const texts = fc.oneof(
      document.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        for (const fault of faultsOf(text)) expect(fault).toMatch(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a pool', () => {
  it.each([
    { leaseDefaultMinutes: 60, leaseMaxMinutes: 30 },
    { leaseDefaultMinutes: 31, leaseMaxMinutes: 30 },
  ])('has a default of at most its longest lease: $leaseDefaultMinutes, $leaseMaxMinutes', (limits) => {
    expect(poolFaults(limits)).toEqual(['pools.default.leaseDefaultMinutes must not be more than leaseMaxMinutes']);
    expect(poolFaults({ ...limits, leaseDefaultMinutes: limits.leaseMaxMinutes })).toEqual([]);
  });

  it('runs commands only where its VMs trust certificates', () => {
    const why = 'must not be "command" where access is "stored-key": only VMs that trust certificates can run it';
    expect(poolFaults({ access: 'stored-key' })).toEqual([`pools.default.check ${why}`, `pools.default.reset ${why}`]);
    expect(poolFaults({ access: 'stored-key', check: 'banner', reset: 'none' })).toEqual([]);
  });

  it.each([
    { field: 'access', pool: { access: 'instance-connect', check: 'host-key', reset: 'none' } },
    { field: 'access', pool: { access: 'session-manager', check: 'none', reset: 'none' } },
    { field: 'reset', pool: { reset: 'reboot' } },
    { field: 'reset', pool: { reset: 'replace-root-volume' } },
  ])('has what only EC2 can do only with ec2: $pool', ({ field, pool }) => {
    const fault = expect.stringMatching(
      new RegExp(`^pools[.]default[.]${field} must not be "[a-z-]+" without ec2: it needs EC2 instances$`),
    );
    expect(poolFaults(pool)).toEqual([fault]);
    expect(poolFaults({ ...pool, ec2: { username: 'ubuntu' } })).toEqual([]);
  });

  it('has aliases that nothing else is named by', () => {
    const pools = {
      default: { ...CERTIFICATE_POOL, aliases: ['debian', 'lab', 'default'] },
      lab: { ...CERTIFICATE_POOL, aliases: ['debian', 'other'] },
    };
    expect(faultsOf(inventoryText([], pools))).toEqual([
      'pools.default.aliases[1] must be a new name; lab is a pool already',
      'pools.default.aliases[2] must be a new name; default is a pool already',
      'pools.lab.aliases[0] must be a new name; debian is an alias of default already',
    ]);
  });

  it.each([
    { fields: { leaseMaxMinutes: 0 } },
    { fields: { leaseDefaultMinutes: 1.5 } },
    { fields: { checkTimeoutSeconds: 21 } },
    { fields: { checkTimeoutSeconds: '5' } },
    { fields: { description: 'two\nlines' } },
    { fields: { portForwarding: 'yes' } },
    { fields: { aliases: ['a b'] } },
    { fields: { aliases: 'debian' } },
  ])('is refused with $fields', ({ fields }) => {
    const faults = poolFaults(fields);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^pools[.]default[.]${Object.keys(fields)[0]}(\\[0\\])? must be `));
  });
});

describe('a pool of EC2 instances', () => {
  const ec2 = { username: 'ubuntu' };

  it('has the defaults filled in', () => {
    const text = inventoryText([], { lab: { ...CERTIFICATE_POOL, ec2 } });
    expect(parseInventory(text).pools.lab?.ec2).toEqual({
      address: 'private-ip',
      username: 'ubuntu',
      port: 22,
      hostKeys: 'console',
    });
  });

  it.each([
    { why: 'stored keys', pool: { access: 'stored-key', check: 'host-key', reset: 'none' }, place: 'access' },
    { why: 'a check of what no port shows', pool: { access: 'session-manager', check: 'banner' }, place: 'check' },
    { why: 'an unproved host key', pool: { check: 'banner' }, place: 'check' },
    { why: 'an unproved host key', pool: { access: 'instance-connect', check: 'none' }, place: 'check' },
    { why: 'a cleaner it can not reach', pool: { access: 'instance-connect', check: 'command' }, place: 'check' },
    {
      why: 'a cleaner it can not reach',
      pool: { access: 'instance-connect', check: 'host-key', reset: 'reboot' },
      place: 'reset',
    },
    { why: 'idle minutes though all run', pool: { ec2: { ...ec2, idleMinutes: 5 } }, place: 'ec2.idleMinutes' },
    { why: 'root beside the cleaner', pool: { reset: 'reboot', ec2: { username: 'root' } }, place: 'ec2.username' },
  ])('has no $why: $pool', ({ pool, place }) => {
    const faults = poolFaults({ reset: 'none', ec2, ...pool });
    expect(faults).toEqual([expect.stringMatching(`^pools[.]default[.]${place} (must( not)? be|needs) `)]);
  });

  it('may name the host keys of its AMI, and then needs no check that proves them', () => {
    const pool = { check: 'none', reset: 'replace-root-volume', ec2: { ...ec2, hostKeys: [HOST_KEY] } };
    expect(poolFaults(pool)).toEqual([]);
  });

  it('has no VM in the list', () => {
    expect(poolFaults({ ec2 }, [vmEntry()])).toEqual([
      'vms[0].pool must be a pool without ec2: the VMs of this one are EC2 instances, which are found by their tags',
    ]);
  });

  it('is a fault where the service finds no instances, with what to do about it', () => {
    const text = inventoryText([], { lab: { ...CERTIFICATE_POOL, ec2 } });
    expect(faultsOf(text, false)).toEqual([
      'pools.lab.ec2 needs vm_provider = "ec2" (PROVIDER=ec2); ' +
        'without it remove ec2, and list the VMs of the pool in vms',
    ]);
    expect(faultsOf(text, true)).toEqual([]);
  });

  it.each([
    { field: 'cron', schedule: { changes: [{ cron: '0 25 * * *', minRunning: 1 }] }, place: 'changes[0].cron' },
    { field: 'timezone', schedule: { timezone: 'Mars/Base', changes: [{ cron: '0 8 * * 1-5', minRunning: 1 }] } },
    {
      field: 'minRunning',
      schedule: { changes: [{ cron: '0 8 * * *', minRunning: -1 }] },
      place: 'changes[0].minRunning',
    },
  ])('is refused with a wrong $field in its schedule', ({ field, schedule, place = field }) => {
    const faults = poolFaults({ ec2: { ...ec2, schedule } });
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(`pools.default.ec2.schedule.${place} must be `)).toBe(true);
  });
});

describe('a VM', () => {
  it.each(['192.0.2.11', '2001:db8::1', 'vm-01', 'vm_01.lab.example.com', 'VM.example.com.'])(
    'may be at %s',
    (address) => {
      expect(vmFaults({ address })).toEqual([]);
    },
  );

  it.each([
    '192.0.2.300',
    '192.0.2',
    '-oProxyCommand=x',
    'a b',
    'http://vm',
    'vm:22',
    '[::1]',
    'fe80::1%eth0',
    '',
    '.',
  ])('is not at "%s"', (address) => {
    expect(vmFaults({ address })).toEqual(['vms[0].address must be an IPv4 or IPv6 address or a DNS name']);
  });

  it('has an id, and an address with its port, that no other VM has', () => {
    const vms = [
      vmEntry({ address: '2001:db8::1' }),
      vmEntry({ address: '2001:db8:0::1' }),
      vmEntry({ id: 'vm-03', address: '2001:db8::1', port: 2222 }),
      vmEntry({ id: 'vm-04', address: 'vm.example.com' }),
      vmEntry({ id: 'vm-05', address: 'VM.example.com.' }),
    ];
    expect(faultsOf(inventoryText(vms))).toEqual([
      'vms[1].id must be of this VM only; vms[0] has the same',
      'vms[1].address must be of this VM only; vms[0] has the same',
      'vms[4].address must be of this VM only; vms[3] has the same',
    ]);
  });

  it('has a stored key exactly where its pool wants one', () => {
    expect(vmFaults({}, STORED_KEY_POOL)).toEqual([
      'vms[0].storedKey must be there, since the access of its pool is "stored-key"',
    ]);
    expect(vmFaults({ storedKey: 'ssm:/lab/vm-01' })).toEqual([
      'vms[0].storedKey must be absent, since the access of its pool is "certificate"',
    ]);
  });

  it.each([
    'ssm:/lab/vm-01',
    'ssm:arn:aws:ssm:eu-central-1:123456789012:parameter/lab/vm-01',
    'secretsmanager:lab/vm-01',
    'secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:lab/vm-01-AbCdEf',
  ])('may have its key at %s', (storedKey) => {
    expect(vmFaults({ storedKey }, STORED_KEY_POOL)).toEqual([]);
  });

  it('is in a pool that there is', () => {
    expect(faultsOf(inventoryText([vmEntry()], { lab: { ...CERTIFICATE_POOL, aliases: ['default'] } }))).toEqual([
      'vms[0].pool must be the name of a pool, not default; the pools are lab',
    ]);
  });

  it('never repeats what can be no name, such as a key in the wrong place', () => {
    const faults = faultsOf(inventoryText([vmEntry()], { [`MARKED ${'x'.repeat(90)} SECRET`]: CERTIFICATE_POOL }));
    expect(faults).toContain('vms[0].pool must be the name of a pool, not default; there is none');
    expect(faults.join()).not.toContain('SECRET');
  });

  it('lets nobody log in as root where the cleaner does', () => {
    expect(vmFaults({ username: 'root' })).toEqual([
      expect.stringMatching(/^vms\[0\][.]username must not be root where/),
    ]);
    expect(vmFaults({ username: 'root' }, { access: 'certificate', check: 'banner', reset: 'none' })).toEqual([]);
  });

  it.each([
    { fields: { id: 'a/b' } },
    { fields: { port: 0 } },
    { fields: { port: 65_536 } },
    { fields: { username: '-l' } },
    { fields: { hostKeys: [] } },
    { fields: { hostKeys: Array.from({ length: 11 }, newHostKey) } },
    { fields: { pool: '' } },
  ])('is refused with $fields', ({ fields }) => {
    const faults = vmFaults(fields);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^vms\\[0\\][.]${Object.keys(fields)[0]} must be `));
  });
});
