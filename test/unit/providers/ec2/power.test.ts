import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../lambda/aws/error.ts';
import type { Power } from '../../../../lambda/pool/provider.ts';
import type { Vm } from '../../../../lambda/pool/vm.ts';
import type { Ec2World } from '../../../support/providers/ec2-world.ts';
import { ec2World, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import { inventoryText, newHostKey } from '../../../support/providers/inventory.ts';

const ID = 'i-01';
const EC2 = { username: 'ubuntu', minRunning: 0 };

let world: Ec2World;
let power: Power;
let vm: Vm;

async function begin(pool: object = { access: 'certificate', check: 'host-key' }): Promise<void> {
  world = ec2World(inventoryText([], { lab: { reset: 'none', ec2: EC2, ...pool } }));
  const { hostKeys } = world.ec2.add(ID, { [TAGS.pool]: 'lab' });
  vm = { ...(await vmIn(world, ID)), hostKeys };
  ({ power } = world.provider);
}

beforeEach(async () => {
  await begin();
});

describe('waking an instance', () => {
  it.each([
    { code: 'InsufficientInstanceCapacity', status: 500 },
    { code: 'VcpuLimitExceeded', status: 400 },
    { code: 'IncorrectSpotRequestState', status: 400 },
  ])('fails at what no wait mends: $code', async ({ code, status }) => {
    world.ec2.get(ID).state = 'stopped';
    world.ec2.fail('start', code, status);
    expect(await power.wake(vm)).toEqual({ failed: `the instance can't be started: ec2 answered ${status} ${code}` });
  });

  it.each([
    { code: 'RequestLimitExceeded', status: 503 },
    { code: 'IncorrectInstanceState', status: 400 },
    { code: 'UnauthorizedOperation', status: 403 },
    { code: 'ECONNRESET', status: 'no answer' as const },
  ])('goes on at what may be over soon: $code', async ({ code, status }) => {
    world.ec2.get(ID).state = 'stopped';
    world.ec2.fail('start', code, status);
    expect(await power.wake(vm)).toMatchObject({ waitingFor: expect.any(String), againInSec: 15 });
    world.ec2.fail('instance', code, status);
    if (code !== 'IncorrectInstanceState') expect(await power.wake(vm)).toHaveProperty('waitingFor');
  });

  it('says nothing to its holder of what the role of the service may not do', async () => {
    world.ec2.get(ID).state = 'stopped';
    const words =
      'User: arn:aws:sts::123456789012:assumed-role/vm-pool is not authorized to perform: ec2:StartInstances';
    world.ec2.faults.set('start', [new AwsError('ec2', 'UnauthorizedOperation', 403, words)]);
    const waitingFor = "the instance can't be started: ec2 answered 403 UnauthorizedOperation";
    expect(await power.wake(vm)).toEqual({ waitingFor, againInSec: 15 });
  });

  it('waits until SSH answers, and says why it does not', async () => {
    world.ec2.get(ID).bootedAtMs = world.nowMs;
    const waitingFor = "SSH does not answer yet: can't be reached: ECONNREFUSED";
    expect(await power.wake(vm)).toEqual({ waitingFor, againInSec: 5 });
    world.nowMs += 8_000;
    expect(await power.wake(vm)).toEqual({ ready: vm });
    expect(world.visits.map(({ kind, limitMs }) => [kind, limitMs])).toEqual([
      ['host-key', 3_000],
      ['host-key', 3_000],
    ]);
  });

  it('waits for a visitor that does not answer', async () => {
    world.visit = async () => Promise.reject(new AwsError('lambda', 'TimeoutError'));
    expect(await power.wake(vm)).toMatchObject({
      waitingFor: 'SSH does not answer yet: lambda did not answer: TimeoutError',
    });
    world.visit = async () => Promise.reject(new Error('broken'));
    expect(await power.wake(vm)).toMatchObject({ waitingFor: 'SSH does not answer yet: the visitor does not answer' });
  });

  it('says nothing to its holder of a visitor that the service may not call', async () => {
    const words = 'User: arn:aws:sts::123456789012:assumed-role/vm-pool is not authorized';
    world.visit = async () => Promise.reject(new AwsError('lambda', 'AccessDeniedException', 403, words));
    const waitingFor = 'SSH does not answer yet: lambda answered 403 AccessDeniedException';
    expect(await power.wake(vm)).toEqual({ waitingFor, againInSec: 5 });
  });

  it('fails a VM that shows another host key than its own', async () => {
    expect(await power.wake({ ...vm, hostKeys: [newHostKey()] })).toEqual({ failed: 'the VM shows a wrong host key' });
  });

  it('is content with any SSH server where no host key is known', async () => {
    expect(await power.wake(await vmIn(world, ID))).toHaveProperty('ready');
    expect(world.visits).toMatchObject([{ kind: 'banner' }]);
  });

  it("waits for EC2's own checks where no port is open", async () => {
    await begin({ access: 'session-manager', check: 'none' });
    world.ec2.get(ID).launchedAtMs = world.nowMs;
    expect(await power.wake(vm)).toMatchObject({ waitingFor: "EC2's status checks are initializing" });
    world.nowMs += 60_000;
    expect(await power.wake(vm)).toEqual({ ready: vm });
    expect(world.visits).toEqual([]);
  });

  it('has the address that the instance has got', async () => {
    expect(await power.wake({ ...vm, ip: '10.9.9.9' })).toEqual({ ready: vm });
  });

  it('fails one that is gone', async () => {
    world.ec2.instances.delete(ID);
    expect(await power.wake(vm)).toEqual({ failed: 'EC2 does not know the instance' });
  });
});

describe('stopping instances', () => {
  const vms = () => [...world.ec2.instances.keys()].map((id) => ({ ...vm, id }));
  const stops = () => world.ec2.calls.filter((call) => call.startsWith('stop '));

  it('takes one call for 50', async () => {
    for (let n = 2; n <= 120; n++) world.ec2.add(`i-${n}`, {});
    expect(await power.stop(vms())).toEqual(new Map());
    expect(stops()).toHaveLength(3);
    expect(vms().every(({ id }) => world.ec2.get(id).state === 'stopping')).toBe(true);
  });

  it('asks for each on its own when one is refused', async () => {
    world.ec2.add('i-02', {}, { canStop: false });
    world.ec2.add('i-03', {});
    expect(await power.stop(vms())).toEqual(new Map([['i-02', 'ec2 answered 400 UnsupportedOperation']]));
    expect(stops()).toEqual(['stop i-01,i-02,i-03', 'stop i-01', 'stop i-02', 'stop i-03']);
    expect(world.ec2.get('i-03').state).toBe('stopping');
  });

  it('asks for nothing more when EC2 throttles', async () => {
    world.ec2.add('i-02', {});
    world.ec2.fail('stop', 'RequestLimitExceeded', 503);
    const why = 'ec2 answered 503 RequestLimitExceeded';
    expect(await power.stop(vms())).toEqual(
      new Map([
        [ID, why],
        ['i-02', why],
      ]),
    );
    expect(stops()).toHaveLength(1);
  });

  it('does nothing for none', async () => {
    expect(await power.stop([])).toEqual(new Map());
    expect(stops()).toEqual([]);
  });
});
