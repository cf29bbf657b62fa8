import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Lease, Vm } from '../../../lambda/client/routes.ts';
import { LoginFault } from './fault.ts';
import type { KeyPair } from './key-pair.ts';
import { keyFileIn, makeKeyPair, publicKeyIn, shortNameOf } from './key-pair.ts';
import { writePrivately } from './private-file.ts';
import type { LoginFiles } from './ssh-config.ts';
import { wholeConfig } from './ssh-config.ts';
import { EXPIRES_AT, sweep } from './sweep.ts';

/**
 * The login of one lease on disk: a folder that only this user can enter, with its key pair. The private key
 * was made here and never travels.
 */
export class LoginFolder {
  private written: Vm | undefined;

  private constructor(
    private place: string,
    private readonly ownPublicKey: string,
    private readonly identity: KeyPair | undefined,
  ) {}

  /**
   * Makes a folder for a lease that is still to come, and removes those of leases that have ended.
   *
   * @param parent - folder of all leases; made if it is missing
   * @param identity - key pair of the user's own, to log in with in place of the folder's
   */
  static async prepare(parent: string, identity?: KeyPair): Promise<LoginFolder> {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await sweep(parent);
    const place = path.join(parent, `new-${randomUUID()}`);
    await mkdir(place, { mode: 0o700 });
    try {
      return new LoginFolder(place, await makeKeyPair(place), identity);
    } catch (error) {
      await rm(place, { recursive: true, force: true });
      throw error;
    }
  }

  /** The folder of a lease; made if it is missing. */
  static async open(parent: string, leaseId: string, identity?: KeyPair): Promise<LoginFolder> {
    const place = folderOf(parent, leaseId);
    if (await exists(place)) return new LoginFolder(place, await publicKeyIn(place), identity);
    const folder = await LoginFolder.prepare(parent, identity);
    return (await folder.adopt(leaseId)) ? folder : LoginFolder.open(parent, leaseId, identity);
  }

  get path(): string {
    return this.place;
  }

  /** What the service is to let in. */
  get publicKey(): string {
    return this.identity?.publicKey ?? this.ownPublicKey;
  }

  /** The VM as it was written last. */
  get vm(): Vm | undefined {
    return this.written;
  }

  /**
   * Gives a prepared folder to the lease that came.
   *
   * @returns false when the lease has a folder already; this one is gone then
   */
  async adopt(leaseId: string): Promise<boolean> {
    const place = folderOf(path.dirname(this.place), leaseId);
    try {
      // A folder with files in it is never replaced: rename(2), ENOTEMPTY.
      await rename(this.place, place);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await this.remove();
      return false;
    }
    this.place = place;
    return true;
  }

  /**
   * Writes what it takes to log in; files that ssh may be reading are replaced at once.
   *
   * @param lease - when it ends, the folder may be swept
   */
  async write(vm: Vm, lease?: Lease): Promise<LoginFiles> {
    const write = async (name: string, text: string) => {
      const file = path.join(this.place, name);
      await writePrivately(file, text);
      return file;
    };
    if (lease !== undefined) await write(EXPIRES_AT, `${lease.expiresAt}\n`);
    const knownHosts = await write('known_hosts', linesOf(vm.knownHosts ?? []));
    const key = await this.keyFor(vm, write);
    const certificate = vm.certificate && (await write(this.named('cert.pub'), linesOf([vm.certificate])));
    const files = { knownHosts, key, ...(certificate && { certificate }) };
    const sshConfig = await write(this.named('ssh_config'), wholeConfig(vm, files));
    this.written = vm;
    return { sshConfig, ...files };
  }

  /** Removes the folder and all that is in it. */
  async remove(): Promise<void> {
    await rm(this.place, { recursive: true, force: true });
  }

  /** A key that the service handed out comes first: the VM knows no other. A mock VM's opens nothing. */
  private async keyFor(vm: Vm, write: (name: string, text: string) => Promise<string>): Promise<string> {
    if (vm.login !== undefined && vm.privateKey !== undefined) return write('handed-out-key', linesOf([vm.privateKey]));
    return this.identity?.file ?? keyFileIn(this.place);
  }

  /** Certificates belong to a key, and two sessions of one lease may use two keys. */
  private named(name: string): string {
    return this.identity === undefined ? name : `${shortNameOf(this.identity.publicKey)}-${name}`;
  }
}

/** @throws Error for an id that could name a folder elsewhere */
function folderOf(parent: string, leaseId: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(leaseId)) throw new LoginFault(`the service answers an unsound lease id`);
  return path.join(parent, leaseId);
}

function linesOf(texts: readonly string[]): string {
  return texts.map((text) => `${text.trimEnd()}\n`).join('');
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
