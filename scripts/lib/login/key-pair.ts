import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { LoginFault } from './fault.ts';

const run = promisify(execFile);

/** A key pair in files, as `ssh-keygen` writes them. */
export interface KeyPair {
  /** The private key: the path for `IdentityFile`. */
  readonly file: string;
  /** One line: type, base64 and perhaps a comment. */
  readonly publicKey: string;
}

/** Makes a key pair in `folder`. @returns its public key @throws {@link LoginFault} without ssh-keygen */
export async function makeKeyPair(folder: string): Promise<string> {
  const file = keyFileIn(folder);
  try {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'vm-pool', '-f', file]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new LoginFault('ssh-keygen is missing: install the OpenSSH client (apt-get install openssh-client)', {
      cause,
    });
  }
  return publicKeyIn(folder);
}

/** The private key that {@link makeKeyPair} makes in `folder`. */
export function keyFileIn(folder: string): string {
  return path.join(folder, 'id_ed25519');
}

/** The public key that {@link makeKeyPair} has made in `folder`. */
export async function publicKeyIn(folder: string): Promise<string> {
  return (await readFile(`${keyFileIn(folder)}.pub`, 'utf8')).trim();
}

/** A key pair of the user's own. @param file - the private key, or the public one beside it. @throws {@link LoginFault} */
export async function identityIn(file: string): Promise<KeyPair> {
  const place = path.resolve(file.replace(/\.pub$/, ''));
  try {
    const text = await readFile(`${place}.pub`, 'utf8');
    return { file: place, publicKey: text.trim() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    return derivedIdentity(place);
  }
}

/** Names what belongs to a public key: 8 characters, the same each time. */
export function shortNameOf(publicKey: string): string {
  const [type = '', base64 = ''] = publicKey.split(' ');
  return createHash('sha256').update(`${type} ${base64}`).digest('hex').slice(0, 8);
}

/** Without a public half in a file, `ssh-keygen` computes it. An empty passphrase keeps it from asking for one. */
async function derivedIdentity(file: string): Promise<KeyPair> {
  await access(file).catch((cause: unknown) => {
    throw new LoginFault(`${file} does not exist: --identity takes the file of a private key`, { cause });
  });
  try {
    const { stdout } = await run('ssh-keygen', ['-y', '-P', '', '-f', file]);
    return { file, publicKey: stdout.trim() };
  } catch (cause) {
    throw new LoginFault(`${file}.pub is missing: write it by  ssh-keygen -y -f ${file} > ${file}.pub`, { cause });
  }
}
