import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import type { GrantBody } from '../../support/vms/real-service.ts';
import { granted } from '../../support/vms/real-service.ts';
import { EC2_POOL, Ec2World } from './world.ts';

/** Longest that a VM may take to start here, milliseconds. */
const STARTS_WITHIN_MS = 20_000;

let world: Ec2World;

describeOnVms('instances that are stopped while nobody needs them', () => {
  const ids: string[] = [];

  beforeAll(async () => {
    world = await Ec2World.start({ default: { ...EC2_POOL, ec2: { ...EC2_POOL.ec2, minRunning: 0, idleMinutes: 1 } } });
    ids.push(await world.launch('default'), await world.launch('default'));
    for (const id of ids) await world.settled(id);
    await stopAll();
  }, 90_000);

  afterAll(() => world.stop());

  afterEach(async () => {
    await world.service.release('alice');
  });

  it('are stopped once they have been free for long, which the pool shows', async () => {
    for (const id of ids) expect(await world.ec2.state(id)).toBe('stopped');
    const { body } = await world.service.call<{ readonly pools: Record<string, unknown> }>('GET /pool');
    expect(body.pools.default).toMatchObject({ free: 2, power: { running: 0, stopped: 2, minRunning: 0 } });
    expect(kindsOf(await world.service.events(ids[0] ?? ''))).toEqual(expect.arrayContaining(['stopping', 'stopped']));
  });

  it('start for who borrows them, whose time begins when SSH answers', async () => {
    await world.aws.wish({ transitionSeconds: 1 });
    const answer = await world.service.call('POST /getvm', { userid: 'alice', minutes: 10 });
    expect(answer).toMatchObject({ status: 200, body: { vm: { status: 'starting' } } });
    expect(answer.body.vm.login).toBeUndefined();
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const ready = await readyFor('alice');
    expect(ready.vm).toMatchObject({ id: answer.body.vm.id, status: 'ready', login: 'certificate' });
    expect(ready.lease.id).toBe(answer.body.lease.id);
    const leftSec = Date.parse(ready.lease.expiresAt) / 1000 - world.service.nowSec;
    expect(Math.abs(leftSec - 600)).toBeLessThan(15);
    expect(await world.users.ssh(await world.users.save(ready), ['id -un'])).toMatchObject({ stdout: 'ec2-user\n' });
    await world.aws.wish({ transitionSeconds: 0 });
  });

  it('that run are lent before those that are stopped', async () => {
    const running = (await Promise.all(ids.map(async (id) => [id, await world.ec2.state(id)] as const))).find(
      ([, state]) => state === 'running',
    );
    await world.settled(running?.[0] ?? '');
    const { vm } = await world.service.borrow('alice');
    expect([vm.id, vm.status]).toEqual([running?.[0], 'ready']);
  });

  it('start again under a lease when somebody stops them', async () => {
    const { vm } = await readyLease();
    await world.ec2.stop(vm.id);
    await world.machines.settled();
    const shown = granted(await world.service.call('GET /lease?userid=alice'));
    expect(shown.vm).toMatchObject({ id: vm.id, status: 'starting', statusReason: expect.any(String) });
    const ready = await readyFor('alice');
    expect(ready.vm.id).toBe(vm.id);
    expect(await world.users.ssh(await world.users.save(ready), ['true'])).toMatchObject({ exitCode: 0 });
  });

  it('give way to another one when EC2 has no capacity for them', async () => {
    await stopAll();
    // A call that fails with 500 is sent twice.
    const full = { operation: 'StartInstances', code: 'InsufficientInstanceCapacity', status: 500, times: 2 };
    await world.aws.wish({ faults: [full] });
    const answer = granted(await world.service.call('POST /getvm', { userid: 'alice' }));
    const ready = await readyFor('alice');
    expect(ready.lease.id).toBe(answer.lease.id);
    expect(await world.users.ssh(await world.users.save(ready), ['true'])).toMatchObject({ exitCode: 0 });
    const broken = ids.find((id) => id !== ready.vm.id) ?? '';
    expect(await world.service.vm(broken)).toMatchObject({
      state: 'quarantined',
      reason: expect.stringContaining('InsufficientInstanceCapacity'),
    });
    expect(kindsOf(await world.service.events(broken))).toContain('exchanged');
    await world.service.call(`POST /vms/${broken}/return`, { reason: 'mended' });
    expect(await world.settled(broken)).toMatchObject({ state: 'free' });
  });

  it('are gone for their holder when somebody terminates them', async () => {
    const { vm } = await readyLease();
    await world.ec2.terminate(vm.id);
    await world.machines.settled();
    const shown = granted(await world.service.call('GET /lease?userid=alice'));
    expect(shown.vm).toMatchObject({ id: vm.id, status: 'gone', statusReason: expect.stringMatching(/instance/) });
    await world.service.tick();
    expect(kindsOf(await world.service.events(vm.id))).toContain('gone');
    await world.service.release('alice');
    world.service.clockAheadSec = 120;
    await world.service.tick();
    await world.service.tick();
    world.service.clockAheadSec = 0;
    expect((await world.service.vms()).has(vm.id)).toBe(false);
    ids.splice(ids.indexOf(vm.id), 1);
  });

  /** Lets all VMs be free long enough to be stopped. */
  async function stopAll(): Promise<void> {
    for (const id of ids) await world.settled(id);
    world.service.clockAheadSec += 120;
    await world.service.tick();
    world.service.clockAheadSec = 0;
    await world.machines.settled();
  }

  /** A lease whose VM is ready. */
  async function readyLease(): Promise<GrantBody> {
    for (const id of ids) await world.settled(id);
    await world.service.borrow('alice');
    return readyFor('alice');
  }

  /** Asks for a lease until its VM is ready. */
  async function readyFor(userid: string): Promise<GrantBody> {
    const deadline = Date.now() + STARTS_WITHIN_MS;
    let grant = granted(await world.service.call('POST /connectvm', { userid }));
    while (grant.vm.status !== 'ready' && Date.now() < deadline) {
      await sleep(100);
      await world.machines.settled();
      grant = granted(await world.service.call('POST /connectvm', { userid }));
    }
    // A lease that has begun is ready as soon as its instance runs.
    await world.machines.settled();
    return grant;
  }
});

function kindsOf(events: readonly { readonly kind: string }[]): string[] {
  return events.map(({ kind }) => kind);
}
