import { NotReady } from '../../../../lambda/client/not-ready.ts';
import { saysLeaseEnded } from '../../login/keep.ts';
import type { Holder, Session } from '../../login/session.ts';
import { heldSession } from '../../login/session.ts';
import type { Started } from '../../login/session-manager.ts';
import { assertPlugin, pluginFor } from '../../login/session-manager.ts';
import { sshArguments } from '../../login/ssh.ts';
import { ALIAS } from '../../login/ssh-config.ts';
import { misuse } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { BorrowingOptions } from '../options.ts';
import { timeWithDistance } from '../output/times.ts';
import type { Ran } from '../sessions/beside.ts';
import { endSentence, giveBackOrSay, runBeside, warn } from '../sessions/beside.ts';
import { assertSsh, borrowed, holderOf, isBySessionManager } from '../sessions/holder.ts';
import type { Run } from '../verb.ts';

type Options = BorrowingOptions & { readonly identity?: string; readonly release?: true };

/** A lease that ends during a session is renewed to so many minutes. */
const RENEW_MINUTES = 60;

/** Exit code of ssh when ssh itself failed: ssh(1), EXIT STATUS. */
const SSH_FAILED = 255;

/** Logs in to the VM that the user holds, and borrows one first if need be. @returns the exit code of the program */
export const run: Run<Options> = async (context, { words: [own], options, command }) => {
  const { identity, release = false, ...wish } = options;
  const holder = await holderOf(context, identity);
  const held = await heldSession(holder);
  const session = held ?? (await borrowed(context, holder, wish));
  let mustGoBack = release || held === undefined;
  try {
    const words = [own ?? [], command.length > 0 ? ['--', ...command] : []].flat();
    const started = await programFor(context, session, words);
    mustGoBack = release;
    sayWhose(context, session, held !== undefined, wish.pool);
    const renewMinutes = wish.for ?? context.settings.minutes ?? RENEW_MINUTES;
    const ran = await runBeside(context, holder, session, { ...started, renewMinutes, isConnected: true });
    if (!mustGoBack) await sayAfterwards(context, holder, session, ran);
    return ran.code;
  } finally {
    if (mustGoBack) await giveBackOrSay(context, holder, session);
  }
};

/** The program that opens a shell. @throws CommandError, LoginFault when none does */
async function programFor({ env }: Context, session: Session, words: readonly string[]): Promise<Started> {
  if (!isBySessionManager(session)) {
    assertSsh(session);
    return { program: ['ssh', ...sshArguments(session.files, ALIAS, words)], env: {} };
  }
  if (words.length > 0) {
    throw misuse(`${session.vm.id} is reached by AWS Session Manager: it takes no command and no options of ssh`);
  }
  await assertPlugin(env);
  return pluginFor(session.vm);
}

function sayWhose({ output, clock }: Context, { vm, lease }: Session, isHeld: boolean, pool?: string): void {
  if (!isHeld) output.note(`${vm.id} is yours until ${timeWithDistance(lease.expiresAt, clock())}`);
  else if (pool !== undefined && pool !== vm.pool) output.note(`you hold ${vm.id} of pool ${vm.pool} already`);
}

/** A connection that breaks may mean that the lease is over, or that the VM was stopped. */
async function sayAfterwards(
  context: Context,
  holder: Holder,
  session: Session,
  { code, hasEnded }: Ran,
): Promise<void> {
  if (hasEnded) return;
  const why = code === SSH_FAILED ? await whyBroken(context, holder, session) : undefined;
  if (why !== undefined) warn(context, why);
  else if (process.stdin.isTTY) context.output.note(`${session.vm.id} is still yours; give it back: vm-pool release`);
}

async function whyBroken({ clock }: Context, { client, who }: Holder, session: Session): Promise<string | undefined> {
  const wish = { ...who, leaseId: session.lease.id, sshPublicKey: session.folder.publicKey };
  try {
    const held = await client.call('POST /connectvm', wish);
    const { status } = held.vm;
    return status === 'starting' || status === 'gone' ? new NotReady(status, held).message : undefined;
  } catch (error) {
    return saysLeaseEnded(error) ? endSentence(session, clock()) : undefined;
  }
}
