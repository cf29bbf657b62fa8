import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newKeys, pemOf } from '../../../lambda/access/ecdsa-key.ts';
import { createStoredKeys } from '../../../lambda/access/stored-keys.ts';
import { string } from '../../../lambda/access/wire.ts';
import { AccessUnavailable } from '../../../lambda/pool/refusals.ts';
import type { Answer } from '../aws/fake-service.ts';
import { answer, FakeService, rejection, SILENCE } from '../aws/fake-service.ts';

const SECRET = 'marked-secret';
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;
const KEY = pemOf(newKeys().privateKey);

const aws = new FakeService();

beforeEach(async () => {
  aws.seen.length = 0;
  await aws.start();
});

afterEach(async () => {
  await aws.stop();
});

function parameter(Value: string, Type = 'SecureString'): Answer {
  return answer(200, { Parameter: { Name: '/lab/vm-01', Type, Value } });
}

function sent() {
  return aws.seen.map(({ request: { headers }, body }) => {
    return { target: headers['x-amz-target'], input: JSON.parse(body) as object };
  });
}

/** A key in OpenSSH's own format: its frame is right, the keys are only bytes. */
function openSshKey(cipher = 'none', cut = 0): string {
  const parts = [cipher, cipher, '', Buffer.of(0, 0, 0, 1), Buffer.alloc(51, 7), Buffer.alloc(136, 7)];
  const fields = parts.map((part, at) => (at === 3 ? (part as Buffer) : string(part)));
  const blob = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...fields]);
  const lines = blob
    .subarray(0, blob.length - cut)
    .toString('base64')
    .replace(/(.{70})/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe('createStoredKeys', () => {
  it('reads a parameter of SSM', async () => {
    aws.answers = [parameter(KEY)];
    expect(await createStoredKeys(aws.options).read('ssm:/lab/vm-01')).toBe(KEY);
    expect(sent()).toEqual([{ target: 'AmazonSSM.GetParameter', input: { Name: '/lab/vm-01', WithDecryption: true } }]);
  });

  it('reads a secret, also by its ARN', async () => {
    aws.answers = [answer(200, { SecretString: KEY })];
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:lab/vm-01-AbCdEf';
    expect(await createStoredKeys(aws.options).read(`secretsmanager:${arn}`)).toBe(KEY);
    expect(sent()).toEqual([{ target: 'secretsmanager.GetSecretValue', input: { SecretId: arn } }]);
  });

  it('reads the key anew each time', async () => {
    aws.answers = [parameter(KEY), parameter(openSshKey())];
    const keys = createStoredKeys(aws.options);
    expect([await keys.read('ssm:/lab/vm-01'), await keys.read('ssm:/lab/vm-01')]).toEqual([KEY, openSshKey()]);
  });

  it.each([
    { rule: "in OpenSSH's format", key: openSshKey() },
    {
      rule: 'RSA in PKCS #1',
      key: generateKeyPairSync('rsa', { modulusLength: 2048 })
        .privateKey.export({ type: 'pkcs1', format: 'pem' })
        .toString(),
    },
    { rule: 'ECDSA in SEC 1', key: newKeys().privateKey.export({ type: 'sec1', format: 'pem' }).toString() },
  ])('takes a key $rule', async ({ key }) => {
    aws.answers = [parameter(key)];
    expect(await createStoredKeys(aws.options).read('ssm:/lab/vm-01')).toBe(key);
  });

  it.each([
    { rule: 'has lost its last line end', stored: KEY.trim() },
    { rule: 'has the line ends of Windows', stored: KEY.replaceAll('\n', '\r\n') },
    { rule: 'has space around it', stored: `\n ${KEY} \n` },
  ])('mends a key that $rule, as ssh reads none such', async ({ stored }) => {
    aws.answers = [parameter(stored)];
    expect(await createStoredKeys(aws.options).read('ssm:/lab/vm-01')).toBe(KEY);
  });

  it.each<{ rule: string; answered: Answer; why: string }>([
    {
      rule: 'is missing',
      answered: answer(400, { __type: 'ParameterNotFound', message: SECRET }),
      why: 'ssm:/lab/vm-01 does not exist',
    },
    {
      rule: 'may not be read',
      answered: answer(400, {
        __type: 'AccessDeniedException',
        message: 'not authorized to perform: ssm:GetParameter',
      }),
      why: 'ssm:/lab/vm-01 may not be read by the service',
    },
    {
      rule: 'is asked for too often',
      answered: answer(400, { __type: 'ThrottlingException', message: SECRET }),
      why: "ssm:/lab/vm-01 can't be read now (ThrottlingException)",
    },
    { rule: 'does not come in time', answered: SILENCE, why: "ssm:/lab/vm-01 can't be read now (TimeoutError)" },
    {
      rule: 'comes without JSON',
      answered: answer(200, SECRET),
      why: "ssm:/lab/vm-01 can't be read now (UnreadableAnswer)",
    },
    { rule: 'is empty', answered: parameter(' \n'), why: 'ssm:/lab/vm-01 is empty' },
    {
      rule: 'is not encrypted in SSM',
      answered: parameter(KEY, 'String'),
      why: 'ssm:/lab/vm-01 must be a SecureString, or a secret of text',
    },
    {
      rule: 'is nothing',
      answered: answer(200, {}),
      why: 'ssm:/lab/vm-01 must be a SecureString, or a secret of text',
    },
    ...[
      { rule: 'is a password', stored: SECRET },
      { rule: 'is a public key', stored: newKeys().publicKey.export({ type: 'spki', format: 'pem' }).toString() },
      { rule: 'is cut off', stored: KEY.slice(0, -40) },
      { rule: 'has a hole in it', stored: KEY.replace(/\n.{9}/, '\n') },
      { rule: 'is two keys', stored: KEY + KEY },
      {
        rule: 'is Ed25519 in a format that ssh does not read',
        stored: generateKeyPairSync('ed25519').privateKey.export(PKCS8).toString(),
      },
      {
        rule: 'has a passphrase',
        stored: newKeys()
          .privateKey.export({ ...PKCS8, cipher: 'aes-256-cbc', passphrase: 'p' })
          .toString(),
      },
      { rule: "has a passphrase in OpenSSH's format", stored: openSshKey('aes256-ctr') },
      { rule: "is cut off in OpenSSH's format", stored: openSshKey('none', 70) },
      { rule: "has no key in OpenSSH's format", stored: openSshKey('none', 191) },
      { rule: "is no base64 in OpenSSH's format", stored: openSshKey().replace(/.\n-----END/, '\n-----END') },
    ].map(({ rule, stored }) => ({
      rule,
      answered: parameter(stored),
      why: 'ssm:/lab/vm-01 must be one private key that ssh reads, without a passphrase',
    })),
  ])('says which key $rule, and quotes nothing of it', async ({ answered, why }) => {
    aws.answers = [answered];
    const error = await rejection(createStoredKeys(aws.options, 500).read('ssm:/lab/vm-01'));
    expect(error).toBeInstanceOf(AccessUnavailable);
    expect(error).toMatchObject({ why });
    const shown = inspect(error, { depth: 10, showHidden: true });
    expect(shown).not.toContain(SECRET);
    for (const line of KEY.split('\n').slice(1, -2)) expect(shown).not.toContain(line);
  });

  it('says that a secret is missing', async () => {
    aws.answers = [answer(400, { __type: 'ResourceNotFoundException', Message: SECRET })];
    expect(await rejection(createStoredKeys(aws.options).read('secretsmanager:lab/vm-01'))).toMatchObject({
      why: 'secretsmanager:lab/vm-01 does not exist',
    });
  });

  it.each([{ place: SECRET }, { place: `file:${SECRET}` }, { place: `ssm:\n${SECRET}` }, { place: 'ssm:' }])(
    'asks nobody for a place of an unknown kind: $place',
    async ({ place }) => {
      const error = await rejection(createStoredKeys(aws.options).read(place));
      expect(error).toMatchObject({ why: 'the place of a stored key must be ssm:NAME or secretsmanager:NAME' });
      expect(inspect(error)).not.toContain(SECRET);
      expect(aws.seen).toEqual([]);
    },
  );
});
