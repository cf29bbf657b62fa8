import { saysLeaseEnded } from '../../login/keep.ts';
import type { Holder, Session } from '../../login/session.ts';
import { heldSession } from '../../login/session.ts';
import { sshArguments } from '../../login/ssh.ts';
import { ALIAS } from '../../login/ssh-config.ts';
import type { Context } from '../context.ts';
import type { BorrowingOptions } from '../options.ts';
import { timeWithDistance } from '../output/times.ts';
import type { Ran } from '../sessions/beside.ts';
import { endSentence, giveBackOrSay, runBeside, warn } from '../sessions/beside.ts';
import { assertReal, borrowed, holderOf } from '../sessions/holder.ts';
import type { Run } from '../verb.ts';

type Options = BorrowingOptions & { readonly identity?: string; readonly release?: true };

/** A lease that ends during a session is renewed to so many minutes. */
const RENEW_MINUTES = 60;

/** Exit code of ssh when ssh itself failed: ssh(1), EXIT STATUS. */
const SSH_FAILED = 255;

/** Logs in to the VM that the user holds, and borrows one first if need be. @returns the exit code of ssh */
export const run: Run<Options> = async (context, { words: [own], options, command }) => {
  const { identity, release = false, ...wish } = options;
  const holder = await holderOf(context, identity);
  const held = await heldSession(holder);
  const session = held ?? (await borrowed(context, holder, wish));
  let mustGoBack = release || held === undefined;
  try {
    assertReal(session);
    mustGoBack = release;
    sayWhose(context, session, held !== undefined, wish.pool);
    const words = [own ?? [], command.length > 0 ? ['--', ...command] : []].flat();
    const program = ['ssh', ...sshArguments(session.files, ALIAS, words)];
    const renewMinutes = wish.for ?? context.settings.minutes ?? RENEW_MINUTES;
    const ran = await runBeside(context, holder, session, { program, renewMinutes });
    if (!mustGoBack) await sayAfterwards(context, holder, session, ran);
    return ran.code;
  } finally {
    if (mustGoBack) await giveBackOrSay(context, holder, session);
  }
};

function sayWhose({ output, clock }: Context, { vm, lease }: Session, isHeld: boolean, pool?: string): void {
  if (!isHeld) output.note(`${vm.id} is yours until ${timeWithDistance(lease.expiresAt, clock())}`);
  else if (pool !== undefined && pool !== vm.pool) output.note(`you hold ${vm.id} of pool ${vm.pool} already`);
}

/** A connection that breaks may mean that the lease is over. */
async function sayAfterwards(
  context: Context,
  holder: Holder,
  session: Session,
  { code, hasEnded }: Ran,
): Promise<void> {
  if (hasEnded) return;
  if (code === SSH_FAILED && (await isOver(holder, session))) warn(context, endSentence(session, context.clock()));
  else if (process.stdin.isTTY) context.output.note(`${session.vm.id} is still yours; give it back: vm-pool release`);
}

async function isOver({ client, who }: Holder, { lease, folder }: Session): Promise<boolean> {
  const wish = { ...who, leaseId: lease.id, sshPublicKey: folder.publicKey };
  return client.call('POST /connectvm', wish).then(() => false, saysLeaseEnded);
}
