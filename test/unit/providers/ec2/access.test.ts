import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../lambda/aws/error.ts';
import { AccessUnavailable } from '../../../../lambda/pool/refusals.ts';
import type { Vm } from '../../../../lambda/pool/vm.ts';
import type { Ec2World } from '../../../support/providers/ec2-world.ts';
import { ec2World, opened, SESSION_TOKEN, TAGS, vmIn } from '../../../support/providers/ec2-world.ts';
import { HOST_KEY, inventoryText } from '../../../support/providers/inventory.ts';
import { MADE_KEY, START_MS, START_SEC } from '../../../support/providers/static-world.ts';

const ID = 'i-01';
const EC2 = { username: 'ubuntu' };
const KEY = 'ssh-ed25519 AAAAalice alice@laptop';

let world: Ec2World;
let vm: Vm;

async function begin(pool: object): Promise<void> {
  world = ec2World(inventoryText([], { lab: { check: 'host-key', reset: 'none', ec2: EC2, ...pool } }));
  world.ec2.add(ID, { [TAGS.pool]: 'lab', [TAGS.port]: '2222', [TAGS.user]: 'lab' });
  vm = { ...(await vmIn(world, ID)), hostKeys: [HOST_KEY] };
}

async function whyNot(changes: Parameters<typeof opened>[2] = {}): Promise<unknown> {
  return opened(world, vm, changes).catch((error: unknown) => error);
}

describe('access by certificate', () => {
  beforeEach(async () => {
    await begin({ access: 'certificate' });
  });

  it('opens the instance by its id, at the address, port and host keys that it has', async () => {
    expect(await opened(world, vm)).toEqual({
      vm,
      login: {
        login: 'certificate',
        certificate: `ssh-ed25519-cert-v01@openssh.com ${ID}`,
        privateKey: MADE_KEY,
        certificateExpiresAtSec: START_SEC + 300,
        knownHosts: [`[10.0.0.1]:2222 ${HOST_KEY}`],
      },
    });
  });

  it('has the address that the instance has now', async () => {
    const moved = { ...vm, ip: '10.0.0.99', username: 'other' };
    expect(await opened(world, moved)).toMatchObject({ vm, login: { knownHosts: [`[10.0.0.1]:2222 ${HOST_KEY}`] } });
  });

  it('lets the holder of an instance in whose tags have changed under the lease, where it was', async () => {
    for (const pool of [undefined, 'other']) {
      world.ec2.get(ID).tags = pool === undefined ? {} : { [TAGS.pool]: pool };
      expect(await opened(world, vm)).toMatchObject({ vm, login: { login: 'certificate' } });
    }
  });

  it('has the host keys of the AMI where the pool says them', async () => {
    await begin({ access: 'certificate', ec2: { ...EC2, hostKeys: [HOST_KEY] } });
    expect(await opened(world, await vmIn(world, ID))).toMatchObject({
      login: { knownHosts: [`[10.0.0.1]:2222 ${HOST_KEY}`] },
    });
  });

  it('is refused as long as nobody knows the host keys', async () => {
    const unlearnt = await vmIn(world, ID);
    await expect(opened(world, unlearnt)).rejects.toThrow('the host keys of i-01 are not known yet');
  });

  it('is refused, and the lease kept, when EC2 does not answer or refuses', async () => {
    for (const status of ['no answer', 400] as const) {
      world.ec2.fail('instance', 'UnauthorizedOperation', status);
      const error = await whyNot();
      expect(error).toBeInstanceOf(AccessUnavailable);
      const why =
        status === 'no answer' ? 'ec2 did not answer: UnauthorizedOperation' : 'ec2 answered 400 UnauthorizedOperation';
      expect((error as AccessUnavailable).why).toBe(why);
    }
  });
});

describe('access by EC2 Instance Connect', () => {
  beforeEach(async () => {
    await begin({ access: 'instance-connect' });
  });

  it("pushes the holder's own key, and says until when it is accepted", async () => {
    world.nowMs += 900;
    expect(await opened(world, vm, { sshPublicKey: KEY })).toEqual({
      vm,
      login: {
        login: 'instance-connect',
        keyAcceptedUntilSec: START_SEC + 1 + 60,
        knownHosts: [`[10.0.0.1]:2222 ${HOST_KEY}`],
      },
    });
    expect(world.pushed).toEqual([{ instanceId: ID, osUser: 'lab', publicKey: KEY }]);
  });

  it('pushes it again as often as the holder asks, also when they only look', async () => {
    await opened(world, vm, { sshPublicKey: KEY });
    world.nowMs += 120_000;
    const again = await opened(world, vm, { sshPublicKey: KEY, isLook: true });
    expect(again).toMatchObject({ login: { keyAcceptedUntilSec: START_SEC + 120 + 60 } });
    expect(world.pushed).toHaveLength(2);
  });

  it.each([undefined, 'ecdsa-sha2-nistp256 AAAA', 'sk-ssh-ed25519@openssh.com AAAA'])(
    'takes no other key than Ed25519 or RSA: %s',
    async (sshPublicKey) => {
      const error = await whyNot({ sshPublicKey });
      expect(error).toBeInstanceOf(AccessUnavailable);
      expect(world.pushed).toEqual([]);
    },
  );

  it('takes an RSA key', async () => {
    expect(await opened(world, vm, { sshPublicKey: 'ssh-rsa AAAA' })).toHaveProperty('login');
  });

  it('pushes nothing for a lease that is over', async () => {
    world.nowMs = START_MS + 3_600_000;
    expect(await whyNot({ sshPublicKey: KEY })).toMatchObject({ why: 'the lease is over' });
    expect(world.pushed).toEqual([]);
  });

  it('is refused, and the lease kept, when the service refuses the key', async () => {
    world.accessFaults.push(new AwsError('ec2-instance-connect', 'ThrottlingException', 400));
    const error = await whyNot({ sshPublicKey: KEY });
    expect(error).toMatchObject({ why: 'ec2-instance-connect answered 400 ThrottlingException' });
    expect(error).toBeInstanceOf(AccessUnavailable);
  });
});

describe('access by Session Manager', () => {
  beforeEach(async () => {
    await begin({ access: 'session-manager', check: 'none' });
  });

  it('begins a session, and says what its plugin needs', async () => {
    expect(await opened(world, vm)).toEqual({
      vm,
      login: {
        login: 'session-manager',
        region: 'eu-central-1',
        session: { sessionId: 'service-1', streamUrl: 'wss://ssmmessages/service-1', tokenValue: SESSION_TOKEN },
      },
    });
  });

  it('begins none when the holder only looks', async () => {
    const login = { login: 'session-manager', region: 'eu-central-1' };
    expect(await opened(world, vm, { isLook: true })).toEqual({ vm, login });
    expect(world.sessions.size).toBe(0);
  });

  it('begins none for a lease that is over', async () => {
    world.nowMs = START_MS + 3_600_000;
    expect(await whyNot()).toMatchObject({ why: 'the lease is over' });
    expect(world.sessions.size).toBe(0);
  });

  it('is refused, and the lease kept, while no agent runs', async () => {
    world.accessFaults.push(new AwsError('ssm', 'TargetNotConnected', 400));
    expect(await whyNot()).toMatchObject({ why: 'ssm answered 400 TargetNotConnected' });
  });
});

describe('an instance that does not run', () => {
  beforeEach(async () => {
    await begin({ access: 'certificate' });
  });

  it('says why it does not start, and stands under its lease', async () => {
    world.ec2.get(ID).state = 'stopped';
    world.ec2.fail('start', 'InsufficientInstanceCapacity', 500);
    const why = "the instance can't be started: ec2 answered 500 InsufficientInstanceCapacity";
    expect(await opened(world, vm)).toEqual({ vm, unready: { status: 'starting', why, againInSec: 15 } });
  });

  it('is not started while it stops', async () => {
    await world.ec2.stop([ID]);
    expect(await opened(world, vm)).toMatchObject({ unready: { status: 'starting', why: 'the instance is stopping' } });
    expect(world.ec2.calls).not.toContain(`start ${ID}`);
  });

  it('is gone when EC2 does not know it', async () => {
    world.ec2.instances.delete(ID);
    expect(await opened(world, vm)).toMatchObject({ unready: { status: 'gone', why: 'it no longer exists' } });
  });
});
