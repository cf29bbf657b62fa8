import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
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
}

/** A key pair and the certificate of its public key. */
export interface CertifiedKey {
  /** PEM (PKCS #8). */
  readonly privateKey: string;
  /** Type and base64. */
  readonly certificate: string;
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

  /** Makes a key pair (P-256) and certifies it. */
  async certify({
    principals,
    serial = 1,
    validity = '-1m:+5m',
    options = [],
  }: TestCertificate): Promise<CertifiedKey> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const file = path.join(this.folder, randomUUID());
    // ssh-keygen reads SEC1 in every version.
    await writeFile(file, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
    await writeFile(`${file}.pub`, (await run('ssh-keygen', ['-y', '-f', file])).stdout);
    const extensions = ['clear', ...options].flatMap((option) => ['-O', option]);
    const about = ['-I', 'a test', '-n', principals.join(','), '-z', String(serial), '-V', validity];
    await run('ssh-keygen', ['-q', '-s', path.join(this.folder, 'ca'), ...about, ...extensions, `${file}.pub`]);
    const [type = '', base64 = ''] = (await readFile(`${file}-cert.pub`, 'utf8')).split(' ');
    await Promise.all([file, `${file}.pub`, `${file}-cert.pub`].map((made) => rm(made)));
    return {
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: `${type} ${base64}`,
    };
  }
}
