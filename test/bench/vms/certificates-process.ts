/**
 * Makes certificates for a while: `node certificates-process.mjs <kind> <milliseconds> [<authority as JSON>]`. Sends how
 * many a second it made, and their CPU time.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import type { CertificateAuthorityOptions } from '../../../lambda/access/certificate-authority.ts';
import { createCertificateAuthority } from '../../../lambda/access/certificate-authority.ts';
import type { CertificateWish } from '../../../lambda/pool/access.ts';
import { newHostKey } from '../../support/providers/inventory.ts';

/** What is made: a bare signature, a certificate for the caller's key, or one with a key pair made for it. */
export type Kind = 'signature' | 'certificate' | 'key pair';

/** What one process found. */
export interface Rate {
  readonly perSec: number;
  /** CPU time of the process for one, milliseconds. */
  readonly cpuMs: number;
}

/** Only KMS gets them at once: a key in a file makes one after the other. */
const AT_ONCE = 32;

/** What a signature covers in a certificate for an Ed25519 key, bytes. */
const BODY = Buffer.alloc(420, 'vm-pool');

const [kind = 'signature', duration = '', options = '{}'] = process.argv.slice(2) as [Kind?, string?, string?];
const makeOne = await makerOf(kind, JSON.parse(options) as CertificateAuthorityOptions);
await rate(makeOne, Number(duration) / 4);
process.send?.(await rate(makeOne, Number(duration)));

async function makerOf(made: Kind, authorityOptions: CertificateAuthorityOptions): Promise<() => Promise<unknown>> {
  if (made === 'signature') {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return async () => sign('sha256', BODY, privateKey);
  }
  const authority = await createCertificateAuthority(authorityOptions);
  // A host key has the form of a user's.
  const publicKey = made === 'certificate' ? newHostKey() : undefined;
  return async () => authority.certify(wishOf(publicKey));
}

function wishOf(publicKey: string | undefined): CertificateWish {
  const serial = Date.now();
  const nowSec = Math.floor(serial / 1000);
  return {
    publicKey,
    principal: 'vm-01',
    keyId: 'lease 0b6d3c1e-8f0a-4a53-9d5e-0c5d7d5d8a11 alice@example.com',
    serial,
    validAfterSec: nowSec - 60,
    validBeforeSec: nowSec + 300,
    extensions: ['permit-pty'],
  };
}

async function rate(make: () => Promise<unknown>, durationMs: number): Promise<Rate> {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  let made = 0;
  const makeMany = async () => {
    for (; performance.now() - startedMs < durationMs; made += 1) await make();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, makeMany));
  const { user, system } = process.cpuUsage(before);
  return { perSec: (1000 * made) / (performance.now() - startedMs), cpuMs: (user + system) / 1000 / made };
}
