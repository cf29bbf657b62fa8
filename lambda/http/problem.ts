import type { Refusal } from '../pool/refusals.ts';
import type { Answer } from './answer.ts';
import { isoSeconds } from './bodies.ts';
import type { ProblemCode } from './refusals.ts';
import { REFUSALS } from './refusals.ts';

/** One bad parameter: its name, and what would be right. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** What a problem may carry beside its code and detail. */
export interface ProblemOptions extends ErrorOptions {
  /** Members of the problem document beside the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused. A `cause` is a fault of the service, for the log alone. */
export class Problem extends Error {
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    { members = {}, headers = {}, ...options }: ProblemOptions = {},
  ) {
    super(detail, options);
    this.members = members;
    this.headers = headers;
  }
}

/** Names every bad parameter at once. */
export function invalidRequest(errors: readonly FieldFault[]): Problem {
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new Problem('invalid_request', detail, { members: { errors } });
}

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

/** A problem document of RFC 9457, with the stable `code` and the `requestId` to quote. */
export function problemAnswer({ code, message: detail, members, headers }: Problem, requestId: string): Answer {
  const { status, title } = REFUSALS[code];
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { title, status, detail, code, requestId, ...members },
  };
}
