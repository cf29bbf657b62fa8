import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { certificateAuthority, createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import { newKeys, publicKeyLine } from '../../../lambda/access/ecdsa-key.ts';
import type { CertificateAuthority, CertificateWish } from '../../../lambda/pool/access.ts';
import { isPublicKey } from '../../../lambda/pool/ssh-public-key.ts';
import { rejection } from '../aws/fake-service.ts';
import { parsedCertificate } from './parsed-certificate.ts';
import { PUBLIC_KEYS, WISH, wishes } from './wishes.ts';

const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/0b6d3c1e-8f0a-4a53-9d5e-0c5d7d5d8a11';
const AWS = { region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

const { publicKey, privateKey } = newKeys();

/** In memory, and fast. */
const AUTHORITY = certificateAuthority({ publicKey, sign: async (body) => sign('sha256', body, privateKey) }, [
  publicKey,
]);

let folder: string;
let inFile: CertificateAuthority;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vm-pool-access-'));
  inFile = await createCertificateAuthority({ key: path.join(folder, 'ca.pem') });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function spki(key = newKeys().publicKey): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

describe('a certificate', () => {
  it('says what the wish says, of each type of key, and is signed', async () => {
    const property = fc.asyncProperty(wishes, async (wish) => {
      const { certificate, ...others } = await AUTHORITY.certify(wish);
      const [keyType = '', base64 = ''] = wish.publicKey.split(' ');
      const { nonce, authority, ...said } = parsedCertificate(certificate);
      expect(others).toEqual({});
      expect(nonce).toMatch(/^[0-9a-f]{64}$/);
      expect(AUTHORITY.publicKeys).toEqual([`ecdsa-sha2-nistp256 ${authority.toString('base64')} vm-pool`]);
      expect(said).toEqual({
        type: `${keyType.replace('@openssh.com', '')}-cert-v01@openssh.com`,
        keyFields: Buffer.from(base64, 'base64')
          .subarray(4 + keyType.length)
          .toString('base64'),
        serial: BigInt(wish.serial),
        kind: 1,
        keyId: wish.keyId,
        principals: [wish.principal],
        validAfter: BigInt(wish.validAfterSec),
        validBefore: BigInt(wish.validBeforeSec),
        criticalOptions: [],
        extensions: [...wish.extensions].sort().flatMap((name) => [name, '']),
        reserved: '',
        isSigned: true,
      });
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('is signed by the key in a file as well', async () => {
    const { certificate } = await inFile.certify(WISH);
    expect(parsedCertificate(certificate).isSigned).toBe(true);
    expect(certificate).not.toBe((await inFile.certify(WISH)).certificate);
  });

  it('ignores the comment of the key', async () => {
    const key = PUBLIC_KEYS[1] ?? '';
    const certified = async (line: string) =>
      parsedCertificate((await AUTHORITY.certify({ ...WISH, publicKey: line })).certificate);
    const bare = key.split(' ').slice(0, 2).join(' ');
    expect((await certified(`${bare} alice at her laptop`)).keyFields).toBe((await certified(bare)).keyFields);
  });

  it('names each extension once, in order', async () => {
    const extensions = ['permit-pty', 'permit-port-forwarding', 'permit-pty'];
    const { certificate } = await AUTHORITY.certify({ ...WISH, extensions });
    expect(parsedCertificate(certificate).extensions).toEqual(['permit-port-forwarding', '', 'permit-pty', '']);
  });

  it('comes with a new key pair when the wish has no key', async () => {
    const wish = { ...WISH, publicKey: undefined };
    const [one, other] = [await AUTHORITY.certify(wish), await AUTHORITY.certify(wish)];
    expect(one.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(one.privateKey).not.toBe(other.privateKey);
    const made = publicKeyLine(createPublicKey(createPrivateKey(one.privateKey ?? '')));
    expect(isPublicKey(made)).toBe(true);
    const [, base64 = ''] = made.split(' ');
    expect(Buffer.from(base64, 'base64').toString('hex')).toContain(
      Buffer.from(parsedCertificate(one.certificate).keyFields, 'base64').toString('hex'),
    );
  });
});

describe('no certificate is signed', () => {
  let signed = 0;
  const counting = certificateAuthority(
    {
      publicKey,
      sign: async (body) => {
        signed += 1;
        return sign('sha256', body, privateKey);
      },
    },
    [publicKey],
  );

  async function refusal(part: Partial<CertificateWish>): Promise<string> {
    signed = 0;
    const { message } = await rejection(counting.certify({ ...WISH, ...part }));
    expect(signed).toBe(0);
    return message;
  }

  it.each([
    { rule: 'with the serial 0', part: { serial: 0 }, says: 'serial' },
    { rule: 'with a negative serial', part: { serial: -1 }, says: 'serial' },
    { rule: 'with half a serial', part: { serial: 1.5 }, says: 'serial' },
    { rule: 'with a serial that is not exact', part: { serial: 2 ** 53 }, says: 'serial' },
    { rule: 'for nobody', part: { principal: '' }, says: 'principal' },
    { rule: 'for two words', part: { principal: 'vm-01 vm-02' }, says: 'principal' },
    { rule: 'without a key id', part: { keyId: '' }, says: 'key id' },
    { rule: 'that ends as it begins', part: { validBeforeSec: WISH.validAfterSec }, says: 'end after' },
    { rule: 'that never ends', part: { validBeforeSec: Infinity }, says: 'end after' },
    { rule: 'that begins before time', part: { validAfterSec: -1 }, says: 'end after' },
    { rule: 'with an extension that nobody knows', part: { extensions: ['permit-everything'] }, says: 'extension' },
    { rule: 'for no key', part: { publicKey: '' }, says: 'public key' },
    {
      rule: 'for another certificate',
      part: { publicKey: 'ssh-ed25519-cert-v01@openssh.com AAAA' },
      says: 'public key',
    },
  ])('$rule', async ({ part, says }) => {
    expect(await refusal(part)).toContain(says);
  });

  it('with a key id that would forge a line of a log', async () => {
    const forged = fc
      .tuple(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\n', '\r', '\0', '\x1b', '\x7f', 'é', '\u2028'),
        fc.string(),
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(forged, async (keyId) => {
        expect(await refusal({ keyId })).toContain('key id');
      }),
    );
  });

  it('for a key with wrong bytes', async () => {
    const wrong = fc
      .tuple(fc.constantFrom(...PUBLIC_KEYS), fc.uint8Array({ minLength: 1, maxLength: 60 }))
      .map(([key, bytes]) => {
        const [type = '', base64 = ''] = key.split(' ');
        return `${type} ${Buffer.concat([Buffer.from(base64, 'base64'), bytes]).toString('base64')}`;
      });
    await fc.assert(
      fc.asyncProperty(wrong, async (line) => {
        expect(await refusal({ publicKey: line })).toContain('public key');
      }),
    );
  });
});

describe('createCertificateAuthority', () => {
  it('trusts the key in its file', async () => {
    const [line = '', ...others] = inFile.publicKeys;
    expect(others).toEqual([]);
    expect(line).toMatch(/^ecdsa-sha2-nistp256 \S+ vm-pool$/);
    expect(isPublicKey(line)).toBe(true);
    const again = await createCertificateAuthority({ key: path.join(folder, 'ca.pem') });
    expect(again.publicKeys).toEqual(inFile.publicKeys);
  });

  it('trusts every key that is set beside the one in KMS, in this order', async () => {
    const keys = [newKeys().publicKey, newKeys().publicKey];
    const { publicKeys } = await createCertificateAuthority({
      key: KEY_ARN,
      publicKeys: keys.map((key) => spki(key)),
      aws: AWS,
    });
    expect(publicKeys).toEqual(keys.map((key) => publicKeyLine(key, 'vm-pool')));
  });

  it.each([
    { rule: 'a KMS key without its public key', options: { publicKeys: [], aws: AWS }, says: 'must have the public' },
    { rule: 'a KMS key without AWS', options: { publicKeys: [spki()] }, says: 'settings of AWS' },
    { rule: 'a public key that is not one', options: { publicKeys: [spki(), 'AAAA'], aws: AWS }, says: 'key 2 of' },
    {
      rule: 'a public key of another curve',
      options: { publicKeys: [spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)], aws: AWS },
      says: 'key 1 of',
    },
    {
      rule: 'a public key of another type',
      options: { publicKeys: [spki(generateKeyPairSync('ed25519').publicKey)], aws: AWS },
      says: 'key 1 of',
    },
  ])('refuses $rule', async ({ options, says }) => {
    const { message } = await rejection(createCertificateAuthority({ key: KEY_ARN, ...options }));
    expect(message).toContain(says);
  });
});
