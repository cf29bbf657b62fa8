import type { Verdict } from '../../pool/life.ts';
import type { Pool } from '../inventory/lent-vms.ts';

/** Longest that a VM may need until it is ready for its next user, seconds. */
const READY_WITHIN_SEC = 10 * 60;

/** The same where its root volume is replaced. */
const REPLACED_WITHIN_SEC = 30 * 60;

/**
 * The verdict on a VM that takes its time. All waits of one check together have one end, whatever the VM waits for.
 * @param what - for operators
 */
export function waiting(what: string, againInSec: number, { reset }: Pick<Pool, 'reset'>): Verdict {
  const withinSec = reset === 'replace-root-volume' ? REPLACED_WITHIN_SEC : READY_WITHIN_SEC;
  return { waitingFor: what, againInSec, withinSec };
}
