import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { CertificateWish } from '../../../lambda/pool/access.ts';

/** A public key of each type, from 2048 to 4096 bits where there is a choice. */
export const PUBLIC_KEYS = readFileSync(new URL('../pool/public-keys/accepted.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n');

const NOON_SEC = Date.UTC(2026, 10, 21, 12) / 1000;

/** What a certificate for a borrower says. */
export const WISH: CertificateWish & { readonly publicKey: string } = {
  publicKey: PUBLIC_KEYS[0] ?? '',
  principal: 'vm-01',
  keyId: 'lease 0b6d3c1e-8f0a-4a53-9d5e-0c5d7d5d8a11 alice@example.com',
  serial: NOON_SEC * 1000,
  validAfterSec: NOON_SEC - 60,
  validBeforeSec: NOON_SEC + 300,
  extensions: ['permit-pty'],
};

function printable(first: string, minLength: number, maxLength: number) {
  const chars = Array.from({ length: 0x7f - first.charCodeAt(0) }, (_, at) =>
    String.fromCharCode(first.charCodeAt(0) + at),
  );
  return fc.string({ unit: fc.constantFrom(...chars), minLength, maxLength });
}

/** Any wish that is in order, for a key of each type. */
export const wishes: fc.Arbitrary<typeof WISH> = fc
  .record({
    publicKey: fc.constantFrom(...PUBLIC_KEYS),
    principal: printable('!', 1, 200),
    keyId: printable(' ', 1, 500),
    serial: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    // ssh-keygen shows 0 as no beginning at all.
    validAfterSec: fc.integer({ min: 1, max: 2 ** 33 }),
    termSec: fc.integer({ min: 1, max: 86_400 }),
    extensions: fc.subarray(['permit-pty', 'permit-port-forwarding']),
  })
  .map(({ termSec, ...wish }) => ({ ...wish, validBeforeSec: wish.validAfterSec + termSec }));
