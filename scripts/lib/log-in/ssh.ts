import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What connectvm answers of a VM that one can log in to. */
export interface OpenedVm {
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  readonly username: string;
  readonly knownHosts: readonly string[];
  /** Undefined when the borrower has named a public key: ssh then finds the private one among the borrower's own. */
  readonly privateKey?: string;
  readonly certificate?: string;
}

/**
 * Runs ssh with a credential in a folder that only this user can read, and removes it afterwards.
 *
 * @param words - options before the destination, a command after it
 * @returns the exit code of ssh
 */
export async function logIn(vm: OpenedVm, words: readonly string[]): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-'));
  // Ctrl-C is for ssh; this process must live to remove the folder.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const options = await writeCredential(folder, vm);
    const child = spawn('ssh', sshArguments(vm, options, words), { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 255;
  } finally {
    process.off('SIGINT', ignore);
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns options of ssh that use it */
async function writeCredential(folder: string, vm: OpenedVm): Promise<readonly string[]> {
  const write = async (name: string, text: string) => {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const knownHosts = await write('known_hosts', vm.knownHosts.map((line) => `${line}\n`).join(''));
  const options = [`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=none'];
  if (vm.privateKey !== undefined) options.push(`IdentityFile=${await write('key', vm.privateKey)}`);
  if (vm.certificate !== undefined)
    options.push(`CertificateFile=${await write('key-cert.pub', `${vm.certificate}\n`)}`);
  return [...options, 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes'].flatMap((option) => ['-o', option]);
}

/** ssh takes options before the destination, and everything after it is the command. */
function sshArguments(vm: OpenedVm, options: readonly string[], words: readonly string[]): string[] {
  const isCommand = words[0] !== undefined && !words[0].startsWith('-');
  const [before, after] = isCommand ? [[], words] : [words, []];
  return [...options, '-p', String(vm.port), '-l', vm.username, ...before, vm.ip, ...after];
}
