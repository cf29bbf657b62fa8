import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { tracked } from '../processes/child-processes.ts';
import type { Ran } from './namespace-vm.ts';
import { ran } from './namespace-vm.ts';
import type { GrantBody } from './real-service.ts';

const run = promisify(execFile);

/** A key pair in a file, and its public line. */
export interface OwnKey {
  readonly file: string;
  readonly publicKey: string;
}

/** What ssh needs to log in, in files as somebody saves them who reads the answer. */
export type Credential = readonly string[];

/** People with the OpenSSH client, who know nothing but what the API has answered. Their files are gone afterwards. */
export class SshUsers {
  private constructor(
    /** For files that are to go with them. */
    readonly folder: string,
  ) {}

  static async start(): Promise<SshUsers> {
    return new SshUsers(await mkdtemp(path.join(tmpdir(), 'vm-pool-users-')));
  }

  /** Makes a key. @param options - such as `-t ed25519` */
  async ownKey(...options: readonly string[]): Promise<OwnKey> {
    const file = path.join(this.folder, `key-${randomUUID()}`);
    await run('ssh-keygen', ['-q', '-N', '', ...options, '-f', file]);
    return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
  }

  /** Saves an answer. @param own - the key that the certificate is for, if it came without one */
  async save({ vm }: Pick<GrantBody, 'vm'>, own?: OwnKey): Promise<Credential> {
    const folder = path.join(this.folder, randomUUID());
    await mkdir(folder, { mode: 0o700 });
    const write = async (name: string, text: string): Promise<string> => {
      const file = path.join(folder, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    };
    const knownHosts = await write('known_hosts', `${vm.knownHosts.join('\n')}\n`);
    const key = vm.privateKey === undefined ? (own?.file ?? '') : await write('id', vm.privateKey);
    const certificate =
      vm.certificate === undefined
        ? []
        : ['-o', `CertificateFile=${await write('id-cert.pub', `${vm.certificate}\n`)}`];
    const options = [`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=none', ...OPTIONS];
    const flags = [...options.flatMap((option) => ['-o', option]), ...certificate];
    return ['-F', 'none', '-i', key, ...flags, '-p', String(vm.port), `${vm.username}@${vm.ip}`];
  }

  /** Logs in, and runs a command or, without one, a shell that reads `input`. */
  async ssh(credential: Credential, command: readonly string[] = [], input = ''): Promise<Ran> {
    return ran('ssh', [...credential, ...command], input);
  }

  /** Logs in and stays. @param options - of ssh */
  session(credential: Credential, command: string, options: readonly string[] = []): ChildProcess {
    return tracked(spawn('ssh', [...options, ...credential, command], { stdio: ['pipe', 'pipe', 'pipe'] }));
  }

  async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const OPTIONS = [
  'StrictHostKeyChecking=yes',
  'IdentitiesOnly=yes',
  'BatchMode=yes',
  'ConnectTimeout=10',
  'LogLevel=ERROR',
];
