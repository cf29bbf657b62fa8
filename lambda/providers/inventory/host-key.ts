/** Host keys of VMs: public keys of OpenSSH, as `ssh-keyscan` and `/etc/ssh/ssh_host_*_key.pub` have them. */
import { isPublicKey } from '../../pool/ssh-public-key.ts';

/** What is to be said about a host key that can't be used. */
export const HOST_KEY_RULE =
  'must be a public host key such as "ssh-ed25519 AAAA..." (Ed25519, ECDSA, or RSA from 2048 bits), as a file ' +
  '/etc/ssh/ssh_host_*_key.pub has it: no certificate, no host name before it';

/** A type and the base64 of its key, perhaps with a comment. */
export const HOST_KEY =
  /^(ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) ([A-Za-z0-9+/]+={0,2})(?: [\x20-\x7e]*)?$/;

/** Whether a text is a whole host key. */
export function isHostKey(text: string): boolean {
  return HOST_KEY.test(text) && isPublicKey(text);
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
