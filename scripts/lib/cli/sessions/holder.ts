import path from 'node:path';
import { Refused } from '../../../../lambda/client/refused.ts';
import { identityIn } from '../../login/key-pair.ts';
import type { Holder, Session } from '../../login/session.ts';
import { answering, sessionBy } from '../../login/session.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { BorrowingOptions } from '../options.ts';
import { borrowVm } from '../verbs/get.ts';

/** Who holds the VM: the user of the command line. @param identity - file of a key pair of the user's own */
export async function holderOf({ borrower, stateFolder }: Context, identity?: string): Promise<Holder> {
  return {
    ...(await borrower()),
    parent: path.join(stateFolder, 'leases'),
    identity: identity === undefined ? undefined : await identityIn(identity),
  };
}

/** Borrows a VM as options and settings say, with its login on disk. */
export async function borrowed(context: Context, holder: Holder, options: BorrowingOptions): Promise<Session> {
  const borrower = async () => ({ client: answering(holder.client), who: holder.who });
  const lend = (sshPublicKey: string) => borrowVm({ ...context, borrower }, options, sshPublicKey);
  return sessionBy(holder, lend, context.signal);
}

/** Nobody can log in to a mock VM. */
export function isMock({ vm }: Session): boolean {
  return vm.login === undefined;
}

/** What to say to somebody who wants to log in to a mock VM. */
export function mockSentence({ vm }: Session): string {
  return `${vm.id} is a mock VM: nobody can log in to it`;
}

/** @throws CommandError for a mock VM */
export function assertReal(session: Session): void {
  if (!isMock(session)) return;
  const next = 'to try it with VMs on this computer: npm start -- --demo-vms 3';
  throw new CommandError(mockSentence(session), 'failed', [next]);
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
