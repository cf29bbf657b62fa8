import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeOnVms } from '../../support/vms/describe-on-vms.ts';
import { CommandLineUser, NOTHING } from '../lending/command-line.ts';
import { EC2_POOL, Ec2World } from './world.ts';

describeOnVms('vm-pool on EC2 instances', () => {
  let world: Ec2World;
  let home: string;
  let alice: CommandLineUser;

  beforeAll(async () => {
    world = await Ec2World.start({
      default: EC2_POOL,
      keys: { ...EC2_POOL, access: 'instance-connect', check: 'host-key' },
    });
    await world.aws.wish({ transitionSeconds: 0.3, checkSeconds: 0.3 });
    home = await mkdtemp(path.join(tmpdir(), 'vm-pool-ec2-user-'));
    alice = new CommandLineUser('alice', world.service, home);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** An instance of a pool that is free. */
  async function free(pool: string): Promise<string> {
    const id = await world.launch(pool);
    await world.settled(id);
    return id;
  }

  it('logs in with a key that the VM takes for a minute, as often as it is needed', async () => {
    const id = await free('keys');
    expect(await alice.run('get', '--pool', 'keys')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('ssh_public_key_needed'),
    });
    const command = 'for i in 1 2; do ssh -F "$VM_SSH_CONFIG" vm-pool id -un; done; echo "$VM_ID"';
    expect(await alice.run('with', '--pool', 'keys', '--', 'sh', '-c', command)).toMatchObject({
      exitCode: 0,
      stdout: `ec2-user\nec2-user\n${id}\n`,
    });
    expect(await alice.left()).toEqual(NOTHING);
  });

  it('waits for a VM that somebody has stopped, and says when it is gone', async () => {
    const id = await free('default');
    expect(await alice.run('ssh', '--', 'echo', 'in')).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    await world.ec2.stop(id);
    while ((await world.ec2.state(id)) !== 'stopped') await world.machines.settled();
    const again = await alice.run('ssh', '--', 'echo', 'in', 'again');
    expect(again).toMatchObject({ exitCode: 0, stdout: 'in again\n' });
    expect(again.stderr).toMatch(new RegExp(`^${id} is being started: .+; asking again in \\d+ s$`, 'm'));
    await world.ec2.terminate(id);
    await world.machines.settled();
    expect(await alice.run('ssh', '--', 'true')).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining(`${id} no longer exists`),
    });
    expect(await alice.run('release')).toMatchObject({ exitCode: 0 });
    expect(await alice.left()).toEqual(NOTHING);
  });
});
