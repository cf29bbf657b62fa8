import { createPrivateKey } from 'node:crypto';
import { string, uint32 } from './wire.ts';

const PEM = /^-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----\n([\s\S]+)\n-----END \1-----$/;

const NIST_CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/**
 * What one key of OpenSSH's own format starts with, if no passphrase protects it: magic, cipher, KDF, options of the KDF,
 * number of keys (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key).
 */
const OPENSSH = Buffer.concat([Buffer.from('openssh-key-v1\0'), string('none'), string('none'), string(''), uint32(1)]);

/**
 * Checks that a text is one private key that `ssh -i` reads without a passphrase.
 *
 * @returns the key with the line ends that ssh wants, or undefined
 */
export function readPrivateKey(text: string): string | undefined {
  const pem = text.replaceAll('\r\n', '\n').trim();
  const [, kind, body = ''] = PEM.exec(pem) ?? [];
  if (kind === undefined || body.includes('-----')) return undefined;
  return (kind === 'OPENSSH PRIVATE KEY' ? isOpenSsh(body) : isReadable(pem)) ? `${pem}\n` : undefined;
}

/** Node can't read this format, so only its frame is checked: the public key and the private one end where it does. */
function isOpenSsh(body: string): boolean {
  const blob = Buffer.from(body, 'base64');
  const isWhole = blob.toString('base64') === body.replaceAll('\n', '');
  if (!isWhole || !blob.subarray(0, OPENSSH.length).equals(OPENSSH)) return false;
  const privateAt = endOfString(blob, OPENSSH.length);
  return privateAt < blob.length && endOfString(blob, privateAt) === blob.length;
}

/** Where a string ends that starts here; infinity when its length is cut off. */
function endOfString(blob: Buffer, at: number): number {
  return at + 4 > blob.length ? Infinity : at + 4 + blob.readUInt32BE(at);
}

/** ssh reads RSA and ECDSA in Node's formats; Ed25519 only in its own. */
function isReadable(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' || NIST_CURVES.has(asymmetricKeyDetails?.namedCurve ?? '');
  } catch {
    return false;
  }
}
