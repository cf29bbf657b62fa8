import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A key pair as `ssh-keygen` makes it. */
export interface KeyPair {
  readonly privateKey: string;
  /** Type and base64 */
  readonly publicKey: string;
}

/** Makes a key pair, as a user has one. */
export function newKeyPair(): KeyPair {
  const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-key-'));
  const file = path.join(folder, 'id');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  const pair = { privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8').trim() };
  rmSync(folder, { recursive: true });
  return pair;
}

/** What `ssh-keygen -L` says of a certificate. */
export function described(certificate: string): string {
  return execFileSync('ssh-keygen', ['-L', '-f', '-'], { input: certificate, encoding: 'utf8' });
}

/** Fingerprint of a public key, `SHA256:...`. */
export function fingerprintOf(publicKey: string): string {
  const listed = execFileSync('ssh-keygen', ['-l', '-f', '-'], { input: publicKey, encoding: 'utf8' });
  return listed.split(' ')[1] ?? '';
}
