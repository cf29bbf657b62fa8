import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStoredKeys } from '../../../lambda/access/stored-keys.ts';
import { objectReader } from '../../../lambda/aws/s3.ts';
import type { StoredKeys } from '../../../lambda/pool/access.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';
import { rejection } from '../../unit/aws/fake-service.ts';
import { SshKeygen } from './ssh-keygen.ts';

let ssh: SshKeygen;
let aws: EmulatedAws;
let keys: StoredKeys;

beforeAll(async () => {
  [ssh, aws] = await Promise.all([SshKeygen.start(), EmulatedAws.start()]);
  keys = createStoredKeys(aws.clientConfig);
}, 60_000);

afterAll(async () => {
  await Promise.all([ssh.stop(), aws.stop()]);
});

const PLACES = [
  {
    place: 'ssm:/lab/vm-01',
    keep: (Value: string) =>
      aws.act('ssm', 'AmazonSSM.PutParameter', { Name: '/lab/vm-01', Type: 'SecureString', Value, Overwrite: true }),
  },
  {
    place: 'secretsmanager:lab/vm-01',
    keep: async (SecretString: string) => {
      const Name = 'lab/vm-01';
      await aws.act('secretsmanager', 'secretsmanager.CreateSecret', { Name, SecretString }).catch(() => undefined);
      return aws.act('secretsmanager', 'secretsmanager.PutSecretValue', { SecretId: Name, SecretString });
    },
  },
];

const KEYS = [
  { kind: "Ed25519 in OpenSSH's format", options: ['-t', 'ed25519'] },
  { kind: "ECDSA in OpenSSH's format", options: ['-t', 'ecdsa', '-b', '384'] },
  { kind: "RSA in OpenSSH's format", options: ['-t', 'rsa', '-b', '3072'] },
  { kind: 'ECDSA in PKCS #8', options: ['-t', 'ecdsa', '-m', 'PKCS8'] },
  { kind: 'RSA in PKCS #1', options: ['-t', 'rsa', '-b', '2048', '-m', 'PEM'] },
];

describe.each(PLACES)('a key under $place', ({ place, keep }) => {
  it('does not exist before somebody keeps it', async () => {
    expect(await rejection(keys.read(`${place}-of-nobody`))).toMatchObject({
      why: `${place}-of-nobody does not exist`,
    });
  });

  it.each(KEYS)('is read as it was kept: $kind', async ({ options }) => {
    const key = await ssh.privateKey(...options);
    await keep(key);
    expect(await keys.read(place)).toBe(key);
    expect(await ssh.publicKeyOf(await keys.read(place))).toMatch(/^(ssh|ecdsa)-/);
  });

  it('is refused with a passphrase', async () => {
    await keep(await ssh.privateKey('-t', 'ed25519', '-N', 'a passphrase'));
    const { message } = await rejection(keys.read(place));
    expect(message).toContain(`${place} must be one private key that ssh reads, without a passphrase`);
  });
});

describe('a parameter of SSM', () => {
  it('must be encrypted', async () => {
    const Value = await ssh.privateKey('-t', 'ed25519');
    await aws.act('ssm', 'AmazonSSM.PutParameter', { Name: '/lab/open', Type: 'String', Value });
    expect((await rejection(keys.read('ssm:/lab/open'))).message).toContain('must be a SecureString');
  });
});

describe('an object of S3', () => {
  it.each([
    { bucket: 'inventories', key: 'vms.json' },
    { bucket: 'with.dots.in.it', key: 'lab 1/zoë+new (2).json' },
  ])('is read when it has changed, and only then: $bucket/$key', async ({ bucket, key }) => {
    const getObject = objectReader(aws.clientConfig);
    const url = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
    await aws.request('s3', `/${bucket}`, { method: 'PUT' });
    expect(await rejection(getObject({ bucket, key }))).toMatchObject({ code: 'NoSuchKey', status: 404 });
    await aws.request('s3', url, { method: 'PUT', body: '{"vms":[]}' });
    const first = await getObject({ bucket, key });
    if (first === 'not-modified') throw new Error('nothing was known before');
    expect(first.body).toBe('{"vms":[]}');
    expect(await getObject({ bucket, key, etag: first.etag })).toBe('not-modified');
    await aws.request('s3', url, { method: 'PUT', body: '{"vms":["zoë"]}' });
    expect(await getObject({ bucket, key, etag: first.etag })).toMatchObject({ body: '{"vms":["zoë"]}' });
  });
});
