import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { string } from './wire.ts';

/** The one type of key that the service makes or signs with: KMS has it, and `ssh -i` reads its PKCS #8. */
export const KEY_TYPE = 'ecdsa-sha2-nistp256';

const CURVE = 'P-256';

/** A key pair for one certificate. */
export interface KeyPair {
  /** One line: type and base64. */
  readonly publicKey: string;
  /** PEM (PKCS #8). */
  readonly privateKey: string;
}

/** Makes a key pair that exists nowhere else. */
export function newKeyPair(): KeyPair {
  const { publicKey, privateKey } = newKeys();
  return { publicKey: publicKeyLine(publicKey), privateKey: pemOf(privateKey) };
}

/** Makes a key pair of P-256. */
export function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: CURVE });
}

/** A private key as PEM (PKCS #8). */
export function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Whether a key is one of P-256, public or private. */
export function isP256({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
}

/**
 * Reads a public key as KMS answers it.
 *
 * @param base64 - SubjectPublicKeyInfo in DER
 * @returns undefined when it is not a key of P-256
 */
export function readSpki(base64: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
    return isP256(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A public key as SSH writes it (https://www.rfc-editor.org/rfc/rfc5656#section-3.1). */
export function publicKeyBlob(key: KeyObject): Buffer {
  const { x = '', y = '' }: JsonWebKey = key.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return Buffer.concat([string(KEY_TYPE), string('nistp256'), string(point)]);
}

/** A public key as OpenSSH reads it: type, base64 and, if given, a comment. */
export function publicKeyLine(key: KeyObject, comment?: string): string {
  const line = `${KEY_TYPE} ${publicKeyBlob(key).toString('base64')}`;
  return comment === undefined ? line : `${line} ${comment}`;
}
