import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import { granted } from '../../support/vms/real-service.ts';
import { EC2_POOL, Ec2World } from './world.ts';

const REFUSED = { exitCode: 255, stderr: expect.stringMatching(/Permission denied|Connection closed/) };

let world: Ec2World;

describeOnVms('instances that nobody enrolls', () => {
  let id: string;

  beforeAll(async () => {
    world = await Ec2World.start({
      default: { ...EC2_POOL, access: 'instance-connect', check: 'host-key' },
      shut: { ...EC2_POOL, access: 'session-manager', check: 'none' },
    });
    id = await world.launch('default');
    await world.settled(id);
  }, 90_000);

  afterAll(() => world.stop());

  afterEach(async () => {
    world.service.clockAheadSec = 0;
    for (const user of ['alice', 'bob']) await world.service.release(user);
    world.service.clockAheadSec = 120;
    await world.settled(id);
    world.service.clockAheadSec = 0;
  });

  it('let in the key that was pushed for their holder, until the moment that the answer says', async () => {
    const own = await world.users.ownKey('-t', 'ed25519');
    world.machines.keySeconds = 4;
    const grant = await world.service.borrow('alice', { sshPublicKey: own.publicKey });
    expect(grant.vm).toMatchObject({ id, status: 'ready', login: 'instance-connect' });
    expect(Date.parse(grant.vm.keyAcceptedUntil ?? '') / 1000 - world.service.nowSec).toBeGreaterThan(55);
    const credential = await world.users.save(grant, own);
    expect(await world.users.ssh(credential, ['id -un'])).toMatchObject({ exitCode: 0, stdout: 'ec2-user\n' });
    const stranger = await world.users.ownKey('-t', 'ed25519');
    expect(await world.users.ssh(await world.users.save(grant, stranger), ['true'])).toMatchObject(REFUSED);
    await sleep(4_500);
    expect(await world.users.ssh(credential, ['true'])).toMatchObject(REFUSED);
    world.machines.keySeconds = 60;
    await world.service.call('POST /connectvm', { userid: 'alice', sshPublicKey: own.publicKey });
    expect(await world.users.ssh(credential, ['true'])).toMatchObject({ exitCode: 0 });
  });

  it('are lent to nobody who brings no key, or one that they do not take', async () => {
    const ecdsa = await world.users.ownKey('-t', 'ecdsa');
    for (const wish of [{}, { sshPublicKey: ecdsa.publicKey }]) {
      const refused = await world.service.call('POST /getvm', { userid: 'bob', ...wish });
      expect(refused).toMatchObject({ status: 422, body: { code: 'ssh_public_key_needed' } });
    }
    expect(await world.service.vm(id)).toMatchObject({ state: 'free' });
  });

  it('stay with their holder while EC2 has no time, who asks again', async () => {
    const own = await world.users.ownKey('-t', 'ed25519');
    const busy = { operation: 'SendSSHPublicKey', code: 'ThrottlingException', status: 429, times: 2 };
    await world.aws.wish({ faults: [busy] });
    const wish = { userid: 'alice', sshPublicKey: own.publicKey };
    const refused = await world.service.call('POST /getvm', wish);
    expect(refused).toMatchObject({ status: 503, body: { code: 'access_unavailable' } });
    const again = granted(await world.service.call('POST /connectvm', wish));
    expect(await world.users.ssh(await world.users.save(again, own), ['true'])).toMatchObject({ exitCode: 0 });
  });

  it('answer a session to their holder alone, and end all of them with the lease', async () => {
    const shut = await world.ec2.launch({ tags: { 'vm-pool:pool': 'shut' } });
    await world.settled(shut);
    const first = await world.service.borrow('bob', { pool: 'shut' });
    const { session } = first.vm;
    expect(session?.streamUrl).toMatch(/^wss:\/\/ssmmessages\./);
    const again = granted(await world.service.call('POST /connectvm', { userid: 'bob' }));
    expect(again.vm.session?.sessionId).not.toBe(session?.sessionId);
    const look = granted(await world.service.call('GET /lease?userid=bob'));
    expect([look.vm.login, look.vm.session]).toEqual(['session-manager', undefined]);
    expect(await activeSessions(shut)).toHaveLength(2);
    await world.service.release('bob');
    world.service.clockAheadSec = 60;
    expect(await world.settled(shut)).toMatchObject({ state: 'free' });
    expect(await activeSessions(shut)).toEqual([]);
    const log = world.service.lines.join('\n');
    expect([session?.tokenValue, again.vm.session?.tokenValue].filter((token) => log.includes(String(token)))).toEqual(
      [],
    );
  });

  it('stay what they are while EC2 is throttled at every tick', async () => {
    const busy = { operation: 'DescribeInstances', code: 'RequestLimitExceeded', status: 503, times: 4 };
    await world.aws.wish({ faults: [busy] });
    await world.service.tick().catch(() => undefined);
    await world.service.tick().catch(() => undefined);
    expect(await world.service.vm(id)).toMatchObject({ state: 'free' });
    await world.service.tick();
  });

  it('leave when two ticks in a row miss them, and stay when one does', async () => {
    const other = await world.launch('default');
    await world.settled(other);
    await world.ec2.doom(other, { hidden: true });
    await world.service.tick();
    expect((await world.service.events(other))[0]).toMatchObject({ kind: 'missed' });
    await world.ec2.doom(other, { hidden: false });
    await world.service.tick();
    expect((await world.service.events(other))[0]).toMatchObject({ kind: 'found' });
    await world.ec2.untag(other, 'vm-pool:pool');
    await world.service.tick();
    world.service.clockAheadSec = 60;
    await world.service.tick();
    expect((await world.service.vms()).has(other)).toBe(false);
  });

  it('stay with their holder when their tag goes, and leave with the lease', async () => {
    const [one, two] = [await world.launch('default'), await world.launch('default')];
    for (const each of [one, two]) await world.settled(each);
    const own = await world.users.ownKey('-t', 'ed25519');
    const { vm } = await world.service.borrow('alice', { sshPublicKey: own.publicKey });
    await world.ec2.untag(vm.id, 'vm-pool:pool');
    await world.service.tick();
    world.service.clockAheadSec = 60;
    await world.service.tick();
    expect(await world.service.vm(vm.id)).toMatchObject({ state: 'leased', retired: true });
    world.service.clockAheadSec = 0;
    await world.service.release('alice');
    await world.service.tick();
    expect((await world.service.vms()).has(vm.id)).toBe(false);
    await world.ec2.tag(vm.id, { 'vm-pool:pool': 'default' });
    await world.service.tick();
    expect((await world.service.vms()).has(vm.id)).toBe(true);
    id = [id, one, two].find((each) => each !== vm.id) ?? id;
  });

  async function activeSessions(target: string): Promise<unknown[]> {
    const query = { State: 'Active', Filters: [{ key: 'Target', value: target }] };
    const answer = await world.aws.act('ssm', 'AmazonSSM.DescribeSessions', query);
    return (JSON.parse(answer) as { Sessions: unknown[] }).Sessions;
  }
});
