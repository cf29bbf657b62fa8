import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ec2, ReplaceTask } from '../../../lambda/aws/ec2.ts';
import { createEc2 } from '../../../lambda/aws/ec2-client.ts';
import { createInstanceConnect } from '../../../lambda/aws/ec2-instance-connect.ts';
import { createSessions } from '../../../lambda/aws/sessions.ts';
import { EmulatedEc2 } from '../../support/emulated-aws/emulated-ec2.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';

const TAG = 'vm-pool:pool';
const UNKNOWN = 'i-00000000000000000';

let aws: EmulatedAws;
let owner: EmulatedEc2;
let ec2: Ec2;

beforeAll(async () => {
  aws = await EmulatedAws.start();
  owner = await EmulatedEc2.in(aws);
  ec2 = createEc2(aws.clientConfig);
}, 90_000);

afterAll(async () => {
  await aws.stop();
});

async function launched(): Promise<string> {
  return owner.launch({ tags: { [TAG]: 'lab' } });
}

async function finished(task: ReplaceTask): Promise<ReplaceTask | undefined> {
  for (let tries = 0; tries < 100; tries += 1) {
    const now = await ec2.replaceTask(task.id);
    if (now?.state !== 'pending' && now?.state !== 'in-progress') return now;
    await sleep(50);
  }
  return ec2.replaceTask(task.id);
}

describe('the client of EC2', () => {
  it('finds instances by tag on every page, and tags of any text', async () => {
    const odd = { [TAG]: 'pages', Name: '0042', note: '<&> "é"', empty: '' };
    const ids = [...(await owner.launchAll(7, { tags: odd })), ...(await owner.launchAll(6, { tags: odd }))];
    await owner.launch({ tags: { [TAG]: 'other' } });
    const found = await createEc2(aws.clientConfig, 5).tagged(TAG, ['pages', 'nobody']);
    expect(found.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(found.map(({ tags }) => tags)).toEqual(ids.map(() => odd));
  });

  it('sees addresses come and go with power', async () => {
    const id = await launched();
    expect(await ec2.instance(id)).toMatchObject({ state: 'running', publicIp: expect.stringMatching(/^[\d.]+$/) });
    await ec2.stop([id]);
    const stopped = await ec2.instance(id);
    expect(stopped).toMatchObject({ state: 'stopped', privateIp: expect.stringMatching(/^[\d.]+$/) });
    expect(stopped).not.toHaveProperty('publicIp');
    expect(await ec2.statusChecks(id)).toBe('unknown');
    await ec2.start(id);
    await ec2.reboot(id);
    expect(await ec2.statusChecks(id)).toBe('ok');
  });

  it('says why EC2 refuses a call', async () => {
    const id = await launched();
    await ec2.stop([id]);
    await expect(ec2.reboot(id)).rejects.toMatchObject({ code: 'IncorrectInstanceState', status: 400 });
    expect(await ec2.instance(UNKNOWN)).toBeUndefined();
    await expect(ec2.start(UNKNOWN)).rejects.toMatchObject({ code: 'InvalidInstanceID.NotFound' });
  });

  it('gives an instance one new root volume for a token', async () => {
    const id = await launched();
    const task = await ec2.replaceRootVolume(id, 'lease-1');
    expect(await ec2.replaceRootVolume(id, 'lease-1')).toMatchObject({ id: task.id });
    expect(await finished(task)).toEqual({ id: task.id, state: 'succeeded' });
    expect(await owner.replaceTasks(id)).toEqual([task.id]);
    expect(await ec2.replaceTask('replacevol-0')).toBeUndefined();
  });

  it('is throttled once without anybody noticing', async () => {
    await aws.wish({ faults: [{ operation: 'DescribeInstances', code: 'RequestLimitExceeded', status: 503 }] });
    expect(await ec2.tagged(TAG, ['nobody'])).toEqual([]);
  });
});

describe('ways in', () => {
  it('are keys that are pushed to an instance that runs', async () => {
    const connect = createInstanceConnect(aws.clientConfig);
    const key = { osUser: 'ec2-user', publicKey: `ssh-ed25519 ${'A'.repeat(68)}` };
    await connect.send({ ...key, instanceId: await launched() });
    await expect(connect.send({ ...key, instanceId: UNKNOWN })).rejects.toMatchObject({
      code: 'EC2InstanceNotFoundException',
    });
  });

  it('are sessions that end', async () => {
    const sessions = createSessions(aws.clientConfig);
    const [id, other] = [await launched(), await launched()];
    const [first, second] = [await sessions.start(id, 'one'), await sessions.start(id, 'two')];
    await sessions.start(other, 'three');
    expect((await sessions.active(id)).toSorted()).toEqual([first.sessionId, second.sessionId].toSorted());
    for (const { sessionId } of [first, first, second]) await sessions.terminate(sessionId);
    expect(await sessions.active(id)).toEqual([]);
    await expect(sessions.start(UNKNOWN, 'four')).rejects.toMatchObject({ code: 'TargetNotConnected' });
  });
});
