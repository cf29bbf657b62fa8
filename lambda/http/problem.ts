import type { Refusal, RefusalCode } from '../pool/refusals.ts';
import type { Answer } from './answer.ts';
import { isoSeconds } from './answer.ts';

/** One bad parameter: its name, and what would be right. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** Public and permanent, like {@link RefusalCode}: what is wrong with the request itself, or with us. */
export type ProblemCode =
  | RefusalCode
  | 'forbidden'
  | 'internal'
  | 'invalid_request'
  | 'method_not_allowed'
  | 'not_found'
  | 'payload_too_large'
  | 'unsupported_media_type';

/** What a problem may carry beside its status, code and detail. */
export interface ProblemOptions extends ErrorOptions {
  /** Members of the problem document beside the standard ones. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not granted, as HTTP tells it. A `cause` is a fault of ours, for the log alone. */
export class Problem extends Error {
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    detail: string,
    { data = {}, headers = {}, ...options }: ProblemOptions = {},
  ) {
    super(detail, options);
    this.data = data;
    this.headers = headers;
  }
}

/** 400: names every bad parameter at once. */
export function invalidRequest(errors: readonly FieldFault[]): Problem {
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new Problem(400, 'invalid_request', detail, { data: { errors } });
}

/** When to come back to an empty pool, seconds. VMs come back at any moment, so waiting for the earliest end is too long. */
const RETRY_AFTER_SEC = 30;

/** A refusal of the rules as HTTP tells it. Says nothing of other users. */
export function refused(refusal: Refusal): Problem {
  const { message, code } = refusal;
  switch (refusal.code) {
    case 'already_allocated': {
      const { id: leaseId, vmId, expiresAtSec } = refusal.lease;
      return new Problem(409, code, message, { data: { vmId, leaseId, expiresAt: isoSeconds(expiresAtSec) } });
    }
    case 'idempotency_key_reused':
      return new Problem(422, code, message);
    case 'invalid_cursor':
      return new Problem(400, code, message);
    case 'lease_superseded':
      return new Problem(409, code, message);
    case 'lease_too_long': {
      const latestExpiresAt = isoSeconds(refusal.latestSec);
      return new Problem(422, code, `the lease may last until ${latestExpiresAt} at the latest`, {
        data: { latestExpiresAt },
      });
    }
    case 'no_lease':
      return new Problem(404, code, message);
    case 'pool_empty': {
      const { pool, counts } = refusal;
      return new Problem(503, code, message, {
        data: { pool, counts },
        headers: { 'retry-after': String(RETRY_AFTER_SEC) },
      });
    }
    case 'store_unavailable':
      // The cause is ours to mend: it goes to the log, the caller comes back in a moment.
      return new Problem(503, code, message, { headers: { 'retry-after': '1' }, cause: refusal.cause });
    case 'unknown_vm':
      return new Problem(404, code, message);
    case 'vm_busy':
      return new Problem(409, code, message, { headers: { 'retry-after': '1' } });
    case 'vm_in_use':
    case 'wrong_state':
      return new Problem(409, code, message, { data: { state: refusal.status.state } });
    case 'unknown_pool':
      return new Problem(404, code, message, { data: { pools: refusal.knownPools } });
  }
}

/** Titles are the phrases of RFC 9110, as RFC 9457 wants them where `type` is `about:blank`, its default. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A problem as an answer: RFC 9457, with the stable `code` and the id to quote as further members. */
export function problemAnswer(problem: Problem, requestId: string): Answer {
  const { status, code, message: detail, data, headers } = problem;
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { title: TITLES[status], status, detail, code, requestId, ...data },
  };
}
