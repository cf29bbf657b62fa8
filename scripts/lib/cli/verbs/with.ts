import { misuse } from '../command-error.ts';
import type { BorrowingOptions } from '../options.ts';
import { giveBackOrSay, runBeside } from '../sessions/beside.ts';
import { borrowed, heldAlready, holderOf, whyNoSsh } from '../sessions/holder.ts';
import type { Run } from '../verb.ts';

/** Minutes of a lease that is renewed while the command runs: so long the VM stays lent when this process is killed. */
const MINUTES = 30;

/**
 * Borrows a VM, runs a command, and gives the VM back however the command ends.
 * @returns the exit code of the command
 */
export const run: Run<BorrowingOptions & { readonly identity?: string }> = async (context, { options, command }) => {
  if (command.length === 0) throw misuse('no command is given', 'put it behind two dashes: vm-pool with -- COMMAND');
  const { identity, ...wish } = options;
  const renewMinutes = wish.for ?? context.settings.minutes ?? MINUTES;
  const holder = await holderOf(context, identity);
  const session = await borrowed(context, holder, { ...wish, for: renewMinutes }).catch((error: unknown) => {
    throw heldAlready(error);
  });
  try {
    context.output.note(whyNoSsh(session) ?? `${session.vm.id} is yours for this command`);
    const { code } = await runBeside(context, holder, session, { program: command, renewMinutes });
    return code;
  } finally {
    await giveBackOrSay(context, holder, session);
  }
};
