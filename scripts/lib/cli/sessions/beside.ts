import { NotReady } from '../../../../lambda/client/not-ready.ts';
import type { Refused } from '../../../../lambda/client/refused.ts';
import { ownSurroundings, runChild } from '../../login/child.ts';
import { environmentOf } from '../../login/environment.ts';
import { keepLogin, saysLeaseEnded } from '../../login/keep.ts';
import type { Holder, Session } from '../../login/session.ts';
import { giveBack } from '../../login/session.ts';
import { visible } from '../../logs/terminal.ts';
import type { Context } from '../context.ts';

/** A program that ran while its VM was held. */
export interface Ran {
  readonly code: number;
  /** Whether the lease ended meanwhile, and that was said. */
  readonly hasEnded: boolean;
}

/** A program, and how long the lease is to last from each renewal. */
export interface Errand {
  readonly program: readonly string[];
  /** Variables of the program beside `VM_*`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly renewMinutes: number;
  /** The program connects to the VM once, at its start. */
  readonly isConnected?: boolean;
}

/** Runs a program. Login and lease stay fresh meanwhile, and the program finds the VM in `VM_*`. */
export async function runBeside(
  context: Context,
  holder: Holder,
  session: Session,
  { program, env: own, ...kept }: Errand,
): Promise<Ran> {
  let hasEnded = false;
  const onFault = (error: unknown) => {
    hasEnded ||= saysLeaseEnded(error);
    warn(context, faultSentence(error, session, context.clock()));
  };
  const { lease, folder } = session;
  const keeper = keepLogin({ client: holder.client, who: holder.who, lease, folder, ...kept, onFault });
  const say = (sentence: string) => {
    warn(context, sentence);
  };
  try {
    const env = { ...context.env, ...environmentOf(session), ...own };
    // From the next line on, a signal goes on to the program.
    context.signal.throwIfAborted();
    return { code: await runChild(program, env, ownSurroundings(say)), hasEnded };
  } finally {
    await keeper.stop();
  }
}

/** Gives the VM back. A failure is said, since the exit code is that of the program. */
export async function giveBackOrSay(context: Context, holder: Holder, session: Session): Promise<void> {
  const { vm, lease } = session;
  try {
    await giveBack(holder, session);
    context.output.note(`${vm.id} is given back`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(context, `${vm.id} could not be given back: ${why}`);
    warn(context, `it is yours until ${lease.expiresAt}, at most; give it back: vm-pool release`);
  }
}

/** What became of a lease that is over. */
export function endSentence({ vm, lease }: Pick<Session, 'vm' | 'lease'>, nowMs: number): string {
  const isExpired = nowMs >= Date.parse(lease.expiresAt);
  const why = isExpired ? `it ended at ${lease.expiresAt}` : 'it was given back, or an operator took the VM back';
  return `the lease of ${vm.id} is over: ${why}`;
}

/** Says what must be heard also with `--quiet`. ssh may have set the terminal so that a line break does not return. */
export function warn({ stderr }: Pick<Context, 'stderr'>, sentence: string): void {
  stderr.write(`vm-pool: ${visible(sentence)}${stderr.isTTY === true ? '\r' : ''}\n`);
}

function faultSentence(error: unknown, session: Session, nowMs: number): string {
  if (saysLeaseEnded(error)) return endSentence(session, nowMs);
  if (error instanceof NotReady) return error.message;
  const { code, message, problem } = error as Partial<Refused>;
  if (code === 'lease_too_long') return `the lease can't become longer; it ends at ${String(problem?.latestExpiresAt)}`;
  return `the login of ${session.vm.id} can't be renewed now: ${message ?? String(error)}`;
}
