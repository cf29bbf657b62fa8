import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createInstanceConnect } from '../../../lambda/aws/ec2-instance-connect.ts';
import { answer, FakeService, rejection, SILENCE } from './fake-service.ts';

const SECRET = 'marked-secret';
const KEY = { instanceId: 'i-01', osUser: 'ec2-user', publicKey: 'ssh-ed25519 AAAA' };

const service = new FakeService();

beforeEach(async () => {
  service.seen.length = 0;
  await service.start();
});

afterEach(async () => {
  await service.stop();
});

describe('Instance Connect', () => {
  it('takes a key for a user of an instance', async () => {
    service.answers = [answer(200, { RequestId: 'abcd1234', Success: true })];
    await createInstanceConnect(service.options).send(KEY);
    const [{ request, body } = { request: undefined, body: '' }] = service.seen;
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEC2InstanceConnectService.SendSSHPublicKey',
      authorization: expect.stringContaining('/eu-central-1/ec2-instance-connect/aws4_request'),
    });
    expect(JSON.parse(body)).toEqual({
      InstanceId: 'i-01',
      InstanceOSUser: 'ec2-user',
      SSHPublicKey: 'ssh-ed25519 AAAA',
    });
  });

  it.each([
    'AuthException',
    'EC2InstanceNotFoundException',
    'EC2InstanceStateInvalidException',
    'EC2InstanceUnavailableException',
    'InvalidArgsException',
  ])('throws %s', async (code) => {
    service.answers = [answer(400, { __type: code, Message: SECRET })];
    const thrown = await rejection(createInstanceConnect(service.options).send(KEY));
    expect(thrown).toMatchObject({ service: 'ec2-instance-connect', code, status: 400 });
    expect(inspect(thrown, { depth: 10, showHidden: true })).not.toContain(SECRET);
    expect(service.seen).toHaveLength(1);
  });

  it('throws when the key was not taken', async () => {
    service.answers = [answer(200, { RequestId: 'abcd1234', Success: false })];
    const thrown = await rejection(createInstanceConnect(service.options).send(KEY));
    expect(thrown).toMatchObject({ code: 'KeyNotPushed' });
  });

  it('pushes the key once more when AWS is throttled', async () => {
    service.answers = [answer(400, { __type: 'ThrottlingException' }), answer(200, { Success: true })];
    await createInstanceConnect(service.options).send(KEY);
    expect(service.seen).toHaveLength(2);
  });

  it('ends with its signal', async () => {
    service.answers = [SILENCE];
    const sent = createInstanceConnect(service.options).send(KEY, AbortSignal.timeout(100));
    expect(await rejection(sent)).toMatchObject({ code: 'TimeoutError' });
  });
});
