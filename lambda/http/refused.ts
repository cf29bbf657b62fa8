/** Refusals of the rules as the API answers them. Loaded for the first one: no cold start needs it. */
import type { Refusal } from '../pool/refusals.ts';
import { isoSeconds } from './bodies.ts';
import { Problem } from './problem.ts';

/** Seconds to wait for an empty pool. VMs are returned at any moment, so waiting for the earliest end is too long. */
const RETRY_AFTER_SEC = 30;

/** A refusal of the rules as a problem. Says nothing of other users. */
export function refused(refusal: Refusal): Problem {
  const { code, message } = refusal;
  switch (refusal.code) {
    case 'already_allocated': {
      const { id: leaseId, vmId, expiresAtSec } = refusal.lease;
      return new Problem(code, message, { members: { vmId, leaseId, expiresAt: isoSeconds(expiresAtSec) } });
    }
    case 'lease_too_long': {
      const latestExpiresAt = isoSeconds(refusal.latestSec);
      return new Problem(code, `the lease can end at ${latestExpiresAt} at the latest`, {
        members: { latestExpiresAt },
      });
    }
    case 'pool_empty': {
      const { pool, counts } = refusal;
      return new Problem(code, message, {
        members: { pool, counts },
        headers: { 'retry-after': String(RETRY_AFTER_SEC) },
      });
    }
    case 'access_unavailable':
      return new Problem(code, message, { headers: { 'retry-after': '5' }, cause: refusal.cause });
    case 'host_key_changed':
      return new Problem(code, message, { members: { hostKeys: refusal.hostKeys } });
    case 'store_unavailable':
      return new Problem(code, message, { headers: { 'retry-after': '1' }, cause: refusal.cause });
    case 'vm_busy':
      return new Problem(code, message, { headers: { 'retry-after': '1' } });
    case 'vm_in_use':
    case 'wrong_state':
      return new Problem(code, message, { members: { state: refusal.status.state } });
    case 'unknown_pool':
      return new Problem(code, message, { members: { pools: refusal.knownPools } });
    default:
      return new Problem(code, message);
  }
}
