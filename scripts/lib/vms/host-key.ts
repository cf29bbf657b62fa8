import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How `ssh-keygen` makes each. */
const HOST_KEY_TYPES = {
  ed25519: ['-t', 'ed25519'],
  ecdsa256: ['-t', 'ecdsa', '-b', '256'],
  ecdsa384: ['-t', 'ecdsa', '-b', '384'],
  ecdsa521: ['-t', 'ecdsa', '-b', '521'],
  rsa: ['-t', 'rsa', '-b', '3072'],
} as const;

/** Kinds of host keys that a server may have. */
export type HostKeyType = keyof typeof HOST_KEY_TYPES;

/** A key of a server, and what its clients know of it. */
export interface HostKey {
  /** Path of the private key. */
  readonly file: string;
  /** Type and base64, without a comment. */
  readonly publicKey: string;
}

/** The host key of a type in a folder; made if there is none. */
export async function hostKey(folder: string, type: HostKeyType): Promise<HostKey> {
  const file = path.join(folder, `host_key_${type}`);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await run('ssh-keygen', ['-q', ...HOST_KEY_TYPES[type], '-N', '', '-C', '', '-f', file]);
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
}
