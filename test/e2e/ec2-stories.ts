import { expect, it } from '@jest/globals';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import type { Ec2Lab, InstanceName } from './ec2-lab.ts';
import { EC2_POOLS, passTime } from './ec2-lab.ts';
import type { Ground, RunningEnvironment } from './environment.ts';
import { newKeyPair } from './key-pair.ts';
import { runSchedule } from './schedule.ts';
import type { OpenedVm } from './ssh.ts';
import { openedVm, REFUSED, ssh } from './ssh.ts';
import type { VmView } from './vm-states.ts';
import { vmView, vmViews } from './vm-states.ts';

const MINUTE_MS = 60_000;

/** Ticks after which a VM must be where a story wants it. */
const MOST_TICKS = 15;

/** How long after a lease its last key, or a session that began with its end, may still open a VM, seconds; by pool. */
const CLOSES_AFTER_SEC: Readonly<Record<string, number>> = { pushed: 101, shut: 20 };

/** What the stories of EC2 instances are about. */
export interface Ec2Ground {
  readonly running: () => RunningEnvironment;
  readonly account: () => EmulatedAws;
  readonly ground: () => Ground;
  readonly lab: () => Ec2Lab;
}

/**
 * Users borrow EC2 instances, which are opened, cleaned, stopped and started. In the beginning nobody has looked for
 * them.
 */
export function ec2Stories(story: Ec2Ground): void {
  const { running, account, lab } = story;
  const post = (place: string, parameters: Record<string, unknown>) => running().client.post(place, parameters);
  const id = (name: InstanceName) => lab().id(name);

  it('are found by their tags, checked, and free', arrive, MINUTE_MS);

  async function arrive(): Promise<void> {
    const pools = Object.keys(EC2_POOLS) as (keyof typeof EC2_POOLS)[];
    await runSchedule(account(), running());
    for (const pool of pools) await untilFree(story, id(pool));
    const views = await vmViews(running());
    expect(views.filter(({ id: each }) => each.startsWith('i-')).map(({ pool }) => pool)).toEqual(
      expect.arrayContaining(pools),
    );
    expect(views.map(({ id: each }) => each)).not.toContain(id('other'));
    expect(views.map(({ pool }) => pool)).toContain('desks');
  }

  it('take the key that was pushed for their holder, and for nobody without one', async () => {
    const refused = await post('/getvm', { userid: 'nina', pool: 'pushed' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'ssh_public_key_needed' } });
    const { vm, privateKey } = await borrowByKey();
    expect(vm).toMatchObject({ id: id('pushed'), login: 'instance-connect', keyAcceptedUntil: expect.any(String) });
    expect(vm.privateKey).toBeUndefined();
    expect(await ssh(vm, 'echo $((6 * 7))', privateKey)).toMatchObject({ exitCode: 0, stdout: '42\n' });
  });

  it('have a fresh root volume and new host keys for the next user, who logs in by them', freshDisk, 2 * MINUTE_MS);

  async function freshDisk(): Promise<void> {
    const last = openedVm(await post('/connectvm', { userid: 'nina', sshPublicKey: newKeyPair().publicKey }));
    const machine = lab().machines.of(last.id);
    await machine.shell('echo secret >/root/left; echo "* * * * * root true" >/etc/cron.d/left');
    expect(await post('/releasevm', { userid: 'nina' })).toMatchObject({ body: { vm: { state: 'checking' } } });
    await untilFree(story, last.id);
    expect(await machine.shell('ls /root/left /etc/cron.d/left 2>/dev/null; true')).toBe('');
    const { vm, privateKey } = await borrowByKey();
    expect(vm.id).toBe(last.id);
    expect(vm.knownHosts).not.toEqual(last.knownHosts);
    expect(await ssh(vm, 'echo in', privateKey)).toMatchObject({ exitCode: 0, stdout: 'in\n' });
  }

  it('reboot before they are lent again, and open to the certificate of the next user', reboots, 2 * MINUTE_MS);

  async function reboots(): Promise<void> {
    const last = openedVm(await post('/getvm', { userid: 'oscar', pool: 'enrolled' }));
    expect(last).toMatchObject({ id: id('enrolled'), login: 'certificate' });
    expect(await ssh(last, 'echo hers >note; id -un')).toMatchObject({ exitCode: 0, stdout: 'ec2-user\n' });
    expect(await post('/releasevm', { userid: 'oscar' })).toMatchObject({ body: { vm: { state: 'checking' } } });
    await untilFree(story, last.id);
    expect(await ssh(last, 'true')).toMatchObject(REFUSED);
    const vm = openedVm(await post('/getvm', { userid: 'rosa', pool: 'enrolled' }));
    expect(await ssh(vm, 'ls; echo in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
  }

  it('answer a session to the holder, and end it with the lease', async () => {
    const vm = openedVm(await post('/getvm', { userid: 'petra', pool: 'shut' }));
    const { sessionId = '' } = vm.session ?? {};
    expect(vm).toMatchObject({ login: 'session-manager', region: 'us-east-1' });
    expect(await lab().sessions(vm.id)).toEqual([sessionId]);
    await post('/releasevm', { userid: 'petra' });
    await untilFree(story, vm.id);
    expect(await lab().sessions(vm.id)).toEqual([]);
  });

  it('stop while nobody wants them, and start for who borrows them', stopAndStart, 2 * MINUTE_MS);

  async function stopAndStart(): Promise<void> {
    const vmId = id('spare');
    await passTimeOf(story, vmId, ({ freeSinceSec = 0 }) => ({ freeSinceSec: freeSinceSec - 120 }));
    await runSchedule(account(), running());
    await lab().machines.settled();
    const pools = (await running().client.get('/pool')).body.pools as Record<string, object>;
    expect(pools.spare).toMatchObject({ free: 1, power: { running: 0, stopped: 1, minRunning: 0 } });
    const granted = await post('/getvm', { userid: 'quinn', pool: 'spare' });
    expect(granted).toMatchObject({ status: 200, body: { vm: { id: vmId, status: 'starting' } } });
    expect(Number(granted.headers.get('retry-after'))).toBeGreaterThan(0);
    const vm = await readyVm('quinn');
    expect(await ssh(vm, 'echo in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
  }

  /** Borrows an instance that takes pushed keys. */
  async function borrowByKey(): Promise<{ vm: OpenedVm; privateKey: string }> {
    const { publicKey, privateKey } = newKeyPair();
    const vm = openedVm(await post('/getvm', { userid: 'nina', pool: 'pushed', sshPublicKey: publicKey }));
    return { vm, privateKey };
  }

  /** Asks for a lease until its VM has started. */
  async function readyVm(userid: string): Promise<OpenedVm> {
    for (let tries = 0; tries < MOST_TICKS; tries++) {
      const vm = openedVm(await post('/connectvm', { userid }));
      if (vm.status === 'ready') return vm;
      await lab().machines.settled();
    }
    throw new Error(`the VM of ${userid} does not start`);
  }
}

/** Ticks until a VM is free. What it waits for has happened on its machine by then, so it need not wait. */
async function untilFree(story: Ec2Ground, vmId: string): Promise<VmView> {
  for (let ticks = 0; ticks < MOST_TICKS; ticks++) {
    const view = await vmView(story.running(), vmId);
    if (view.state !== 'checking') {
      expect(view).toMatchObject({ state: 'free' });
      return view;
    }
    await story.lab().machines.settled();
    await passTimeOf(story, vmId, ({ use }) => ({
      dueAtSec: 0,
      ...(use && { use: { ...use, endedAtSec: use.endedAtSec - (CLOSES_AFTER_SEC[view.pool] ?? 0) } }),
    }));
    await runSchedule(story.account(), story.running());
  }
  throw new Error(`${vmId} does not become free: ${JSON.stringify(await vmView(story.running(), vmId))}`);
}

async function passTimeOf(
  { ground, running }: Ec2Ground,
  vmId: string,
  change: Parameters<typeof passTime>[3],
): Promise<void> {
  await passTime(ground().database, running().outputs.table_name ?? '', vmId, change);
}
