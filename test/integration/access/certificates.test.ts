import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import type { CertificateAuthority } from '../../../lambda/pool/access.ts';
import { AccessUnavailable } from '../../../lambda/pool/refusals.ts';
import { FaultProxy } from '../../support/dynamodb/fault-proxy.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';
import { PUBLIC_KEYS, WISH, wishes } from '../../unit/access/wishes.ts';
import { rejection } from '../../unit/aws/fake-service.ts';
import type { KmsKey } from './kms-key.ts';
import { makeSigningKey } from './kms-key.ts';
import { SshKeygen } from './ssh-keygen.ts';

const KINDS = ['KMS', 'file'] as const;

let folder: string;
let ssh: SshKeygen;
let aws: EmulatedAws;
let proxy: FaultProxy;
let key: KmsKey;
let authorities: Readonly<Record<(typeof KINDS)[number], CertificateAuthority>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-ca-'));
  [ssh, aws] = await Promise.all([SshKeygen.start(), EmulatedAws.start()]);
  proxy = await FaultProxy.start(aws.endpoint);
  key = await makeSigningKey(aws);
  const next = await makeSigningKey(aws);
  authorities = {
    KMS: await inKms(key.arn, [key.spki, next.spki]),
    file: await createCertificateAuthority({ key: path.join(folder, 'ca.pem') }),
  };
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await Promise.all([ssh.stop(), aws.stop(), rm(folder, { recursive: true })]);
});

async function inKms(arn: string, publicKeys: readonly string[]): Promise<CertificateAuthority> {
  return createCertificateAuthority({ key: arn, publicKeys, aws: { ...aws.clientConfig, endpoint: proxy.endpoint } });
}

/** As ssh-keygen writes it. */
function time(sec: number): string {
  return new Date(sec * 1000).toISOString().slice(0, 19);
}

describe.each(KINDS)('a certificate signed by a key in %s', (kind) => {
  it.each(PUBLIC_KEYS.map((publicKey) => ({ publicKey, name: publicKey.slice(0, 60) })))(
    'is one of OpenSSH, for $name',
    async ({ publicKey }) => {
      const { certificate } = await authorities[kind].certify({ ...WISH, publicKey });
      const [, signer] = (await ssh.fingerprint(authorities[kind].publicKeys[0] ?? '')).split(' ');
      const [, user] = (await ssh.fingerprint(publicKey)).split(' ');
      const lines = (await ssh.show(certificate)).split('\n').map((line) => line.trim());
      expect(lines.slice(1).filter(Boolean)).toEqual([
        expect.stringMatching(/^Type: \S+-cert-v01@openssh\.com user certificate$/),
        expect.stringContaining(` ${String(user)}`),
        `Signing CA: ECDSA ${String(signer)} (using ecdsa-sha2-nistp256)`,
        `Key ID: "${WISH.keyId}"`,
        `Serial: ${WISH.serial}`,
        `Valid: from ${time(WISH.validAfterSec)} to ${time(WISH.validBeforeSec)}`,
        'Principals:',
        WISH.principal,
        'Critical Options: (none)',
        'Extensions:',
        'permit-pty',
      ]);
    },
  );

  it('is one of OpenSSH, whatever it says', async () => {
    const property = fc.asyncProperty(wishes, async (wish) => {
      const shown = await ssh.show((await authorities[kind].certify(wish)).certificate);
      expect(shown).toContain(`Serial: ${wish.serial}\n`);
      expect(shown).toContain(`Valid: from ${time(wish.validAfterSec)} to ${time(wish.validBeforeSec)}\n`);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('is refused by OpenSSH when one bit of it is wrong', async () => {
    const flips = fc.tuple(fc.constantFrom(...PUBLIC_KEYS), fc.nat());
    const property = fc.asyncProperty(flips, async ([publicKey, at]) => {
      const { certificate } = await authorities[kind].certify({ ...WISH, publicKey });
      const [type = '', base64 = ''] = certificate.split(' ');
      const blob = Buffer.from(base64, 'base64');
      const bit = at % (blob.length * 8);
      blob[bit >> 3] = (blob[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(ssh.show(`${type} ${blob.toString('base64')}`)).rejects.toThrow();
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('comes with a private key that OpenSSH reads', async () => {
    const { certificate, privateKey = '' } = await authorities[kind].certify({ ...WISH, publicKey: undefined });
    const [, fingerprint] = (await ssh.fingerprint(await ssh.publicKeyOf(privateKey))).split(' ');
    expect(await ssh.show(certificate)).toContain(`Public key: ECDSA-CERT ${String(fingerprint)}\n`);
  });

  it('is signed by a key whose line OpenSSH reads', async () => {
    for (const line of authorities[kind].publicKeys) {
      expect(await ssh.fingerprint(line)).toMatch(/^256 SHA256:\S+ vm-pool \(ECDSA\)\n$/);
    }
  });
});

describe('KMS', () => {
  it('is asked once a certificate, and only to sign', async () => {
    const before = await aws.calls();
    await authorities.KMS.certify(WISH);
    const calls = (await aws.calls()).slice(before.length);
    expect(calls.map(({ service, operation }) => `${service}:${operation}`)).toEqual(['kms:Sign']);
  });

  it('may be busy for a moment', async () => {
    proxy.follow(({ index }) => (index === 1 ? { kind: 'throttle', at: 'before' } : undefined));
    for (let n = 0; n < 2; n++) expect(await ssh.show((await authorities.KMS.certify(WISH)).certificate)).not.toBe('');
    expect(proxy.injected.get('throttle before')).toBe(1);
  });

  it.each([
    { rule: 'stays down', fault: { kind: 'internal', at: 'before' }, code: 'InternalServerError' },
    { rule: 'hangs up', fault: { kind: 'cut', at: 'after' }, code: 'ECONNRESET' },
    { rule: 'is too slow', fault: { kind: 'delay', at: 'before', ms: 4_000 }, code: 'TimeoutError' },
  ] as const)('gives no certificate when it $rule, within 4 s', async ({ fault, code }) => {
    proxy.follow(() => fault);
    const startedMs = performance.now();
    const error = await rejection(authorities.KMS.certify(WISH));
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect(error).toBeInstanceOf(AccessUnavailable);
    expect(error).toMatchObject({ why: `KMS does not sign certificates (${code})` });
    proxy.follow(() => undefined);
    await proxy.untilIdle();
  });

  it('gives no certificate with a key that is gone', async () => {
    const gone = await inKms(`${key.arn.slice(0, -4)}0000`, [key.spki]);
    expect(await rejection(gone.certify(WISH))).toMatchObject({
      why: 'KMS does not sign certificates (NotFoundException)',
    });
  });

  it('gives no certificate when another key is said to sign', async () => {
    const other = await makeSigningKey(aws);
    const mixedUp = await inKms(key.arn, [other.spki, key.spki]);
    expect(await rejection(mixedUp.certify(WISH))).toMatchObject({
      why: 'the KMS key is another one than the first of CERTIFICATE_AUTHORITY_PUBLIC_KEYS',
    });
  });
});
