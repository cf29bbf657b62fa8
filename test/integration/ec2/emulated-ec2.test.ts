import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Told } from '../../support/emulated-aws/ec2-hook.ts';
import { Ec2Hook } from '../../support/emulated-aws/ec2-hook.ts';
import { EmulatedEc2, valuesOf } from '../../support/emulated-aws/emulated-ec2.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';

/** How long a change takes here, seconds. */
const TRANSITION_SECONDS = 0.25;
const KEY = `ssh-ed25519 ${'A'.repeat(68)}`;

let aws: EmulatedAws;
let ec2: EmulatedEc2;
let hook: Ec2Hook;
const heard: Told[] = [];

beforeAll(async () => {
  aws = await EmulatedAws.start();
  ec2 = await EmulatedEc2.in(aws);
  hook = await Ec2Hook.start(aws, {
    switch: (told) => {
      heard.push(told);
    },
    boot: () => '',
  });
  await aws.wish({ transitionSeconds: TRANSITION_SECONDS });
}, 90_000);

afterAll(async () => {
  await hook.stop();
  await aws.stop();
});

beforeEach(() => {
  heard.length = 0;
});

/** Waits until an instance is in a state. */
async function until(id: string, state: string): Promise<void> {
  while ((await ec2.state(id)) !== state) await sleep(50);
}

async function running(): Promise<string> {
  const id = await ec2.launch({ tags: { 'vm-pool:pool': 'default' }, userData: '#!/bin/sh\ntrue\n' });
  await until(id, 'running');
  return id;
}

/** The changes that the hook has heard of. */
async function changes(): Promise<string[]> {
  await hook.settled();
  return heard.map(({ change }) => change);
}

describe('an emulated instance', () => {
  it('takes its time to start and to stop, and the hook follows', async () => {
    const id = await ec2.launch({ tags: { a: 'b' }, privateIp: '127.0.0.21', userData: 'hello' });
    expect(await ec2.state(id)).toBe('pending');
    await until(id, 'running');
    await ec2.stop(id);
    expect(await ec2.state(id)).toBe('stopping');
    await until(id, 'stopped');
    await ec2.start(id);
    await until(id, 'running');
    await ec2.ask('RebootInstances', { 'InstanceId.1': id });
    await ec2.terminate(id);
    expect(await ec2.state(id)).toBe('shutting-down');
    await until(id, 'terminated');
    expect(await changes()).toEqual(['run', 'stop', 'start', 'reboot', 'terminate']);
    expect(heard[0]).toMatchObject({
      instance: { id, privateIp: '127.0.0.21', tags: { a: 'b' }, userData: btoa('hello') },
    });
  });

  it('is refused what its state does not allow', async () => {
    const id = await running();
    await ec2.stop(id);
    await expect(ec2.start(id)).rejects.toThrow('IncorrectInstanceState');
    await until(id, 'stopped');
    await ec2.stop(id);
    await expect(ec2.ask('RebootInstances', { 'InstanceId.1': id })).rejects.toThrow('IncorrectInstanceState');
    await expect(ec2.ask('CreateReplaceRootVolumeTask', { InstanceId: id })).rejects.toThrow('IncorrectInstanceState');
    await ec2.terminate(id);
    await expect(ec2.start(id)).rejects.toThrow('IncorrectInstanceState');
  });

  it('stops again where its start is to fail', async () => {
    const id = await running();
    await ec2.stop(id);
    await until(id, 'stopped');
    await ec2.doom(id, { start: 'fails' });
    await ec2.start(id);
    expect(await ec2.state(id)).toBe('pending');
    await until(id, 'stopped');
  });

  it('has status checks that take their time after each start, and a console', async () => {
    await aws.wish({ checkSeconds: 0.4 });
    const id = await running();
    const status = async () =>
      /<instanceStatus>.*?<\/details>.*?<status>(.*?)</s.exec(
        await ec2.ask('DescribeInstanceStatus', { 'InstanceId.1': id }),
      )?.[1];
    expect(await status()).toBe('initializing');
    while ((await status()) !== 'ok') await sleep(50);
    await ec2.doom(id, { checks: 'impaired' });
    expect(await status()).toBe('impaired');
    await aws.wish({ checkSeconds: 0 });
    await aws.wish({ consoles: { [id]: 'it boots\n' } });
    const [output = ''] = valuesOf(await ec2.ask('GetConsoleOutput', { InstanceId: id }), 'output');
    expect(Buffer.from(output, 'base64').toString()).toBe('it boots\n');
  });
});

describe('an emulated task that replaces a root volume', () => {
  const create = (id: string, token: string) =>
    ec2.ask('CreateReplaceRootVolumeTask', { InstanceId: id, ClientToken: token, DeleteReplacedRootVolume: 'true' });
  const state = async (task: string) =>
    valuesOf(await ec2.ask('DescribeReplaceRootVolumeTasks', { 'ReplaceRootVolumeTaskId.1': task }), 'taskState')[0];

  it('goes from pending to succeeded, and is one for each token in any state of the instance', async () => {
    const id = await running();
    const created = await create(id, 'one');
    const [task = ''] = valuesOf(created, 'replaceRootVolumeTaskId');
    const seen = new Set(valuesOf(created, 'taskState'));
    while (!seen.has('succeeded')) seen.add((await state(task)) ?? 'absent');
    // A busy machine may miss the state between.
    expect([...seen].filter((one) => one !== 'in-progress')).toEqual(['pending', 'succeeded']);
    await ec2.stop(id);
    expect(valuesOf(await create(id, 'one'), 'replaceRootVolumeTaskId')).toEqual([task]);
    await expect(create(id, 'two')).rejects.toThrow('IncorrectInstanceState');
    expect(await changes()).toEqual(['run', 'replace', 'stop']);
    expect(await ec2.replaceTasks(id)).toEqual([task]);
  });

  it.each([
    { fate: 'fails', last: 'failed' },
    { fate: 'hangs', last: 'in-progress' },
  ] as const)('ends as $last where it $fate', async ({ fate, last }) => {
    const id = await running();
    await ec2.doom(id, { replace: fate });
    const [task = ''] = valuesOf(await create(id, fate), 'replaceRootVolumeTaskId');
    await sleep(TRANSITION_SECONDS * 1500);
    expect(await state(task)).toBe(last);
    expect(await changes()).not.toContain('replace');
  });

  it('does not take the same token for another instance', async () => {
    const [one, other] = [await running(), await running()];
    await create(one, 'shared');
    await expect(create(other, 'shared')).rejects.toThrow('IdempotentParameterMismatch');
  });
});

describe('emulated pages', () => {
  it('have at most as many instances as asked for, filtered after they were cut', async () => {
    const wanted = await ec2.launchAll(7, { tags: { page: 'yes' } });
    const others = await ec2.launchAll(7, { tags: { page: 'no' } });
    const pages: string[][] = [];
    let token: string | undefined;
    do {
      const answer = await ec2.ask('DescribeInstances', {
        MaxResults: '5',
        'Filter.1.Name': 'tag:page',
        'Filter.1.Value.1': 'yes',
        ...(token !== undefined && { NextToken: token }),
      });
      pages.push(valuesOf(answer, 'instanceId'));
      [token] = valuesOf(answer, 'nextToken');
    } while (token !== undefined);
    expect(pages.flat()).toEqual(wanted);
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(5);
    expect(pages.at(-1)).toEqual([]);
    expect(others).toHaveLength(7);
    await expect(ec2.ask('DescribeInstances', { MaxResults: '5', NextToken: 'bad' })).rejects.toThrow(
      'InvalidParameterValue',
    );
  });

  it('leave out for a moment what is hidden', async () => {
    const id = await running();
    await ec2.doom(id, { hidden: true });
    expect(await ec2.ask('DescribeInstances')).not.toContain(id);
    await ec2.doom(id, { hidden: false });
    expect(await ec2.ask('DescribeInstances')).toContain(id);
  });
});

describe('emulated faults', () => {
  it('meet the next calls of their operation, or those about one instance', async () => {
    const [one, other] = [await running(), await running()];
    const busy = { operation: 'StopInstances', code: 'RequestLimitExceeded', status: 503 };
    await aws.wish({ faults: [{ ...busy, times: 2, instance: one }] });
    await ec2.stop(other);
    await expect(ec2.stop(one)).rejects.toThrow(/503[^]*<Code>RequestLimitExceeded</);
    await expect(ec2.stop(one)).rejects.toThrow('RequestLimitExceeded');
    await ec2.stop(one);
    await aws.wish({ faults: [{ operation: 'StartSession', code: 'ThrottlingException', status: 400 }] });
    await expect(aws.act('ssm', 'AmazonSSM.StartSession', { Target: one })).rejects.toThrow('ThrottlingException');
  });
});

describe('emulated ways in', () => {
  const push = (parameters: object) =>
    aws.act('ec2-instance-connect', 'AWSEC2InstanceConnectService.SendSSHPublicKey', { ...parameters });

  it('push keys to instances that run', async () => {
    const InstanceId = await running();
    await push({ InstanceId, InstanceOSUser: 'ec2-user', SSHPublicKey: KEY });
    expect(heard.at(-1)).toMatchObject({ change: 'key', user: 'ec2-user', key: KEY, instance: { id: InstanceId } });
    await expect(push({ InstanceId, InstanceOSUser: 'not a user', SSHPublicKey: KEY })).rejects.toThrow('InvalidArgs');
    await expect(push({ InstanceId, InstanceOSUser: 'me', SSHPublicKey: 'garbage' })).rejects.toThrow('InvalidArgs');
    await ec2.stop(InstanceId);
    await expect(push({ InstanceId, InstanceOSUser: 'me', SSHPublicKey: KEY })).rejects.toThrow('StateInvalid');
  });

  it('hold sessions until they or their instances end', async () => {
    const [one, other] = [await running(), await running()];
    const start = async (Target: string) =>
      JSON.parse(await aws.act('ssm', 'AmazonSSM.StartSession', { Target })) as { SessionId: string };
    const active = async (Target: string) => {
      const query = { State: 'Active', Filters: [{ key: 'Target', value: Target }] };
      const { Sessions } = JSON.parse(await aws.act('ssm', 'AmazonSSM.DescribeSessions', query)) as {
        Sessions: { SessionId: string }[];
      };
      return Sessions.map(({ SessionId }) => SessionId);
    };
    const [first, second, third] = [await start(one), await start(one), await start(other)];
    await aws.act('ssm', 'AmazonSSM.TerminateSession', { SessionId: first.SessionId });
    expect(await active(one)).toEqual([second.SessionId]);
    expect(await active(other)).toEqual([third.SessionId]);
    await ec2.stop(other);
    expect(await active(other)).toEqual([]);
    await expect(start(other)).rejects.toThrow('TargetNotConnected');
  });
});
