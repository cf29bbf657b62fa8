import { info } from '@actions/core';
import { borrow } from '../../../lambda/client/borrow.ts';
import { readyVm } from '../../../lambda/client/ready.ts';
import type { Grant, Held, Vm } from '../../../lambda/client/routes.ts';
import { visible } from '../logs/terminal.ts';
import type { Loan, Wish } from './loan.ts';
import type { Service } from './service.ts';

/** How long to wait for a free VM, and what ends the wait. */
export interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Borrows a VM, and prints a line for each attempt that found none. The VM may have to be started. */
export async function takeVm({ client }: Service, { key }: Loan, wish: Wish, patience: Patience): Promise<Grant> {
  const until = timeOf(Date.now() + patience.waitMs);
  const onWait = (_: unknown, nextTryMs: number) => {
    const nextSec = Math.ceil(nextTryMs / 1000);
    info(`No VM of the pool ${wish.pool ?? 'default'} is free; next try in ${nextSec} s, the last one at ${until}`);
  };
  return borrow(client, wish, { ...patience, onWait, idempotencyKey: key });
}

/** Waits until a VM is ready, and prints a line for each look. @throws NotReady */
export async function untilReady(
  { client, who }: Service,
  held: Held,
  options: { readonly sshPublicKey: string; readonly signal: AbortSignal },
): Promise<Held> {
  const onStarting = ({ vm: { id, statusReason = 'no reason is known' } }: Held, nextLookMs: number) => {
    info(`${id} is being started (${visible(statusReason)}); next look in ${Math.ceil(nextLookMs / 1000)} s`);
  };
  return readyVm(client, held, { ...who, ...options, onStarting });
}

/** A runner has no terminal. @throws Error for a VM that ssh can't reach */
export function refuseWithoutSsh({ id, pool, login }: Vm): void {
  if (login !== 'session-manager') return;
  throw new Error(
    `${id} is reached by AWS Session Manager, which a job can't use: let the pool ${pool} have access ` +
      '`certificate` or `instance-connect`, or borrow from another pool',
  );
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}
