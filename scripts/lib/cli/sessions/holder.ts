import path from 'node:path';
import { Refused } from '../../../../lambda/client/refused.ts';
import { identityIn } from '../../login/key-pair.ts';
import type { Holder, Session } from '../../login/session.ts';
import { answering, sessionBy } from '../../login/session.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { BorrowingOptions } from '../options.ts';
import { borrowVm } from '../verbs/get.ts';
import { waitForVm } from './starting.ts';

/** Who holds the VM: the user of the command line. @param identity - file of a key pair of the user's own */
export async function holderOf(context: Context, identity?: string): Promise<Holder> {
  return {
    ...(await context.borrower()),
    parent: path.join(context.stateFolder, 'leases'),
    identity: identity === undefined ? undefined : await identityIn(identity),
    readyVm: waitForVm(context),
  };
}

/** Borrows a VM as options and settings say, with its login on disk. */
export async function borrowed(context: Context, holder: Holder, options: BorrowingOptions): Promise<Session> {
  const borrower = async () => ({ client: answering(holder.client), who: holder.who });
  const lend = (sshPublicKey: string) => borrowVm({ ...context, borrower }, options, sshPublicKey);
  return sessionBy(holder, lend, context.signal);
}

/** Why ssh can't reach a VM. Undefined: it can. */
export function whyNoSsh({ vm }: Pick<Session, 'vm'>): string | undefined {
  if (vm.login === undefined) return `${vm.id} is a mock VM: nobody can log in to it`;
  return isBySessionManager({ vm }) ? `${vm.id} is reached by AWS Session Manager, not by ssh` : undefined;
}

/** Whether AWS Session Manager opens shells on a VM; it has no open port. */
export function isBySessionManager({ vm }: Pick<Session, 'vm'>): boolean {
  return vm.login === 'session-manager';
}

/** @throws CommandError for a VM that ssh can't reach */
export function assertSsh(session: Session): void {
  const why = whyNoSsh(session);
  if (why === undefined) return;
  const next = isBySessionManager(session)
    ? 'open a shell on it: vm-pool ssh'
    : 'to try it with VMs on this computer: npm start -- --demo-vms 3';
  throw new CommandError(why, 'failed', [next]);
}

/** The user holds no VM. */
export function holdsNone(): CommandError {
  return new CommandError('you hold no VM', 'holdsNone', ['borrow one: vm-pool get']);
}

/** Says that `with` would end a lease that others may use. */
export function heldAlready(error: unknown): unknown {
  if (!(error instanceof Refused) || error.code !== 'already_allocated') return error;
  const { vmId, expiresAt } = error.problem as { vmId: string; expiresAt: string };
  return new CommandError(
    `you hold ${vmId} until ${expiresAt} already, and this command would give it back at its end`,
    'failed',
    ['run the command on it: vm-pool ssh -- COMMAND', 'or give it back first: vm-pool release'],
    { cause: error },
  );
}
