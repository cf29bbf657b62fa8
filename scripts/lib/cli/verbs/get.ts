import { readFile } from 'node:fs/promises';
import { borrow } from '../../../../lambda/client/borrow.ts';
import type { Refused } from '../../../../lambda/client/refused.ts';
import type { Grant, ParametersOf } from '../../../../lambda/client/routes.ts';
import { misuse } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { BorrowingOptions } from '../options.ts';
import { grantText } from '../output/grant.ts';
import { left } from '../output/times.ts';
import { waitForVm } from '../sessions/starting.ts';
import type { Run } from '../verb.ts';

type Options = BorrowingOptions & { readonly publicKey?: string; readonly async?: true };

/** Borrows a VM. */
export const run: Run<Options> = async (context, { options }) => {
  const { publicKey: file, async: isAsync = false, ...wish } = options;
  const sshPublicKey = file === undefined ? undefined : await publicKeyIn(file);
  const grant = await borrowVm(context, wish, sshPublicKey);
  await context.output.answer(isAsync ? grant : await readyGrant(context, grant, sshPublicKey), grantText);
  return undefined;
};

/** The grant when its VM is ready. */
async function readyGrant(context: Context, grant: Grant, sshPublicKey: string | undefined): Promise<Grant> {
  const { client, who } = await context.borrower();
  const held = await waitForVm(context)(client, grant, { ...who, sshPublicKey });
  if (held === grant) return grant;
  const { vm, lease } = held;
  return { message: `${vm.id} is yours until ${lease.expiresAt}`, vm, lease };
}

/**
 * Borrows a VM as options and settings say. Shows what it waits for while no VM is free. The VM may have to be started.
 *
 * @param sshPublicKey - the borrower's own; no private key is handed out then
 */
export async function borrowVm(
  { borrower, settings, output, signal, timer }: Context,
  options: BorrowingOptions,
  sshPublicKey?: string,
): Promise<Grant> {
  const { client, who } = await borrower();
  const { pool = settings.pool, for: minutes = settings.minutes, wait: waitMs = 0 } = options;
  const wish = { ...who, pool, minutes, sshPublicKey } as ParametersOf<'POST /getvm'>;
  const progress = await output.progress();
  const endMs = timer.now() + waitMs;
  const onWait = (refused: Refused, nextTryMs: number) => {
    progress.say(waiting(refused, nextTryMs, endMs - timer.now()));
  };
  try {
    return await borrow(client, wish, { waitMs, onWait, signal }, timer);
  } finally {
    progress.stop();
  }
}

/** Such as `no VM of pool gpu is free (2 leased, 1 checking); next try in 30 s, giving up in 9 min`. */
function waiting({ message, problem: { counts } }: Refused, nextTryMs: number, leftMs: number): string {
  const states = Object.entries((counts ?? {}) as Readonly<Record<string, number>>).filter(([, count]) => count > 0);
  const why = states.length === 0 ? '' : ` (${states.map(([state, count]) => `${count} ${state}`).join(', ')})`;
  return `${message}${why}; next try in ${left(nextTryMs)}, giving up in ${left(leftMs)}`;
}

async function publicKeyIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw misuse(`the public key can't be read: ${(error as Error).message}`);
  }
}
