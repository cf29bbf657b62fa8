import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../lambda/aws/error.ts';
import type { Ec2World } from '../../../support/providers/ec2-world.ts';
import { checked, ec2World, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import { inventoryText } from '../../../support/providers/inventory.ts';
import { checkingStatus, START_SEC } from '../../../support/providers/static-world.ts';
import { saying, untilChecked, usedStatus } from '../../../support/providers/upkeep-of-one.ts';

const ID = 'i-01';
const EC2 = { username: 'ubuntu' };
const CERTIFICATE = { access: 'certificate', check: 'host-key', reset: 'none' };

let world: Ec2World;

function begin(pool: object = CERTIFICATE): void {
  world = ec2World(inventoryText([], { lab: { ec2: EC2, ...pool } }));
  world.ec2.add(ID, { [TAGS.pool]: 'lab' });
}

async function verdictNow() {
  return checked(world, { vm: await vmIn(world, ID) });
}

describe('a check of an instance', () => {
  beforeEach(() => {
    begin();
  });

  it('starts a stopped one, and passes it when SSH answers', async () => {
    world.ec2.get(ID).state = 'stopped';
    const { verdicts } = await untilChecked(world, checkingStatus(await vmIn(world, ID)));
    expect(verdicts.map(saying)).toEqual([
      'waits: the instance starts',
      "waits: EC2's status checks of the instance have not passed yet",
      'passed',
    ]);
  });

  it.each(['pending', 'stopping'] as const)('waits while it is %s', async (state) => {
    Object.assign(world.ec2.get(ID), { state, settlesAtMs: world.nowMs + 1 });
    expect(await verdictNow()).toEqual({ waitingFor: `the instance is ${state}`, againInSec: 15, withinSec: 600 });
  });

  it('gives up on one that never starts', async () => {
    const first = checkingStatus(await vmIn(world, ID));
    Object.assign(world.ec2.get(ID), { state: 'pending', settlesAtMs: Infinity });
    const { status } = await untilChecked(world, first);
    expect(status).toMatchObject({ state: 'quarantined', reason: 'gave up waiting: the instance is pending' });
    expect(world.nowMs / 1_000 - START_SEC).toBeLessThan(11 * 60);
  });

  it('fails one that is terminated, or that EC2 does not know', async () => {
    const vm = await vmIn(world, ID);
    world.ec2.terminate(ID);
    expect(await checked(world, { vm })).toEqual({ passed: false, reason: 'the instance is shutting-down' });
    world.ec2.instances.delete(ID);
    expect(await checked(world, { vm })).toEqual({ passed: false, reason: 'EC2 does not know the instance' });
  });

  it('waits for EC2 to make its own checks, and fails an impaired one', async () => {
    const first = checkingStatus(await vmIn(world, ID));
    world.ec2.get(ID).launchedAtMs = world.nowMs;
    expect(saying(await checked(world, first))).toBe("waits: EC2's status checks of the instance have not passed yet");
    world.ec2.get(ID).isImpaired = true;
    const { status } = await untilChecked(world, first);
    expect(status).toMatchObject({
      state: 'quarantined',
      reason: "EC2's status checks of the instance fail (impaired)",
    });
  });

  it('fails one whose SSH server does not answer though nobody waited for it', async () => {
    world.ec2.get(ID).bootedAtMs = Infinity;
    expect(await verdictNow()).toEqual({ passed: false, reason: "can't be reached: ECONNREFUSED" });
  });

  it('does not touch one whose tags say that it is none of its pool', async () => {
    const vm = await vmIn(world, ID);
    const strange = [{}, { [TAGS.pool]: 'other' }, { [TAGS.pool]: 'lab', [TAGS.port]: '0' }];
    for (const [tags, state] of strange.flatMap((each) => [[each, 'running'] as const, [each, 'stopped'] as const])) {
      Object.assign(world.ec2.get(ID), { tags, state });
      expect(await checked(world, { vm })).toMatchObject({
        waitingFor: expect.stringMatching(/^the service can't check the VM now: .* tag /),
      });
    }
    expect(world.visits).toEqual([]);
    expect(world.ec2.calls.filter((call) => call.startsWith('start'))).toEqual([]);
  });

  it.each([
    { code: 'RequestLimitExceeded', status: 503 },
    { code: 'UnauthorizedOperation', status: 403 },
    { code: 'InternalError', status: 500 },
    { code: 'TimeoutError', status: 'no answer' as const },
  ])('blames no VM when EC2 can not do it now: $code', async ({ code, status }) => {
    const vm = await vmIn(world, ID);
    for (const operation of ['instance', 'statusChecks', 'consoleOutput'] as const) {
      world.ec2.fail(operation, code, status);
      expect(await checked(world, { vm })).toMatchObject({
        waitingFor: expect.stringContaining(code),
        withinSec: 86_400,
      });
    }
    world.ec2.get(ID).state = 'stopped';
    world.ec2.fail('start', code, status);
    expect(await checked(world, { vm })).toMatchObject({ waitingFor: expect.stringContaining(code) });
  });

  it.each([
    { code: 'InsufficientInstanceCapacity', status: 500 },
    { code: 'UnsupportedOperation', status: 400 },
    { code: 'InvalidVolume.NotFound', status: 400 },
  ])('fails a VM that EC2 will not start: $code', async ({ code, status }) => {
    const first = checkingStatus(await vmIn(world, ID));
    world.ec2.get(ID).state = 'stopped';
    world.ec2.fail('start', code, status, 3);
    const { status: last } = await untilChecked(world, first);
    const reason = `the instance can't be started: ec2 answered ${status} ${code}`;
    expect(last).toMatchObject({ state: 'quarantined', failures: 3, reason });
  });

  it.each(['command', 'reboot'])('cleans one only after a use, so that no two resets meet: %s', async (reset) => {
    begin({ access: 'certificate', check: 'command', reset });
    const first = await usedStatus(world, ID);
    await checked(world, checkingStatus(first.vm));
    await checked(world, first);
    expect(world.visits.map(({ login }) => login?.command.split(' ')[0])).toEqual(['check', 'clean']);
  });

  it('throws what is a fault of this code', async () => {
    const vm = await vmIn(world, ID);
    world.ec2.instance = async () => Promise.reject(new TypeError('a bug'));
    await expect(checked(world, { vm })).rejects.toThrow('a bug');
  });

  it('leaves no VM to a visit for which no time is left', async () => {
    const vm = await vmIn(world, ID);
    world.ec2.statusChecks = async () => {
      world.nowMs += 17_500;
      return Promise.resolve('ok');
    };
    expect(await checked(world, { vm })).toMatchObject({ waitingFor: expect.stringContaining('AWS took the time') });
  });
});

describe('a check of an instance with sessions', () => {
  beforeEach(() => {
    begin({ access: 'session-manager', check: 'none', reset: 'none' });
    world.sessions.set('s-1', ID).set('s-2', ID).set('other', 'i-99');
  });

  it('ends them at once, and once more when no new one can come', async () => {
    const first = await usedStatus(world, ID);
    expect(saying(await checked(world, first))).toBe('waits: waits until no session of the last lease can begin');
    expect([...world.sessions.keys()]).toEqual(['other']);
    world.sessions.set('s-3', ID);
    world.nowMs += 60_000;
    expect(saying(await checked(world, first))).toBe('waits: the sessions of the last user end');
    expect(await checked(world, first)).toEqual({ passed: true });
    expect([...world.sessions.keys()]).toEqual(['other']);
  });

  it('waits while one does not end, and then gives up', async () => {
    world.stubborn.add('s-2');
    const { status } = await untilChecked(world, await usedStatus(world, ID));
    expect(status).toMatchObject({
      state: 'quarantined',
      reason: 'gave up waiting: the sessions of the last user end',
    });
  });

  it('blames no VM when Systems Manager can not do it now', async () => {
    const vm = await vmIn(world, ID);
    world.accessFaults.push(new AwsError('ssm', 'ThrottlingException', 400));
    expect(await checked(world, { vm })).toMatchObject({ waitingFor: expect.stringContaining('ThrottlingException') });
  });

  it('visits nothing', async () => {
    await untilChecked(world, await usedStatus(world, ID));
    expect(world.visits).toEqual([]);
  });
});

describe('a VM that the inventory lists', () => {
  it('is checked as ever', async () => {
    begin();
    const vm = { id: 'vm-01', pool: 'none-such', ip: '192.0.2.11', port: 22, username: 'tester' };
    expect(await checked(world, { vm })).toMatchObject({
      waitingFor: expect.stringContaining('is not in the inventory'),
    });
    expect(world.ec2.calls).toEqual([]);
  });
});
