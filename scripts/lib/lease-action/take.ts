import { info } from '@actions/core';
import { borrow } from '../../../lambda/client/borrow.ts';
import type { Grant } from '../../../lambda/client/routes.ts';
import type { Loan, Wish } from './loan.ts';
import type { Service } from './service.ts';

/** How long to wait for a free VM, and what ends the wait. */
export interface Patience {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Borrows a VM, and prints a line for each attempt that found none. */
export async function takeVm({ client }: Service, { key }: Loan, wish: Wish, patience: Patience): Promise<Grant> {
  const until = timeOf(Date.now() + patience.waitMs);
  const onWait = (_: unknown, nextTryMs: number) => {
    const nextSec = Math.ceil(nextTryMs / 1000);
    info(`No VM of the pool ${wish.pool ?? 'default'} is free; next try in ${nextSec} s, the last one at ${until}`);
  };
  return borrow(client, wish, { ...patience, onWait, idempotencyKey: key });
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}
