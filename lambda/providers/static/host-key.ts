/** Host keys of VMs: public keys of OpenSSH, as `ssh-keyscan` and `/etc/ssh/ssh_host_*_key.pub` have them. */

/** What is to be said about a host key that can't be used. */
export const HOST_KEY_RULE =
  'must be a public host key such as "ssh-ed25519 AAAA..." (Ed25519, ECDSA, or RSA from 2048 bits), as a file ' +
  '/etc/ssh/ssh_host_*_key.pub has it: no certificate, no host name before it';

/** A type and the base64 of its key, perhaps with a comment. */
export const HOST_KEY =
  /^(ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) ([A-Za-z0-9+/]+={0,2})(?: [\x20-\x7e]*)?$/;

/** NIST's name of each curve, OpenSSL's name, and the bytes of an uncompressed point. */
const CURVES = new Map([
  ['nistp256', { openSslName: 'prime256v1', pointBytes: 65 }],
  ['nistp384', { openSslName: 'secp384r1', pointBytes: 97 }],
  ['nistp521', { openSslName: 'secp521r1', pointBytes: 133 }],
]);

/** Whether a text is a whole host key. */
export function isHostKey(text: string): boolean {
  const [, type = '', base64 = ''] = HOST_KEY.exec(text) ?? [];
  const blob = Buffer.from(base64, 'base64');
  if (type === '' || blob.toString('base64') !== base64) return false;
  const [name, ...fields] = fieldsOf(blob);
  return name?.toString('latin1') === type && fits(type, fields);
}

/** Type and base64, without the comment. */
export function bareHostKey(hostKey: string): string {
  return hostKey.split(' ', 2).join(' ');
}

/** The fingerprint of a public key, as `ssh-keygen -l` shows it. */
export function fingerprintOf(hostKey: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const blob = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Lines for `known_hosts`. A port other than 22 is part of the name: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export function knownHostsOf(ip: string, port: number, hostKeys: readonly string[]): string[] {
  const host = port === 22 ? ip : `[${ip}]:${port}`;
  return hostKeys.map((hostKey) => `${host} ${bareHostKey(hostKey)}`);
}

/** RFC 8709 for Ed25519, RFC 5656 for ECDSA, RFC 4253 for RSA. */
function fits(type: string, [first = Buffer.of(), second = Buffer.of(), ...more]: readonly Buffer[]): boolean {
  if (more.length > 0) return false;
  if (type === 'ssh-ed25519') return first.length === 32 && second.length === 0;
  if (type === 'ssh-rsa') return first.length > 0 && bitsOf(second) >= 2048;
  const name = first.toString('latin1');
  return type.endsWith(`-${name}`) && isPointOf(name, second);
}

function isPointOf(curve: string, point: Buffer): boolean {
  const { openSslName, pointBytes } = CURVES.get(curve) ?? { openSslName: '', pointBytes: 0 };
  if (point.length !== pointBytes || point[0] !== 4) return false;
  const { ECDH } = process.getBuiltinModule('node:crypto');
  try {
    ECDH.convertKey(point, openSslName);
    return true;
  } catch {
    return false;
  }
}

/** Bits of an `mpint` that is positive. */
function bitsOf(field: Buffer): number {
  const start = field[0] === 0 ? 1 : 0;
  return 8 * (field.length - start) - Math.clz32(field[start] ?? 0) + 24;
}

/** The fields of a blob, each after its length in 4 bytes (RFC 4251, section 5); none if a length is wrong. */
function fieldsOf(blob: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    const end = blob.length - at < 4 ? Infinity : at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return [];
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
