import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Ec2World } from '../../../support/providers/ec2-world.ts';
import { checked, ec2World, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import { HOST_KEY, inventoryText } from '../../../support/providers/inventory.ts';
import { checkingStatus, START_SEC } from '../../../support/providers/static-world.ts';
import { round, saying, untilChecked, usedStatus } from '../../../support/providers/upkeep-of-one.ts';

const ID = 'i-01';
const EC2 = { username: 'ubuntu' };

let world: Ec2World;

function worldWith(pool: object): Ec2World {
  const made = ec2World(inventoryText([], { lab: { access: 'certificate', check: 'command', ec2: EC2, ...pool } }));
  made.ec2.add(ID, { [TAGS.pool]: 'lab' });
  return made;
}

/** Calls of EC2 that change something. */
const orders = () => world.ec2.calls.filter((call) => /^(start|stop|reboot|replaceRootVolume) /.test(call));

describe('a reset by reboot', () => {
  const REBOOTS = 'waits: the VM reboots';

  beforeEach(() => {
    world = worldWith({ reset: 'reboot' });
  });

  it('cleans the VM, reboots it, and is done when it has booted after its use', async () => {
    world.ec2.get(ID).traces = ['files', 'processes'];
    const { verdicts, status } = await untilChecked(world, await usedStatus(world, ID));
    expect(verdicts.map(saying)).toEqual([REBOOTS, 'passed']);
    expect(orders()).toEqual([`reboot ${ID}`]);
    expect(world.visits.map(({ login }) => login?.command.split(' ')[0])).toEqual(['clean', 'clean']);
    expect(status).toMatchObject({ state: 'free', vm: { hostKeys: world.ec2.get(ID).hostKeys } });
    expect(world.ec2.get(ID).bootedAtMs).toBeGreaterThan(START_SEC * 1_000);
  });

  it('waits while SSH does not answer, and blames nobody for that', async () => {
    let { status } = await round(world, await usedStatus(world, ID));
    world.nowMs += 30_000;
    const made = await round(world, status);
    ({ status } = made);
    expect(saying(made.verdict)).toBe("waits: the VM is not ready yet: can't be reached: ECONNREFUSED");
    expect(status).toMatchObject({ state: 'checking', failures: 0 });
  });

  it('goes on by the rules of its pool when a tag names another one meanwhile', async () => {
    const pool = { access: 'certificate', check: 'command', ec2: EC2 };
    world.text = inventoryText([], { lab: { ...pool, reset: 'reboot' }, loose: { ...pool, reset: 'none' } });
    const used = await usedStatus(world, ID);
    world.ec2.get(ID).tags = { [TAGS.pool]: 'loose' };
    const { verdicts, status } = await untilChecked(world, used);
    expect(verdicts.map(saying)).toEqual([REBOOTS, 'passed']);
    expect(status).toMatchObject({ state: 'free', vm: { pool: 'lab' } });
  });

  it('reboots no VM that nobody has used, or that has booted since', async () => {
    const vm = await vmIn(world, ID);
    expect(await checked(world, { vm })).toMatchObject({ passed: true });
    const use = { id: 'l-1', endedAtSec: START_SEC - 7_200 };
    expect(await checked(world, { vm, use })).toMatchObject({ passed: true });
    expect(orders()).toEqual([]);
  });

  it('gives its order once, and again only when EC2 has surely lost it', async () => {
    let status = await usedStatus(world, ID);
    // The VM hears of nothing.
    world.ec2.reboot = async (id) => {
      world.ec2.calls.push(`reboot ${id}`);
      return Promise.resolve();
    };
    const ordersAfter: number[] = [];
    while (status.state === 'checking') {
      ({ status } = await round(world, status));
      ordersAfter.push(orders().length);
      world.nowMs += 60_000;
    }
    expect(ordersAfter).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    expect(status).toMatchObject({
      state: 'quarantined',
      reason: 'gave up waiting: the VM reboots, by a second order',
    });
  });

  it('needs a cleaner that says how long the VM is up', async () => {
    world.areCleanersOld = true;
    const { status } = await untilChecked(world, await usedStatus(world, ID));
    const reason = 'the cleaner does not say how long the VM is up; enroll it again with scripts/enroll';
    expect(status).toMatchObject({ state: 'quarantined', reason });
    expect(orders()).toEqual([]);
  });

  it('is not begun where the cleaner fails', async () => {
    world.visit = async () => Promise.resolve({ ok: true, exitStatus: 1, output: 'disk full' });
    expect(await checked(world, await usedStatus(world, ID))).toMatchObject({ passed: false });
    expect(orders()).toEqual([]);
  });

  it('waits for an instance that stops meanwhile', async () => {
    world.ec2.fail('reboot', 'IncorrectInstanceState');
    const verdict = await checked(world, await usedStatus(world, ID));
    expect(verdict).toMatchObject({ waitingFor: expect.stringContaining('on its way to another state') });
  });
});

describe('a reset by a new root volume', () => {
  const TASK = '(in-progress, task replacevol-1)';

  beforeEach(() => {
    world = worldWith({ reset: 'replace-root-volume' });
  });

  it('gives the VM a new disk with new host keys, which it learns', async () => {
    const [before] = world.ec2.get(ID).hostKeys;
    world.ec2.get(ID).traces = ['root kit'];
    const first = await usedStatus(world, ID);
    const { verdicts, status } = await untilChecked(world, { ...first, vm: { ...first.vm, hostKeys: [before ?? ''] } });
    const { traces, hostKeys } = world.ec2.get(ID);
    expect(verdicts.map(saying)).toEqual([
      `waits: EC2 replaces the root volume ${TASK}`,
      `waits: EC2 replaces the root volume ${TASK}`,
      "waits: EC2's status checks of the instance have not passed yet",
      'passed',
    ]);
    expect(traces).toEqual([]);
    expect(hostKeys).not.toContain(before);
    expect(status).toMatchObject({ state: 'free', vm: { hostKeys } });
  });

  it('keeps the host keys of an AMI that has them', async () => {
    world = worldWith({ reset: 'replace-root-volume', ec2: { ...EC2, hostKeys: [HOST_KEY] } });
    Object.defineProperty(world.ec2.get(ID), 'hostKeys', { get: () => [HOST_KEY], set: () => undefined });
    const { verdicts } = await untilChecked(world, await usedStatus(world, ID));
    expect(verdicts.at(-1)).toEqual({ passed: true });
    expect(world.ec2.calls.join()).not.toContain('consoleOutput');
  });

  it('has one token for one use, so that there is one task', async () => {
    await untilChecked(world, await usedStatus(world, ID));
    expect(new Set(orders())).toEqual(new Set([`replaceRootVolume ${ID} l-1`]));
    expect(world.ec2.tasks.size).toBe(1);
  });

  it('has another token after a failed check, since EC2 would show the failed task for ever', async () => {
    world.ec2.tasksEnd = 'failed';
    const { verdicts, status } = await untilChecked(world, await usedStatus(world, ID));
    expect([...world.ec2.tasks.keys()]).toEqual(['l-1', 'l-1.1', 'l-1.2']);
    const failures = verdicts.filter((verdict) => 'passed' in verdict).map(saying);
    expect(failures).toEqual(
      [1, 2, 3].map((n) => `failed: EC2 could not replace the root volume (failed, task replacevol-${n})`),
    );
    expect(status).toMatchObject({ state: 'quarantined', failures: 3 });
  });

  it('ends after half an hour when EC2 never ends', async () => {
    world.ec2.tasksEnd = 'never';
    const { status } = await untilChecked(world, await usedStatus(world, ID));
    expect(status).toMatchObject({
      state: 'quarantined',
      reason: `gave up waiting: EC2 replaces the root volume ${TASK}`,
    });
    expect(world.nowMs / 1_000 - START_SEC).toBeLessThan(31 * 60);
    expect(world.ec2.tasks.size).toBe(1);
  });

  it('waits until the console shows the new host keys, not those of the old disk', async () => {
    const instance = world.ec2.get(ID);
    const old = instance.console;
    const first = await usedStatus(world, ID);
    await round(world, first);
    world.nowMs += 300_000;
    const { console: shown } = world.ec2.get(ID);
    instance.console = old;
    const early = await round(world, first);
    expect(saying(early.verdict)).toMatch(
      /^waits: the console shows other host keys: wrong host key: the VM shows SHA256:/,
    );
    instance.console = shown;
    expect((await round(world, early.status)).status).toMatchObject({ state: 'free' });
  });

  it('touches no VM that nobody has used', async () => {
    expect(await checked(world, checkingStatus(await vmIn(world, ID)))).toMatchObject({ passed: true });
    expect(orders()).toEqual([]);
  });

  it('waits for an instance that EC2 does not take it for yet', async () => {
    world.ec2.fail('replaceRootVolume', 'IncorrectInstanceState');
    const { verdicts } = await untilChecked(world, await usedStatus(world, ID));
    expect(saying(verdicts[0] ?? { passed: true })).toMatch(/^waits: /);
    expect(verdicts.at(-1)).toMatchObject({ passed: true });
  });
});
