import { info } from '@actions/core';
import { Refused } from '../../../lambda/client/refused.ts';
import { saysLeaseEnded } from '../login/keep.ts';
import type { LeftBehind, Loan, Wish } from './loan.ts';
import type { Service } from './service.ts';
import { openService } from './service.ts';

/** Ends the lease of this job, if there is one. It never ends another, so it may be repeated. */
export async function giveBack({ loan, granted, asked }: LeftBehind): Promise<void> {
  if (granted === undefined && asked === undefined) return;
  const service = await openService(loan);
  const leaseId = granted?.leaseId ?? (asked && (await leaseOf(service, loan, asked)));
  if (leaseId !== undefined) await release(service, leaseId);
}

/**
 * Finds out what came of a request whose answer nobody read. The same key gets the same lease again. If there is none,
 * the service lends one now, which is released at once: afterwards the key is spent, so that a request that is still
 * on its way lends nothing.
 */
async function leaseOf({ client }: Service, { key }: Loan, asked: Wish): Promise<string | undefined> {
  try {
    const { lease } = await client.call('POST /getvm', asked, { idempotencyKey: key });
    return lease.id;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    info('The step ended while it asked for a VM; none was lent to it');
    return undefined;
  }
}

/** Whether the service says that it has lent nothing, now or before. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Refused) || error.code === undefined || error.status === 429) return false;
  return error.status < 500 || error.code === 'pool_empty';
}

async function release({ client, who }: Service, leaseId: string): Promise<void> {
  try {
    const { message } = await client.call('POST /releasevm', { ...who, leaseId });
    info(message);
  } catch (error) {
    if (!saysLeaseEnded(error)) throw error;
    info('The lease had ended before');
  }
}
