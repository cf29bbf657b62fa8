import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import type { GrantBody } from '../../support/vms/real-service.ts';
import type { Credential } from '../../support/vms/ssh-user.ts';
import { EC2_POOL, Ec2World } from './world.ts';

const REFUSED = { exitCode: 255, stderr: expect.stringMatching(/Permission denied|Connection closed/) };

/** What a user with root can leave behind, so that it meets the next one. */
const LEAVE = [
  'echo secret >/home/ec2-user/secret; echo secret >/var/secret',
  'mkdir -p /root/.ssh && echo ssh-ed25519 AAAA >/root/.ssh/authorized_keys',
  'echo "* * * * * root touch /var/cron" >/etc/cron.d/left',
  'useradd -m left; cp /bin/sh /usr/bin/left; echo exit 0 >/usr/local/lib/vm-pool/clean.sh',
].join('\n');

/** Shows all that is left of it, and nothing else. */
const LOOK =
  'ls -d /home/ec2-user/secret /var/secret /var/cron /root/.ssh/* /etc/cron.d/left /home/left /usr/bin/left 2>/dev/null; true';

let world: Ec2World;

describeOnVms('an instance whose pool replaces root volumes', () => {
  let id: string;
  let first: GrantBody;
  let firsts: Credential;

  beforeAll(async () => {
    world = await Ec2World.start({
      default: { ...EC2_POOL, reset: 'replace-root-volume' },
      rebooted: { ...EC2_POOL, reset: 'reboot' },
    });
    await world.aws.wish({ transitionSeconds: 0.3, checkSeconds: 0.3 });
  }, 90_000);

  afterAll(() => world.stop());

  afterEach(async () => {
    for (const user of ['alice', 'bob', 'carol']) await world.service.release(user);
  });

  /** Lends the VM to somebody, once it is free again. */
  async function lendTo(userid: string): Promise<void> {
    await world.settled(id);
    await world.service.borrow(userid);
  }

  it('is checked before its first loan, which teaches the service its host keys', async () => {
    id = await world.launch('default');
    expect(await world.settled(id)).toMatchObject({ state: 'free' });
    first = await world.service.borrow('alice');
    firsts = await world.users.save(first);
    expect(first.vm).toMatchObject({ id, status: 'ready', login: 'certificate', username: 'ec2-user' });
    expect(await world.users.ssh(firsts, ['id -un'])).toMatchObject({ exitCode: 0, stdout: 'ec2-user\n' });
  });

  it('has a fresh disk for its next user, with other host keys, and nothing of the last one', async () => {
    await world.settled(id);
    first = await world.service.borrow('alice');
    firsts = await world.users.save(first);
    const before = await world.ec2.replaceTasks(id);
    await world.machines.of(id).shell(LEAVE);
    expect(await world.machines.of(id).shell(LOOK)).toContain('/etc/cron.d/left');
    await world.service.release('alice');
    expect(await world.settled(id)).toMatchObject({ state: 'free' });
    expect(await world.machines.of(id).shell(LOOK)).toBe('');
    const next = await world.service.borrow('bob');
    expect(next.vm.knownHosts).not.toEqual(first.vm.knownHosts);
    expect(await world.users.ssh(await world.users.save(next), ['echo in'])).toMatchObject({ stdout: 'in\n' });
    // The host key of the old disk is not that of the new one.
    expect((await world.users.ssh(firsts, ['true'])).stderr).toMatch(/Host key verification failed|REMOTE HOST/);
    expect((await world.ec2.replaceTasks(id)).length).toBe(before.length + 1);
  });

  it('is quarantined where the replacement fails, and is lent again once it works', async () => {
    await lendTo('alice');
    await world.ec2.doom(id, { replace: 'fails' });
    await world.service.release('alice');
    expect(await world.settled(id)).toMatchObject({
      state: 'quarantined',
      reason: expect.stringMatching(/^EC2 could not replace the root volume \(failed, task replacevol-[0-9a-f]+\)$/),
    });
    await world.ec2.doom(id, { replace: 'ok' });
    await world.service.call(`POST /vms/${id}/return`, { reason: 'mended' });
    expect(await world.settled(id)).toMatchObject({ state: 'free' });
  });

  it('is quarantined where the replacement hangs for half an hour', async () => {
    await lendTo('alice');
    await world.ec2.doom(id, { replace: 'hangs' });
    await world.service.release('alice');
    await world.until(id, ({ reason }) => reason?.startsWith('EC2 replaces the root volume (in-progress') ?? false);
    world.service.clockAheadSec = 31 * 60;
    expect(await world.settled(id)).toMatchObject({
      state: 'quarantined',
      reason: expect.stringMatching(/^gave up waiting: EC2 replaces the root volume \(in-progress, task replacevol-/),
    });
    world.service.clockAheadSec = 0;
    expect(await world.service.call('POST /getvm', { userid: 'bob' })).toMatchObject({ body: { code: 'pool_empty' } });
  });

  it('reboots for its next user where its pool says so, after its cleaner', async () => {
    const rebooted = await world.launch('rebooted');
    expect(await world.settled(rebooted)).toMatchObject({ state: 'free' });
    const grant = await world.service.borrow('carol', { pool: 'rebooted' });
    const credential = await world.users.save(grant);
    const session = world.users.session(credential, 'echo secret >secret; crontab /dev/null; echo here; sleep 3141');
    if (session.stdout === null) throw new Error('the session has no output');
    await once(session.stdout, 'data');
    const ended = once(session, 'exit');
    const bootId = await world.machines.of(rebooted).shell('cat /run/init; stat -c %Y /run/init');
    await world.service.release('carol');
    expect(await world.settled(rebooted)).toMatchObject({ state: 'free' });
    await ended;
    expect(await world.machines.of(rebooted).shell('cat /run/init; stat -c %Y /run/init')).not.toBe(bootId);
    expect(await world.users.ssh(credential, ['true'])).toMatchObject(REFUSED);
    const next = await world.users.save(await world.service.borrow('bob', { pool: 'rebooted' }));
    expect(await world.users.ssh(next, ['ls -A; crontab -l 2>/dev/null; true'])).toMatchObject({
      stdout: expect.not.stringContaining('secret'),
    });
    const events = (await world.service.events(rebooted)).map(({ kind, reason }) => `${kind}: ${String(reason)}`);
    expect(events).toContainEqual(expect.stringMatching(/^waiting: the VM reboots/));
  });
});
