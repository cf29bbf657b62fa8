/**
 * Checks that sshd would accept a public key: a VM whose user can't enter it is of no use to anybody.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4253#section-6.6 for the blob and RSA
 * @see https://www.rfc-editor.org/rfc/rfc5656#section-3.1 for ECDSA
 * @see https://www.rfc-editor.org/rfc/rfc8709#section-4 for Ed25519
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f for keys on a security key
 */

/** What a caller reads about a key that is not accepted. */
export const PUBLIC_KEY_RULE =
  'must be one whole OpenSSH public key on one line, such as the content of ~/.ssh/id_ed25519.pub: ' +
  'Ed25519, ECDSA, or RSA from 2048 bits';

type FieldRule = (field: Buffer) => boolean;

/** NIST's name of each curve, OpenSSL's name, and the bytes of an uncompressed point: 4, x, y. */
const CURVES = {
  nistp256: { openSslName: 'prime256v1', pointBytes: 65 },
  nistp384: { openSslName: 'secp384r1', pointBytes: 97 },
  nistp521: { openSslName: 'secp521r1', pointBytes: 133 },
} as const;

/** Rules for the fields that follow the type. DSA is absent, as OpenSSH 10 has removed it; so are certificates. */
const KEY_TYPES = new Map<string, readonly FieldRule[]>([
  ['ssh-ed25519', [isEd25519Key]],
  ['sk-ssh-ed25519@openssh.com', [isEd25519Key, isApplication]],
  ['ecdsa-sha2-nistp256', ecdsa('nistp256')],
  ['ecdsa-sha2-nistp384', ecdsa('nistp384')],
  ['ecdsa-sha2-nistp521', ecdsa('nistp521')],
  ['sk-ecdsa-sha2-nistp256@openssh.com', [...ecdsa('nistp256'), isApplication]],
  ['ssh-rsa', [isRsaExponent, isRsaModulus]],
]);

/** Whether a text is `<type> <base64> [comment]` and sshd accepts the key. */
export function isPublicKey(text: string): boolean {
  const [, type = '', base64 = ''] = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?: [\x20-\x7e]*)?$/.exec(text) ?? [];
  const rules = KEY_TYPES.get(type);
  const blob = Buffer.from(base64, 'base64');
  if (rules === undefined || blob.toString('base64') !== base64) return false;
  return fitAll([is(type), ...rules], fieldsOf(blob));
}

function fitAll(rules: readonly FieldRule[], fields: readonly Buffer[] | undefined): boolean {
  return fields?.length === rules.length && rules.every((fits, at) => fits(fields[at] ?? Buffer.of()));
}

/**
 * Splits a blob into its fields, each after its length in 4 bytes (RFC 4251, section 5); nothing if a length is wrong.
 */
function fieldsOf(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (blob.length - at < 4) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function is(text: string): FieldRule {
  return (field) => field.equals(Buffer.from(text));
}

function isEd25519Key(field: Buffer): boolean {
  return field.length === 32;
}

function ecdsa(curve: keyof typeof CURVES): FieldRule[] {
  return [is(curve), (field) => isPointOf(curve, field)];
}

/** OpenSSH reads uncompressed points only, and refuses those that do not lie on the curve. */
function isPointOf(curve: keyof typeof CURVES, field: Buffer): boolean {
  const { openSslName, pointBytes } = CURVES[curve];
  if (field.length !== pointBytes || field[0] !== 4) return false;
  // Loaded when needed: an import costs every cold start 2 ms.
  const { ECDH } = process.getBuiltinModule('node:crypto');
  try {
    ECDH.convertKey(field, openSslName);
    return true;
  } catch {
    return false;
  }
}

/** What the security key was registered for, usually `ssh:`. OpenSSH reads it as a C string. */
function isApplication(field: Buffer): boolean {
  return field.length > 0 && !field.includes(0);
}

/** OpenSSL verifies no signature whose exponent has more than 64 bits. */
function isRsaExponent(field: Buffer): boolean {
  const bits = bitsOf(field);
  return isOdd(field) && bits >= 2 && bits <= 64;
}

/** NIST SP 800-131A asks for 2048 bits; OpenSSH reads at most 16384. */
function isRsaModulus(field: Buffer): boolean {
  const bits = bitsOf(field);
  return isOdd(field) && bits >= 2048 && bits <= 16_384;
}

function isOdd(field: Buffer): boolean {
  return ((field.at(-1) ?? 0) & 1) === 1;
}

/** Bits of an `mpint`; 0 for one that is negative or has bytes that its value does not need (RFC 4251, section 5). */
function bitsOf(field: Buffer): number {
  const [first = 0, second = 0] = field;
  if (first > 127 || (first === 0 && second < 128)) return 0;
  return first === 0 ? 8 * (field.length - 1) : 8 * field.length - Math.clz32(first) + 24;
}
