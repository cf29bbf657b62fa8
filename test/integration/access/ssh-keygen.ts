import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** OpenSSH's own tool, in a folder that is gone afterwards. */
export class SshKeygen {
  private constructor(private readonly folder: string) {}

  static async start(): Promise<SshKeygen> {
    return new SshKeygen(await mkdtemp(path.join(tmpdir(), 'vm-pool-ssh-')));
  }

  /** What OpenSSH reads in a certificate. @throws Error when it refuses it, also for a wrong signature */
  async show(certificate: string): Promise<string> {
    return this.ask('-L', '-f', await this.keep(certificate));
  }

  /** The fingerprint of a public key. @throws Error when it refuses the key */
  async fingerprint(publicKey: string): Promise<string> {
    return this.ask('-l', '-f', await this.keep(publicKey));
  }

  /** The public key of a private one. @throws Error when it refuses the key */
  async publicKeyOf(privateKey: string): Promise<string> {
    return this.ask('-y', '-P', '', '-f', await this.keep(privateKey));
  }

  /** Makes a private key. @param options - such as `-t ed25519` */
  async privateKey(...options: string[]): Promise<string> {
    const file = path.join(this.folder, 'made');
    await rm(file, { force: true });
    await this.ask('-q', '-N', '', ...options, '-f', file);
    return readFile(file, 'utf8');
  }

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  private async keep(text: string): Promise<string> {
    const file = path.join(this.folder, 'key');
    await rm(file, { force: true });
    await writeFile(file, `${text.trim()}\n`, { mode: 0o600 });
    return file;
  }

  private async ask(...options: string[]): Promise<string> {
    const { stdout } = await run('ssh-keygen', options, { env: { ...process.env, TZ: 'UTC' } });
    return stdout;
  }
}
