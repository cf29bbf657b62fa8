import { createHash } from 'node:crypto';

/** A public key in the format of SSH (RFC 4253 section 6.6). */
export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/** @param line - type and base64, as in `known_hosts` behind the name */
export function parseHostKey(line: string): HostKey {
  const [type = '', base64 = ''] = line.split(' ');
  return { type, blob: Buffer.from(base64, 'base64') };
}

/** As `ssh-keygen -l` prints it, `SHA256:...`. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
