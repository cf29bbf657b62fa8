import { randomUUID } from 'node:crypto';
import { borrow } from '../../../lambda/client/borrow.ts';
import type { Client } from '../../../lambda/client/client.ts';
import { NotReady } from '../../../lambda/client/not-ready.ts';
import { readyVm } from '../../../lambda/client/ready.ts';
import { Refused } from '../../../lambda/client/refused.ts';
import type { Held, ParametersOf } from '../../../lambda/client/routes.ts';
import { LoginFolder } from '../login/folder.ts';
import type { Opened } from './loan.ts';
import { writtenTo } from './login.ts';
import type { Source } from './source.ts';
import { ToolError } from './tool-error.ts';

/** How long to wait for a VM, and who ends the wait. */
export interface Patience extends Pick<Source, 'startWaitMs'> {
  /** How long to wait for a free VM, milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Hears that no VM is free yet. */
  readonly onWait: (nextTryMs: number) => void;
  /** Hears that the VM is being started. */
  readonly onStarting: (held: Held, nextLookMs: number) => void;
}

/** A VM that was borrowed just now, and how to log in if it is ready. */
export interface Got extends Opened {
  readonly held: Held;
}

type Request = ParametersOf<'POST /getvm'>;

/**
 * Borrows a VM for a key that is made here. The VM may still be being started then. If it can't say whether it got one,
 * it gives that one back.
 *
 * @throws Refused, Unreachable, or the reason of the signal
 */
export async function getVm(client: Client, wish: Request, parent: string, patience: Patience): Promise<Got> {
  const { waitMs, signal, onWait } = patience;
  const folder = await LoginFolder.prepare(parent);
  const request = { ...wish, sshPublicKey: folder.publicKey };
  const idempotencyKey = randomUUID();
  const waiting = (_: Refused, nextTryMs: number) => {
    onWait(nextTryMs);
  };
  try {
    const grant = await borrow(client, request, { waitMs, signal, idempotencyKey, onWait: waiting });
    await folder.adopt(grant.lease.id);
    const held = await startedOr(client, grant, request, patience);
    return { held, folder, login: held.vm.status === 'starting' ? undefined : await writtenTo(folder, held) };
  } catch (error) {
    await folder.remove();
    if (!(error instanceof Refused)) await giveBack(client, request, idempotencyKey).catch(() => undefined);
    throw error;
  }
}

/** Waits for a VM that is being started, but no longer than the client waits for an answer. @throws NotReady */
async function startedOr(client: Client, held: Held, request: Request, patience: Patience): Promise<Held> {
  const { waitMs, startWaitMs, signal, onStarting } = patience;
  const { userid, sshPublicKey } = request;
  const options = { userid, sshPublicKey, waitMs: Math.max(waitMs, startWaitMs), signal, onStarting };
  try {
    return await readyVm(client, held, options);
  } catch (error) {
    if (error instanceof NotReady && error.reason === 'starting') return error.held;
    throw error;
  }
}

/**
 * Gives back what a `getvm` without an answer may have lent. Nobody else knows its key, so the service refuses it when
 * the user holds another VM, such as one borrowed by hand.
 */
async function giveBack(client: Client, request: Request, idempotencyKey: string): Promise<void> {
  const who = request.userid === undefined ? {} : { userid: request.userid };
  await client.call('GET /lease', who);
  const { lease } = await client.call('POST /getvm', request, { idempotencyKey });
  await client.call('POST /releasevm', { ...who, leaseId: lease.id });
}

/** Minutes of the longest loan from a pool, under the server's own limit. */
export async function longestLoan(client: Client, pool: string | undefined, maxMinutes: number): Promise<number> {
  const { pools } = await client.call('GET /pool');
  const named = pool ?? 'default';
  const found = Object.entries(pools).find(([name, { aliases }]) => [name, ...aliases].includes(named));
  return Math.min(maxMinutes, found?.[1].lease.maxMinutes ?? maxMinutes);
}

/** @throws {@link ToolError} when a loan would be longer than allowed */
export function refuseLonger(minutes: number, most: number): void {
  if (minutes > most) throw new ToolError(`A loan takes ${most} minutes at most.`, 'Ask for fewer minutes.');
}
