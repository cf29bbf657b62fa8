import { KEY_TYPE } from './ecdsa-key.ts';
import { mpint, string } from './wire.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** Bytes of the longest r or s of P-256 in DER: 32, and a zero before a set sign bit. */
const LONGEST_INTEGER = 33;

/**
 * A signature of P-256 as SSH writes it (https://www.rfc-editor.org/rfc/rfc5656#section-3.1.2).
 *
 * @param der - as KMS and OpenSSL write it: SEQUENCE { r INTEGER, s INTEGER }. Each length is one byte, as none is above
 *   127
 * @throws Error when it is something else
 */
export function signatureBlob(der: Buffer): Buffer {
  const [tag, length] = der;
  const r = integerAt(der, 2);
  const s = integerAt(der, 4 + r.length);
  if (tag !== SEQUENCE || length !== der.length - 2 || der.length !== 6 + r.length + s.length) throw malformed();
  return Buffer.concat([string(KEY_TYPE), string(Buffer.concat([mpint(r), mpint(s)]))]);
}

function integerAt(der: Buffer, at: number): Buffer {
  const length = der[at + 1] ?? 0;
  const bytes = der.subarray(at + 2, at + 2 + length);
  const isPositive = bytes.some((byte) => byte !== 0) && (bytes[0] ?? 0) < 128;
  if (der[at] !== INTEGER || bytes.length !== length || length > LONGEST_INTEGER || !isPositive) throw malformed();
  return bytes;
}

function malformed(): Error {
  return new Error('the signature is not one of P-256 in DER');
}
