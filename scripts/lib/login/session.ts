/** Borrowed VMs together with their login on disk. */
import type { BorrowOptions } from '../../../lambda/client/borrow.ts';
import { borrow } from '../../../lambda/client/borrow.ts';
import type { Client } from '../../../lambda/client/client.ts';
import type { ReadyOptions } from '../../../lambda/client/ready.ts';
import { readyVm } from '../../../lambda/client/ready.ts';
import type { Grant, Held, Lease, ParametersOf, Vm } from '../../../lambda/client/routes.ts';
import { LoginFolder } from './folder.ts';
import { saysLeaseEnded } from './keep.ts';
import type { KeyPair } from './key-pair.ts';
import type { LoginFiles } from './ssh-config.ts';
import { newestLease } from './sweep.ts';

/** Who holds VMs, and where their logins lie. */
export interface Holder {
  readonly client: Client;
  /** The user id, where the service asks nobody who they are. */
  readonly who: { readonly userid?: string };
  /** Folder of all leases. */
  readonly parent: string;
  /** A key pair of the user's own; else one is made for each lease. */
  readonly identity?: KeyPair | undefined;
  /** Waits until a VM is ready; by default silently. */
  readonly readyVm?: WaitForVm | undefined;
}

/** Waits until the VM of a lease is ready, as {@link readyVm} does. */
export type WaitForVm = (client: Client, held: Held, options: ReadyOptions) => Promise<Held>;

/** A VM that is held, and the files by which ssh reaches it. */
export interface Session {
  readonly vm: Vm;
  readonly lease: Lease;
  readonly folder: LoginFolder;
  readonly files: LoginFiles;
}

/** Which VM to borrow, and for how long. */
export type Wish = Pick<ParametersOf<'POST /getvm'>, 'pool' | 'minutes'>;

/** Lends a VM that lets a public key in. The VM may have to be started. */
export type Lend = (sshPublicKey: string) => Promise<Grant>;

/** Longest that an interrupted call may still take: its answer says whether there is a VM to give back. */
const LAST_ANSWER_MS = 5_000;

/**
 * Borrows a VM with a key pair that is made here. Whatever fails or is interrupted afterwards, the VM is given back.
 *
 * @throws Refused, such as `already_allocated`, or `pool_empty` when none became free in time
 */
export async function borrowSession(holder: Holder, wish: Wish, options: BorrowOptions): Promise<Session> {
  const client = answering(holder.client);
  const lend: Lend = (sshPublicKey) => borrow(client, { ...holder.who, ...wish, sshPublicKey }, options);
  return sessionBy(holder, lend, options.signal);
}

/** The same for a caller with another way to borrow. @param lend - see {@link answering} for its client */
export async function sessionBy(holder: Holder, lend: Lend, signal?: AbortSignal): Promise<Session> {
  const folder = await LoginFolder.prepare(holder.parent, holder.identity);
  let grant: Grant | undefined;
  try {
    grant = await lend(folder.publicKey);
    signal?.throwIfAborted();
    await folder.adopt(grant.lease.id);
    return await sessionOf(holder, folder, grant, signal);
  } catch (error) {
    await folder.remove();
    if (grant !== undefined) await release(holder, grant.lease);
    throw error;
  }
}

/** Logs in once more to the VM that the user holds, when it is ready. @returns undefined when the user holds none */
export async function heldSession(holder: Holder): Promise<Session | undefined> {
  try {
    return await connected(holder);
  } catch (error) {
    if (saysLeaseEnded(error)) return undefined;
    throw error;
  }
}

/** Gives a VM back, unless it is another's by now, and removes its login. */
export async function giveBack(holder: Holder, { lease, folder }: Pick<Session, 'lease' | 'folder'>): Promise<void> {
  try {
    await release(holder, lease);
  } finally {
    await folder.remove();
  }
}

/** The key of a folder is sent before its lease is known to be the current one: mostly it is. */
async function connected(holder: Holder): Promise<Session> {
  const { parent, identity } = holder;
  const guess = await newestLease(parent);
  const first = guess === undefined ? undefined : await LoginFolder.open(parent, guess, identity);
  const folder = first ?? (await LoginFolder.prepare(parent, identity));
  try {
    const held = await connect(holder, folder);
    if (guess === held.lease.id || (first === undefined && (await folder.adopt(held.lease.id)))) {
      return await sessionOf(holder, folder, held);
    }
    const right = await LoginFolder.open(parent, held.lease.id, identity);
    return await sessionOf(holder, right, await connect(holder, right));
  } catch (error) {
    if (first === undefined) await folder.remove();
    throw error;
  }
}

async function connect({ client, who }: Holder, folder: LoginFolder): Promise<Held> {
  return client.call('POST /connectvm', { ...who, sshPublicKey: folder.publicKey });
}

/** A client whose call has its answer, for a while, also when its signal aborts: it may have borrowed a VM. */
export function answering(client: Client): Client {
  return {
    url: client.url,
    call: (route, parameters, options) =>
      client.call(route, parameters, { ...options, signal: options?.signal && later(options.signal) }),
  };
}

function later(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = () =>
    setTimeout(() => {
      controller.abort(signal.reason);
    }, LAST_ANSWER_MS).unref();
  signal.addEventListener('abort', abort, { once: true });
  return controller.signal;
}

async function release({ client, who }: Holder, lease: Lease): Promise<void> {
  try {
    await client.call('POST /releasevm', { ...who, leaseId: lease.id });
  } catch (error) {
    if (!saysLeaseEnded(error)) throw error;
  }
}

async function sessionOf(holder: Holder, folder: LoginFolder, held: Held, signal?: AbortSignal): Promise<Session> {
  const { client, who, readyVm: wait = readyVm } = holder;
  const { vm, lease } = await wait(client, held, { ...who, sshPublicKey: folder.publicKey, signal });
  return { vm, lease, folder, files: await folder.write(vm, lease) };
}
