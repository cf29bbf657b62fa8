import { randomBytes } from 'node:crypto';
import type { CertificateWish } from '../pool/access.ts';
import { isPublicKey } from '../pool/ssh-public-key.ts';
import { string, uint32, uint64 } from './wire.ts';

/** A wish with the key that is to be certified. */
export interface CertificateOrder extends CertificateWish {
  readonly publicKey: string;
}

/** A certificate that is to be signed. */
export interface UnsignedCertificate {
  readonly type: string;
  /** What the signature covers. */
  readonly body: Buffer;
}

/** A certificate for users, not for hosts. */
const USER = 1;

const NONCE_BYTES = 32;

/** KMS signs no longer message (https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html). */
const LONGEST_BODY = 4096;

/** sshd writes the key id into its log as it is: a line end in it would forge a line. */
const KEY_ID = /^[\x20-\x7e]{1,500}$/;

/** A line of a principals file is one word. */
const PRINCIPAL = /^[\x21-\x7e]{1,200}$/;

/** All that a certificate may allow; each is a flag without a value. */
const EXTENSIONS = new Set(['permit-port-forwarding', 'permit-pty']);

/**
 * Puts a certificate together. The fields of the user's key go into it as they are, so that no type of key needs code of
 * its own.
 *
 * @param authority - the public key of the authority, as SSH writes it
 * @throws Error when sshd would refuse the certificate, or would take more from it than the wish says
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys
 */
export function unsignedCertificate(order: CertificateOrder, authority: Buffer): UnsignedCertificate {
  check(order);
  const [keyType = '', base64 = ''] = order.publicKey.split(' ');
  const type = `${keyType.replace('@openssh.com', '')}-cert-v01@openssh.com`;
  const keyFields = Buffer.from(base64, 'base64').subarray(string(keyType).length);
  const body = Buffer.concat([
    string(type),
    string(randomBytes(NONCE_BYTES)),
    keyFields,
    ...fieldsOf(order, authority),
  ]);
  if (body.length > LONGEST_BODY) throw new Error(`a certificate of ${body.length} bytes is too long to be signed`);
  return { type, body };
}

/** One line for a file such as `id_ed25519-cert.pub`. */
export function certificateLine({ type, body }: UnsignedCertificate, signature: Buffer): string {
  return `${type} ${Buffer.concat([body, string(signature)]).toString('base64')}`;
}

function fieldsOf(order: CertificateOrder, authority: Buffer): Buffer[] {
  return [
    uint64(order.serial),
    uint32(USER),
    string(order.keyId),
    string(string(order.principal)),
    uint64(order.validAfterSec),
    uint64(order.validBeforeSec),
    string(''), // critical options
    string(Buffer.concat(extensionFields(order.extensions))),
    string(''), // reserved
    string(authority),
  ];
}

/** Sorted, each once, as the format asks. */
function extensionFields(extensions: readonly string[]): Buffer[] {
  return [...new Set(extensions)].sort().flatMap((name) => [string(name), string('')]);
}

function check({ publicKey, serial, keyId, principal, validAfterSec, validBeforeSec, extensions }: CertificateOrder) {
  const rules = {
    'the public key must be one that sshd accepts': isPublicKey(publicKey),
    // A revocation list can't name 0.
    'the serial must be a whole number from 1': Number.isSafeInteger(serial) && serial >= 1,
    'the key id must be one line of printable ASCII': KEY_ID.test(keyId),
    // A certificate without a principal would be one for everybody.
    'the principal must be one word of printable ASCII': PRINCIPAL.test(principal),
    'the certificate must end after it begins': isTerm(validAfterSec, validBeforeSec),
    'an extension must be one of those known': extensions.every((name) => EXTENSIONS.has(name)),
  };
  for (const [rule, isMet] of Object.entries(rules)) if (!isMet) throw new Error(`no certificate is signed: ${rule}`);
}

function isTerm(afterSec: number, beforeSec: number): boolean {
  return Number.isSafeInteger(afterSec) && Number.isSafeInteger(beforeSec) && afterSec >= 0 && beforeSec > afterSec;
}
