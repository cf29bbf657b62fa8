import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Ec2 } from '../../../lambda/aws/ec2.ts';
import { instancesOf } from '../../../lambda/aws/ec2-answers.ts';
import { createEc2 } from '../../../lambda/aws/ec2-client.ts';
import { childOf, readXml } from '../../../lambda/aws/xml.ts';
import type { InstanceXml } from './ec2-xml.ts';
import { answerXml, errorXml, instancesXml, listXml, STOPPED_ADDRESSES } from './ec2-xml.ts';
import { answer, FakeService, rejection, SILENCE } from './fake-service.ts';

const SECRET = 'marked-secret';
const ID = 'i-1234567890abcdef0';
const TAG = 'vm-pool:pool';

const service = new FakeService();
let ec2: Ec2;

beforeEach(async () => {
  service.seen.length = 0;
  await service.start();
  ec2 = createEc2(service.options);
});

afterEach(async () => {
  await service.stop();
});

/** The forms that were sent, without what all of them have. */
function forms() {
  return service.seen.map(({ body }) => {
    const { Version, ...form } = Object.fromEntries(new URLSearchParams(body));
    expect(Version).toBe('2016-11-15');
    return form;
  });
}

function answers(...bodies: readonly string[]): void {
  service.answers = bodies.map((body) => answer(200, body));
}

async function read(...instances: readonly InstanceXml[]) {
  answers(instancesXml([instances]));
  return ec2.tagged(TAG, ['lab']);
}

describe('a call of EC2', () => {
  it('is a signed form', async () => {
    answers(answerXml('RebootInstances', '<return>true</return>'));
    await ec2.reboot(ID);
    const [{ request } = { request: undefined }] = service.seen;
    expect(request).toMatchObject({ method: 'POST', url: '/' });
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8');
    expect(request?.headers.authorization).toMatch(/\/eu-central-1\/ec2\/aws4_request/);
    expect(forms()).toEqual([{ Action: 'RebootInstances', 'InstanceId.1': ID }]);
  });

  it('throws the code that EC2 answers, and none of its words', async () => {
    service.answers = [answer(400, errorXml('IncorrectInstanceState', SECRET))];
    const thrown = await rejection(ec2.start(ID));
    expect(thrown).toMatchObject({ name: 'AwsError', code: 'IncorrectInstanceState', status: 400 });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it("says in AWS's words what is denied, without the part that nobody can read", async () => {
    const words =
      'You are not authorized. alice may not ec2:StartInstances Encoded authorization failure message: 4GIOHl';
    service.answers = [answer(403, errorXml('UnauthorizedOperation', words))];
    const { message } = await rejection(ec2.start(ID));
    expect(message).toBe(
      'ec2 answered 403 UnauthorizedOperation: You are not authorized. alice may not ec2:StartInstances',
    );
  });

  it('is sent once more when it is throttled', async () => {
    service.answers = [
      answer(503, errorXml('RequestLimitExceeded')),
      answer(200, answerXml('StartInstances', '<instancesSet/>')),
    ];
    await ec2.start(ID);
    expect(forms()).toHaveLength(2);
  });

  it.each([
    { rule: 'is something else than XML', body: SECRET },
    { rule: 'is a page of a proxy', body: `<html><body>${SECRET}</body></html>` },
    { rule: 'is that of another action', body: answerXml('StopInstances', `<instancesSet>${SECRET}</instancesSet>`) },
    { rule: 'ends in the middle', body: instancesXml([[{ tags: { Name: SECRET } }]]).slice(0, -40) },
    { rule: 'has no list of instances', body: answerXml('DescribeInstances', `<other>${SECRET}</other>`) },
    { rule: 'has two lists', body: answerXml('DescribeInstances', '<reservationSet/><reservationSet/>') },
  ])('throws when the answer $rule, and quotes nothing of it', async ({ body }) => {
    answers(body);
    const thrown = await rejection(ec2.tagged(TAG, ['lab']));
    expect(thrown).toMatchObject({ message: 'ec2 answered 200 UnreadableAnswer' });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('ends with its signal', async () => {
    service.answers = [SILENCE];
    const signal = AbortSignal.timeout(100);
    expect(await rejection(ec2.tagged(TAG, ['lab'], signal))).toMatchObject({ code: 'TimeoutError' });
  });
});

describe('the instances with a tag', () => {
  it('are read with what a VM needs', async () => {
    const tags = { [TAG]: 'lab', 'vm-pool:port': '2222', Name: '' };
    const more = '<stateReason><code>Server.SpotInstanceTermination</code><message>words</message></stateReason>';
    expect(await read({ tags, more })).toEqual([
      {
        id: ID,
        state: 'running',
        stateReason: 'Server.SpotInstanceTermination',
        privateIp: '192.168.1.88',
        publicIp: '54.194.252.215',
        privateDns: 'ip-192-168-1-88.eu-west-1.compute.internal',
        publicDns: 'ec2-54-194-252-215.eu-west-1.compute.amazonaws.com',
        launchedAtMs: Date.parse('2026-05-08T16:46:19Z'),
        tags,
      },
    ]);
    expect(forms()).toEqual([
      { Action: 'DescribeInstances', 'Filter.1.Name': `tag:${TAG}`, 'Filter.1.Value.1': 'lab', MaxResults: '1000' },
    ]);
  });

  it('have no public address while they are stopped', async () => {
    const [stopped] = await read({ state: 'stopped', addresses: STOPPED_ADDRESSES });
    expect(stopped).toMatchObject({ state: 'stopped', privateIp: '192.168.1.88' });
    expect(stopped).not.toHaveProperty('publicIp');
    expect(stopped).not.toHaveProperty('publicDns');
  });

  it('keep tags of every kind as they are', async () => {
    const keys = fc.string({
      unit: fc.constantFrom(...'a A 0 + - = . _ : / @ & < > " \' é ß 漢'.split(' '), ' '),
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keys, keys, { maxKeys: 4, noNullPrototype: true }), async (tags) => {
        expect((await read({ tags }))[0]?.tags).toEqual(tags);
      }),
      { numRuns: 25 },
    );
  });

  it('are read from every reservation of every page', async () => {
    answers(
      instancesXml([[{ id: 'i-01' }, { id: 'i-02' }], []], 'two+/='),
      instancesXml([], 'three'),
      instancesXml([[{ id: 'i-03' }], [{ id: 'i-04' }]]),
    );
    const found = await ec2.tagged(TAG, ['lab']);
    expect(found.map(({ id }) => id)).toEqual(['i-01', 'i-02', 'i-03', 'i-04']);
    expect(forms().map(({ NextToken }) => NextToken)).toEqual([undefined, 'two+/=', 'three']);
  });

  it('are there once, as the last page shows them', async () => {
    answers(instancesXml([[{ state: 'pending' }]], 'two'), instancesXml([[{ state: 'running' }]]));
    expect(await ec2.tagged(TAG, ['lab'])).toMatchObject([{ id: ID, state: 'running' }]);
  });

  it('are asked for by 200 values at most at once', async () => {
    answers(instancesXml([]));
    const pools = Array.from({ length: 201 }, (_, index) => `pool-${index}`);
    expect(await ec2.tagged(TAG, pools)).toEqual([]);
    expect(forms().map((form) => Object.keys(form).filter((name) => name.startsWith('Filter.1.Value')).length)).toEqual(
      [200, 1],
    );
  });

  it('are none without a value, and nobody is asked', async () => {
    expect(await ec2.tagged(TAG, [])).toEqual([]);
    expect(service.seen).toEqual([]);
  });

  it('are read by one request if they are 1,000', async () => {
    answers(instancesXml(Array.from({ length: 1_000 }, (_, index) => [{ id: `i-${index}`, tags: { [TAG]: 'lab' } }])));
    expect(await ec2.tagged(TAG, ['lab'])).toHaveLength(1_000);
    expect(service.seen).toHaveLength(1);
  });

  it('are given up after 100 pages', async () => {
    answers(instancesXml([], 'again'));
    expect(await rejection(ec2.tagged(TAG, ['lab']))).toMatchObject({ code: 'TooManyPages' });
    expect(service.seen).toHaveLength(100);
  });

  it.each<{ rule: string; odd: InstanceXml; expected: object }>([
    {
      rule: 'an address that is none',
      odd: { addresses: '<privateIpAddress>10.0.0.1; rm</privateIpAddress>' },
      expected: {},
    },
    {
      rule: 'an address with too large a number',
      odd: { addresses: '<ipAddress>300.1.1.1</ipAddress>' },
      expected: {},
    },
    { rule: 'a name that is none', odd: { addresses: '<dnsName>-oProxyCommand=x</dnsName>' }, expected: {} },
    {
      rule: 'two addresses',
      odd: { addresses: '<ipAddress>1.2.3.4</ipAddress><ipAddress>5.6.7.8</ipAddress>' },
      expected: {},
    },
    { rule: 'an empty reason', odd: { addresses: '<stateReason><code/><message/></stateReason>' }, expected: {} },
    {
      rule: 'an unknown state, as if on its way',
      odd: { addresses: '', state: 'melting' },
      expected: { state: 'pending' },
    },
    { rule: 'a time of start where there are two', odd: { addresses: '<launchTime/>' }, expected: { launchedAtMs: 0 } },
  ])('are read without $rule', async ({ odd, expected }) => {
    const usual = { id: ID, state: 'running', launchedAtMs: Date.parse('2026-05-08T16:46:19Z'), tags: {} };
    expect(await read(odd)).toEqual([{ ...usual, ...expected }]);
  });

  it.each(['', 'I-1', 'i-xyz', '../i-1', 'i-1 i-2', `i-${'0'.repeat(33)}`])(
    'are left out with the id "%s"',
    async (id) => {
      expect(await read({ id }, { id: 'i-01' })).toMatchObject([{ id: 'i-01' }]);
    },
  );
});

describe('a garbled answer', () => {
  const whole = instancesXml([[{ tags: { [TAG]: 'lab' } }, { id: 'i-02', state: 'stopped' }], [{ id: 'i-03' }]]);
  const parts = fc.constantFrom(
    '<item>',
    '</item>',
    '<item/>',
    '<tagSet>',
    '<instanceId>i-0f</instanceId>',
    '&#0;',
    '<',
    SECRET,
  );

  it('has only instances that could be', () => {
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), fc.array(parts, { maxLength: 3 }), (from, length, added) => {
        const garbled = whole.slice(0, from) + added.join('') + whole.slice(from + length);
        const answered = childOf(readXml(garbled), 'DescribeInstancesResponse');
        for (const found of instancesOf(answered ?? '') ?? []) {
          expect(found.id).toMatch(/^i-[0-9a-f]+$/);
          expect(found.privateIp ?? '192.168.1.88').toMatch(/^[\d.]+$/);
          expect(found.launchedAtMs).toBeGreaterThanOrEqual(0);
          expect(Object.values(found.tags).every((value) => typeof value === 'string')).toBe(true);
        }
      }),
    );
  });
});

describe('one instance', () => {
  it('is read by its id', async () => {
    answers(instancesXml([[{ state: 'stopping' }]]));
    expect(await ec2.instance(ID)).toMatchObject({ id: ID, state: 'stopping' });
    expect(forms()).toEqual([{ Action: 'DescribeInstances', 'InstanceId.1': ID }]);
  });

  it.each(['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed'])('is not there after %s', async (code) => {
    service.answers = [answer(400, errorXml(code))];
    expect(await ec2.instance(ID)).toBeUndefined();
  });

  it('is never another one', async () => {
    answers(instancesXml([[{ id: 'i-0b' }]]));
    expect(await ec2.instance(ID)).toBeUndefined();
  });

  it('throws when EC2 can not say', async () => {
    service.answers = [answer(400, errorXml('AuthFailure'))];
    expect(await rejection(ec2.instance(ID))).toMatchObject({ code: 'AuthFailure' });
  });
});

describe('power', () => {
  it('is switched by id', async () => {
    answers(
      answerXml('StartInstances', '<instancesSet/>'),
      answerXml('StopInstances', '<instancesSet/>'),
      answerXml('RebootInstances', '<return>true</return>'),
    );
    await ec2.start('i-01');
    await ec2.stop(['i-02', 'i-03']);
    await ec2.reboot('i-04');
    expect(forms()).toEqual([
      { Action: 'StartInstances', 'InstanceId.1': 'i-01' },
      { Action: 'StopInstances', 'InstanceId.1': 'i-02', 'InstanceId.2': 'i-03' },
      { Action: 'RebootInstances', 'InstanceId.1': 'i-04' },
    ]);
  });

  it('is not touched for no instance', async () => {
    await ec2.stop([]);
    expect(service.seen).toEqual([]);
  });
});

describe('status checks', () => {
  it.each([
    { system: 'ok', instance: 'ok', disks: 'ok', is: 'ok' },
    { system: 'ok', instance: 'ok', disks: undefined, is: 'ok' },
    { system: 'ok', instance: 'ok', disks: 'initializing', is: 'ok' },
    { system: 'ok', instance: 'ok', disks: 'impaired', is: 'impaired' },
    { system: 'ok', instance: 'initializing', disks: undefined, is: 'initializing' },
    { system: 'initializing', instance: 'ok', disks: undefined, is: 'initializing' },
    { system: 'impaired', instance: 'initializing', disks: undefined, is: 'impaired' },
    { system: 'ok', instance: 'impaired', disks: undefined, is: 'impaired' },
    { system: 'insufficient-data', instance: 'ok', disks: undefined, is: 'unknown' },
    { system: undefined, instance: undefined, disks: undefined, is: 'unknown' },
  ])('are $is when the system is $system, the instance $instance and its disks $disks', async (row) => {
    const one = (name: string, status?: string) =>
      status === undefined
        ? ''
        : `<${name}><status>${status}</status><details><item><name>reachability</name></item></details></${name}>`;
    const status =
      one('systemStatus', row.system) + one('instanceStatus', row.instance) + one('attachedEbsStatus', row.disks);
    answers(
      answerXml('DescribeInstanceStatus', listXml('instanceStatusSet', [`<instanceId>${ID}</instanceId>${status}`])),
    );
    expect(await ec2.statusChecks(ID)).toBe(row.is);
    expect(forms()).toEqual([{ Action: 'DescribeInstanceStatus', 'InstanceId.1': ID }]);
  });

  it('are unknown of an instance that does not run', async () => {
    answers(answerXml('DescribeInstanceStatus', '<instanceStatusSet/>'));
    expect(await ec2.statusChecks(ID)).toBe('unknown');
  });
});

describe('a new root volume', () => {
  const task = (state: string, id = 'replacevol-0111') =>
    `<replaceRootVolumeTaskId>${id}</replaceRootVolumeTaskId><instanceId>${ID}</instanceId><taskState>${state}</taskState>`;

  it('is asked for with a token, and without the old one', async () => {
    const made = `<replaceRootVolumeTask>${task('pending')}<tagSet/></replaceRootVolumeTask>`;
    answers(answerXml('CreateReplaceRootVolumeTask', made));
    expect(await ec2.replaceRootVolume(ID, 'lease-1')).toEqual({ id: 'replacevol-0111', state: 'pending' });
    expect(forms()).toEqual([
      {
        Action: 'CreateReplaceRootVolumeTask',
        InstanceId: ID,
        ClientToken: 'lease-1',
        DeleteReplacedRootVolume: 'true',
      },
    ]);
  });

  it('has the same token when it is asked for once more', async () => {
    const made = answerXml(
      'CreateReplaceRootVolumeTask',
      `<replaceRootVolumeTask>${task('pending')}</replaceRootVolumeTask>`,
    );
    service.answers = [answer(500, errorXml('InternalError')), answer(200, made)];
    await ec2.replaceRootVolume(ID, 'lease-1');
    expect(forms().map(({ ClientToken }) => ClientToken)).toEqual(['lease-1', 'lease-1']);
  });

  it('throws when the answer has no task', async () => {
    answers(answerXml('CreateReplaceRootVolumeTask', '<replaceRootVolumeTask/>'));
    expect(await rejection(ec2.replaceRootVolume(ID, 'lease-1'))).toMatchObject({ code: 'UnreadableAnswer' });
  });

  it.each([
    { state: 'pending', is: 'pending' },
    { state: 'in-progress', is: 'in-progress' },
    { state: 'failing', is: 'failing' },
    { state: 'failing-detached', is: 'failing' },
    { state: 'failed', is: 'failed' },
    { state: 'failed-detached', is: 'failed-detached' },
    { state: 'succeeded', is: 'succeeded' },
    { state: 'dreaming', is: 'in-progress' },
  ])('is $is when EC2 says $state', async ({ state, is }) => {
    answers(answerXml('DescribeReplaceRootVolumeTasks', listXml('replaceRootVolumeTaskSet', [task(state)])));
    expect(await ec2.replaceTask('replacevol-0111')).toEqual({ id: 'replacevol-0111', state: is });
    expect(forms()).toEqual([
      { Action: 'DescribeReplaceRootVolumeTasks', 'ReplaceRootVolumeTaskId.1': 'replacevol-0111' },
    ]);
  });

  it('is not there when EC2 lists none', async () => {
    answers(answerXml('DescribeReplaceRootVolumeTasks', '<replaceRootVolumeTaskSet/>'));
    expect(await ec2.replaceTask('replacevol-0111')).toBeUndefined();
  });
});

describe('the console output', () => {
  const output = (text: string) =>
    answerXml(
      'GetConsoleOutput',
      `<instanceId>${ID}</instanceId><output>${Buffer.from(text).toString('base64')}</output>`,
    );

  it('is the newest one, decoded', async () => {
    answers(output('Ubuntu 24.04 LTS\r\nzoë login: '));
    expect(await ec2.consoleOutput(ID)).toBe('Ubuntu 24.04 LTS\r\nzoë login: ');
    expect(forms()).toEqual([{ Action: 'GetConsoleOutput', InstanceId: ID, Latest: 'true' }]);
  });

  it('is that of the last start where EC2 has no newer one', async () => {
    service.answers = [answer(400, errorXml('UnsupportedOperation')), answer(200, output('booted'))];
    expect(await ec2.consoleOutput(ID)).toBe('booted');
    expect(forms()[1]).toEqual({ Action: 'GetConsoleOutput', InstanceId: ID });
  });

  it('is empty while there is none', async () => {
    answers(answerXml('GetConsoleOutput', `<instanceId>${ID}</instanceId>`));
    expect(await ec2.consoleOutput(ID)).toBe('');
  });

  it('is at most 64 KB, the last ones', async () => {
    answers(output(`${'a'.repeat(70_000)}end`));
    const text = await ec2.consoleOutput(ID);
    expect([text.length, text.endsWith('aend')]).toEqual([65_536, true]);
  });

  it('throws what else is wrong', async () => {
    service.answers = [answer(400, errorXml('InvalidInstanceID.NotFound'))];
    expect(await rejection(ec2.consoleOutput(ID))).toMatchObject({ code: 'InvalidInstanceID.NotFound' });
  });
});
