import { execFile } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a test certificate says. */
export interface TestCertificate {
  readonly principals: readonly string[];
  readonly serial?: number;
  /** As `ssh-keygen -V` takes it; five minutes by default. */
  readonly validity?: string;
  /** As `ssh-keygen -O` takes them; `clear` comes first. */
  readonly options?: readonly string[];
  /** P-256 by default. */
  readonly keyType?: keyof typeof KEY_PAIRS;
}

/** Makers of key pairs. */
const KEY_PAIRS = {
  ec256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ec384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ec521: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed25519: () => generateKeyPairSync('ed25519'),
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 3072 }),
};

/** A key pair and the certificate of its public key. */
export interface CertifiedKey {
  /** PEM (PKCS #8). */
  readonly privateKey: string;
  /** Type and base64. */
  readonly certificate: string;
}

/** @param file - of a name that nobody else uses */
async function sshPublicKey(key: KeyObject, file: string): Promise<string> {
  if (key.asymmetricKeyType === 'ed25519') {
    // RFC 8709 section 4. ssh-keygen can't read such a key in PEM.
    const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
    const blob = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'), point]);
    return `ssh-ed25519 ${blob.toString('base64')}\n`;
  }
  await writeFile(file, key.export({ type: 'spki', format: 'pem' }));
  const { stdout } = await run('ssh-keygen', ['-i', '-m', 'PKCS8', '-f', file]);
  await rm(file);
  return stdout;
}

/** A certificate authority that signs by `ssh-keygen`, not by the code of this project. */
export class TestAuthority {
  private constructor(
    private readonly folder: string,
    /** A line for `TrustedUserCAKeys`. */
    readonly publicKey: string,
  ) {}

  /** Makes one whose key lies in `folder`. */
  static async create(folder: string): Promise<TestAuthority> {
    await mkdir(folder, { recursive: true });
    const key = path.join(folder, 'ca');
    await run('ssh-keygen', ['-q', '-t', 'ecdsa', '-b', '256', '-N', '', '-C', '', '-f', key]);
    return new TestAuthority(folder, (await readFile(`${key}.pub`, 'utf8')).trim());
  }

  /** Makes a key pair and certifies it. */
  async certify(certificate: TestCertificate): Promise<CertifiedKey> {
    const { principals, serial = 1, validity = '-1m:+5m', options = [], keyType = 'ec256' } = certificate;
    const { publicKey, privateKey } = KEY_PAIRS[keyType]();
    const file = path.join(this.folder, randomUUID());
    await writeFile(`${file}.pub`, await sshPublicKey(publicKey, file));
    const extensions = ['clear', ...options].flatMap((option) => ['-O', option]);
    const about = ['-I', 'a test', '-n', principals.join(','), '-z', String(serial), '-V', validity];
    await run('ssh-keygen', ['-q', '-s', path.join(this.folder, 'ca'), ...about, ...extensions, `${file}.pub`]);
    const [type = '', base64 = ''] = (await readFile(`${file}-cert.pub`, 'utf8')).split(' ');
    await Promise.all([`${file}.pub`, `${file}-cert.pub`].map((made) => rm(made)));
    return {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: `${type} ${base64}`,
    };
  }
}

/** Lends an authority whose files are gone afterwards. */
export async function temporaryAuthority<Result>(use: (authority: TestAuthority) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-authority-'));
  try {
    return await use(await TestAuthority.create(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}
