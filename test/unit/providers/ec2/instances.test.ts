import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as v from 'valibot';
import type { Instance } from '../../../../lambda/aws/ec2.ts';
import { AwsError } from '../../../../lambda/aws/error.ts';
import { confirmationOf } from '../../../../lambda/providers/ec2/confirmation.ts';
import { Instances } from '../../../../lambda/providers/ec2/instances.ts';
import { ec2Pool } from '../../../../lambda/providers/inventory/ec2-pool.ts';
import type { Pool } from '../../../../lambda/providers/inventory/lent-vms.ts';

const TAGS = { pool: 'vm-pool:pool', port: 'vm-pool:port', user: 'vm-pool:user' };
const THROTTLED = new AwsError('ec2', 'RequestLimitExceeded', 503);

function instance(overrides: Partial<Instance> = {}): Instance {
  return {
    id: 'i-01',
    state: 'running',
    privateIp: '10.0.0.11',
    publicIp: '192.0.2.11',
    privateDns: 'ip-10-0-0-11.ec2.internal',
    publicDns: 'ec2-192-0-2-11.compute-1.amazonaws.com',
    launchedAtMs: 1_000,
    tags: { [TAGS.pool]: 'lab' },
    ...overrides,
  };
}

function tagged(tags: Readonly<Record<string, string>>): Partial<Instance> {
  return { tags: { [TAGS.pool]: 'lab', ...tags } };
}

function pool(name = 'lab', ec2: object = {}): Pool {
  return {
    name,
    aliases: ['alias'],
    lease: { defaultMinutes: 60, maxMinutes: 600 },
    access: 'certificate',
    check: 'host-key',
    reset: 'none',
    checkLimitSec: 5,
    portForwarding: false,
    ec2: v.parse(ec2Pool, { username: 'borrower', ...ec2 }),
  };
}

/** An EC2 whose instances, faults and clock a test owns. */
function world(...first: readonly Instance[]) {
  const state = {
    instances: first,
    fault: undefined as Error | undefined,
    nowMs: 1_000_000,
    asked: [] as (readonly unknown[])[],
  };
  const answered = async <Answer>(question: readonly unknown[], answer: Answer): Promise<Answer> => {
    state.asked.push(question);
    if (state.fault !== undefined) throw state.fault;
    return answer;
  };
  const ec2 = {
    tagged: (key: string, values: readonly string[]) => answered([key, ...values], state.instances),
    instance: (id: string) =>
      answered(
        [id],
        state.instances.find((each) => each.id === id),
      ),
  };
  return { state, instances: new Instances(ec2, TAGS, () => state.nowMs) };
}

async function lookAt(of: readonly Instance[], pools: readonly Pool[] = [pool()]) {
  return world(...of).instances.look(pools);
}

describe('a look', () => {
  it('finds the instances of its pools, by the tag of the settings', async () => {
    const other = { [TAGS.pool]: 'gpu' };
    const { state, instances } = world(instance(), instance({ id: 'i-02', tags: other, privateIp: '10.0.0.12' }));
    const look = await instances.look([pool(), pool('gpu', { username: 'gpu-user', port: 2022 })]);
    expect(look).toEqual({
      vms: [
        { id: 'i-01', pool: 'lab', ip: '10.0.0.11', port: 22, username: 'borrower' },
        { id: 'i-02', pool: 'gpu', ip: '10.0.0.12', port: 2022, username: 'gpu-user' },
      ],
      gone: new Set(),
      states: new Map([
        ['i-01', 'running'],
        ['i-02', 'running'],
      ]),
      faults: [],
    });
    expect(state.asked).toEqual([['vm-pool:pool', 'lab', 'gpu']]);
    expect(instances.last).toBe(look);
  });

  it('asks nobody without pools', async () => {
    const { state, instances } = world(instance());
    expect(await instances.look([])).toMatchObject({ vms: [], faults: [] });
    expect(state.asked).toEqual([]);
  });

  it.each([
    { rule: 'a name of no pool', tags: { [TAGS.pool]: 'other' } },
    { rule: 'an alias of a pool', tags: { [TAGS.pool]: 'alias' } },
    { rule: 'a name in other letters', tags: { [TAGS.pool]: 'Lab' } },
    { rule: 'no tag', tags: {} },
  ])('takes no notice of an instance with $rule', async ({ tags }) => {
    expect(await lookAt([instance({ tags })])).toEqual({ vms: [], gone: new Set(), states: new Map(), faults: [] });
  });

  it.each([
    { state: 'pending', power: 'changing' },
    { state: 'running', power: 'running' },
    { state: 'stopping', power: 'changing' },
    { state: 'stopped', power: 'stopped' },
  ] as const)('shows a VM as $power whose instance is $state', async ({ state, power }) => {
    const { vms, states, gone } = await lookAt([instance({ state })]);
    expect([vms.length, states.get('i-01'), gone.size]).toEqual([1, power, 0]);
  });

  it.each(['shutting-down', 'terminated'] as const)('shows an instance that is %s as gone', async (state) => {
    const { id, launchedAtMs, tags } = instance();
    expect(await lookAt([{ id, state, launchedAtMs, tags }])).toEqual({
      vms: [],
      gone: new Set(['i-01']),
      states: new Map([['i-01', 'gone']]),
      faults: [],
    });
  });

  it('fails while there was none before', async () => {
    const { state, instances } = world();
    state.fault = THROTTLED;
    await expect(instances.look([pool()])).rejects.toBe(THROTTLED);
    expect(instances.last).toBeUndefined();
  });

  it('ends at its time limit, the first one earlier than the others', async () => {
    const asked: number[] = [];
    const silent = async (_key: string, _values: readonly string[], signal?: AbortSignal) => {
      const startedMs = performance.now();
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      asked.push(performance.now() - startedMs);
      throw signal?.reason as Error;
    };
    const ec2 = { tagged: silent, instance: async () => undefined };
    const instances = new Instances(ec2, TAGS, () => 0, { firstMs: 20, laterMs: 200 });
    await expect(instances.look([pool()])).rejects.toThrow('timeout');
    await expect(instances.look([pool()])).rejects.toThrow('timeout');
    expect(asked[1]).toBeGreaterThan(Math.max(asked[0] ?? 0, 190));
  });

  it('keeps the VMs when it fails, but not what they did then', async () => {
    const { state, instances } = world(instance(), instance({ id: 'i-02', ...tagged({ [TAGS.port]: 'x' }) }));
    const { vms } = await instances.look([pool()]);
    Object.assign(state, { fault: THROTTLED, nowMs: state.nowMs + 90_400 });
    const look = await instances.look([pool()]);
    expect(look.vms).toEqual(vms);
    expect(look.states.size).toBe(0);
    expect(look.faults).toEqual([
      "the instances can't be read: ec2 answered 503 RequestLimitExceeded; those of 90 s ago stand",
      expect.stringContaining('i-02'),
    ]);
    expect(instances.last).toBe(look);
  });

  it('lets a pool go by the newest rules, even when it fails', async () => {
    const { state, instances } = world(instance());
    await instances.look([pool()]);
    state.fault = THROTTLED;
    expect((await instances.look([pool('lab', { port: 2200 })])).vms).toMatchObject([{ port: 2200 }]);
    expect((await instances.look([pool('gpu')])).vms).toEqual([]);
  });

  it('finds again what it finds, after a failure', async () => {
    const { state, instances } = world(instance());
    await instances.look([pool()]);
    state.fault = THROTTLED;
    await instances.look([pool()]);
    Object.assign(state, { fault: undefined, instances: [instance({ id: 'i-02' })] });
    expect(await instances.look([pool()])).toMatchObject({ vms: [{ id: 'i-02' }], faults: [] });
  });

  it('has each instance either as a VM, as gone or in a fault', async () => {
    const states = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'] as const;
    const odd = fc.record({
      state: fc.constantFrom(...states),
      privateIp: fc.constantFrom('10.0.0.1', undefined),
      tags: fc.record({ [TAGS.pool]: fc.constantFrom('lab', 'gpu'), [TAGS.port]: fc.constantFrom('22', '0', '') }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { maxLength: 20 }), async (parts) => {
        const all = parts.map((part, index) => ({ ...instance(), ...part, id: `i-${index}` }) as Instance);
        const { vms, gone, states: seen, faults } = await lookAt(all, [pool(), pool('gpu', { address: 'public-ip' })]);
        const left = all.filter(({ id }) => faults.some((fault) => fault.startsWith(`instance ${id}: `)));
        const ids = [...vms.map(({ id }) => id), ...gone, ...left.map(({ id }) => id)];
        expect(ids.sort()).toEqual(all.map(({ id }) => id).sort());
        expect([...seen.keys()].sort()).toEqual(ids);
      }),
    );
  });
});

describe('the address of an instance', () => {
  it.each([
    { address: 'private-ip', ip: '10.0.0.11' },
    { address: 'public-ip', ip: '192.0.2.11' },
    { address: 'private-dns', ip: 'ip-10-0-0-11.ec2.internal' },
    { address: 'public-dns', ip: 'ec2-192-0-2-11.compute-1.amazonaws.com' },
  ] as const)('is its $address where its pool says so', async ({ address, ip }) => {
    expect((await lookAt([instance()], [pool('lab', { address })])).vms).toMatchObject([{ ip }]);
  });

  const { id, state: running, launchedAtMs, tags } = instance();
  const unreachable = { id, state: running, launchedAtMs, tags };

  it.each(['pending', 'stopping', 'stopped'] as const)('is its private one while it is %s', async (state) => {
    for (const address of ['public-ip', 'public-dns'] as const) {
      const { vms } = await lookAt([{ ...unreachable, privateIp: '10.0.0.11', state }], [pool('lab', { address })]);
      expect(vms).toMatchObject([{ ip: '10.0.0.11' }]);
    }
  });

  it('is missed while the instance runs', async () => {
    const look = await lookAt([{ ...unreachable, privateIp: '10.0.0.11' }], [pool('lab', { address: 'public-ip' })]);
    expect([look.vms, look.faults]).toEqual([[], ['instance i-01: it has no public-ip, which its pool asks for']]);
  });

  it('is missed of an instance that has none at all', async () => {
    expect((await lookAt([{ ...unreachable, state: 'stopped' }])).faults).toEqual([
      'instance i-01: it has no private-ip, which its pool asks for',
    ]);
  });
});

describe('a tag', () => {
  it('says another port and login name than the pool', async () => {
    const own = tagged({ [TAGS.port]: '2222', [TAGS.user]: 'ec2-user' });
    expect((await lookAt([instance(own)])).vms).toMatchObject([{ port: 2222, username: 'ec2-user' }]);
  });

  const PORT_RULE = 'its tag vm-pool:port must be a whole number from 1 to 65535';
  const USER_RULE = 'its tag vm-pool:user must be a login name: 1 to 32 characters of A-Z a-z 0-9 . _ -';

  it.each(['', '0', '65536', '99999', '-1', '22.0', '0x16', '1e3', ' 22', '022', '22\n', 'ssh', '٢٢'])(
    'leaves the instance out with the port "%s"',
    async (port) => {
      const { vms, faults } = await lookAt([instance(tagged({ [TAGS.port]: port }))]);
      expect([vms, faults]).toEqual([[], [`instance i-01: ${PORT_RULE}`]]);
    },
  );

  it.each(['', ' ', '1abc', '-oProxyCommand=x', 'a b', 'root;reboot', 'é', 'a'.repeat(33)])(
    'leaves the instance out with the login name "%s"',
    async (user) => {
      const { vms, faults } = await lookAt([instance(tagged({ [TAGS.user]: user }))]);
      expect([vms, faults]).toEqual([[], [`instance i-01: ${USER_RULE}`]]);
    },
  );

  it.each([{ reset: 'command' }, { reset: 'reboot' }, { check: 'command' }] as const)(
    'never makes a borrower root where the cleaner is: %j',
    async (rules) => {
      const own = instance(tagged({ [TAGS.user]: 'root' }));
      const { vms, faults } = await world(own).instances.look([{ ...pool(), ...rules }]);
      expect([vms, faults]).toEqual([
        [],
        [expect.stringMatching(/^instance i-01: its tag vm-pool:user must not be root where the check or reset/)],
      ]);
      expect((await lookAt([own])).vms).toMatchObject([{ username: 'root' }]);
    },
  );

  it('has all that is wrong of an instance in one sentence, and nothing of its values', async () => {
    const { faults } = await lookAt([instance(tagged({ [TAGS.port]: 'marked', [TAGS.user]: 'marked-secret!' }))]);
    expect(faults).toEqual([`instance i-01: ${PORT_RULE}, and ${USER_RULE}`]);
  });

  it('leaves the other instances in', async () => {
    const { vms } = await lookAt([instance(tagged({ [TAGS.port]: 'x' })), instance({ id: 'i-02' })]);
    expect(vms.map(({ id }) => id)).toEqual(['i-02']);
  });
});

describe('one instance', () => {
  const pools = new Map(
    [pool(), pool('gpu')].flatMap((each) => [each.name, ...each.aliases].map((name) => [name, each])),
  );

  it('is read as it is now', async () => {
    const { state, instances } = world(instance());
    await instances.look([pool()]);
    const now = instance({ privateIp: '10.0.0.99', state: 'stopped' });
    state.instances = [now];
    expect(await instances.fresh('i-01', pools)).toEqual({
      instance: now,
      vm: { id: 'i-01', pool: 'lab', ip: '10.0.0.99', port: 22, username: 'borrower' },
    });
    expect(state.asked.at(-1)).toEqual(['i-01']);
  });

  it('is undefined when EC2 does not know it', async () => {
    expect(await world().instances.fresh('i-01', pools)).toBeUndefined();
  });

  it.each([
    { rule: 'is terminated', now: { state: 'terminated' as const }, fault: 'instance i-01: it is terminated' },
    {
      rule: 'has lost its tag',
      now: { tags: {} },
      fault: 'instance i-01: its tag vm-pool:pool names no pool of EC2 instances',
    },
    {
      rule: 'has an alias in its tag',
      now: { tags: { [TAGS.pool]: 'alias' } },
      fault: 'instance i-01: its tag vm-pool:pool names no pool of EC2 instances',
    },
    {
      rule: 'has a bad tag',
      now: tagged({ [TAGS.port]: 'x' }),
      fault: 'instance i-01: its tag vm-pool:port must be a whole number from 1 to 65535',
    },
  ])('is no VM when it $rule', async ({ now, fault }) => {
    const fresh = await world(instance(now)).instances.fresh('i-01', pools);
    expect(fresh).toEqual({ instance: instance(now), vm: undefined, fault });
  });

  it('is no VM of a pool that lists its VMs', async () => {
    const listed = { ...pool(), ec2: undefined };
    const fresh = await world(instance()).instances.fresh('i-01', new Map([['lab', listed]]));
    expect(fresh).toMatchObject({ vm: undefined });
  });

  it('throws when EC2 can not be asked', async () => {
    const { state, instances } = world(instance());
    state.fault = THROTTLED;
    await expect(instances.fresh('i-01', pools)).rejects.toBe(THROTTLED);
  });
});

describe('a confirmation', () => {
  const DOCUMENT = 'a'.repeat(64);
  const ids = fc.uniqueArray(fc.stringMatching(/^i-[0-9a-f]{8}$/), { maxLength: 6 });

  it('is the SHA-256 of the document without instances', () => {
    expect(confirmationOf(DOCUMENT, [])).toBe(DOCUMENT);
  });

  it('is the same in whatever order instances are found', () => {
    fc.assert(
      fc.property(ids, (some) => {
        const vms = some.map((id) => ({ id }));
        expect(confirmationOf(DOCUMENT, vms.toReversed())).toBe(confirmationOf(DOCUMENT, vms));
      }),
    );
  });

  it('is another one for another document or other instances', () => {
    fc.assert(
      fc.property(ids, ids, (some, others) => {
        const of = (list: readonly string[], document = DOCUMENT) =>
          confirmationOf(
            document,
            list.map((id) => ({ id })),
          );
        expect(of(some) === of(others)).toBe(some.toSorted().join() === others.toSorted().join());
        expect(of(some)).not.toBe(of(some, 'b'.repeat(64)));
        expect(of(some)).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});
