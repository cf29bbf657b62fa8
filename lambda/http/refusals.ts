/** Every refusal that a caller can meet: code, status and title. `refusals-documentation.ts` says what each means. */
import type { RefusalCode } from '../pool/refusals.ts';

/** Public and permanent, like {@link RefusalCode}: what is wrong with the request itself, or with the service. */
export type ProblemCode =
  | RefusalCode
  | 'forbidden'
  | 'internal'
  | 'invalid_request'
  | 'method_not_allowed'
  | 'metrics_token_unavailable'
  | 'no_certificate_authority'
  | 'not_found'
  | 'not_yours'
  | 'payload_too_large'
  | 'too_many_requests'
  | 'unauthorized'
  | 'unusable_identity'
  | 'unsupported_media_type';

/**
 * The HTTP status of a refusal, and its phrase in RFC 9110: RFC 9457 asks for it as `title` while `type` is
 * `about:blank`.
 */
export interface Status {
  readonly status: number;
  readonly title: string;
}

const BAD_REQUEST = { status: 400, title: 'Bad Request' };
const UNAUTHORIZED = { status: 401, title: 'Unauthorized' };
const FORBIDDEN = { status: 403, title: 'Forbidden' };
const NOT_FOUND = { status: 404, title: 'Not Found' };
const METHOD_NOT_ALLOWED = { status: 405, title: 'Method Not Allowed' };
const CONFLICT = { status: 409, title: 'Conflict' };
const CONTENT_TOO_LARGE = { status: 413, title: 'Content Too Large' };
const UNSUPPORTED_MEDIA_TYPE = { status: 415, title: 'Unsupported Media Type' };
const UNPROCESSABLE_CONTENT = { status: 422, title: 'Unprocessable Content' };
const TOO_MANY_REQUESTS = { status: 429, title: 'Too Many Requests' };
const INTERNAL_SERVER_ERROR = { status: 500, title: 'Internal Server Error' };
const SERVICE_UNAVAILABLE = { status: 503, title: 'Service Unavailable' };

/** All refusals by code. */
export const REFUSALS: Readonly<Record<ProblemCode, Status>> = {
  access_unavailable: SERVICE_UNAVAILABLE,
  already_allocated: CONFLICT,
  forbidden: FORBIDDEN,
  host_key_changed: CONFLICT,
  idempotency_key_reused: UNPROCESSABLE_CONTENT,
  idempotency_key_spent: CONFLICT,
  internal: INTERNAL_SERVER_ERROR,
  invalid_cursor: BAD_REQUEST,
  invalid_request: BAD_REQUEST,
  lease_superseded: CONFLICT,
  lease_too_long: UNPROCESSABLE_CONTENT,
  method_not_allowed: METHOD_NOT_ALLOWED,
  metrics_token_unavailable: SERVICE_UNAVAILABLE,
  no_certificate_authority: NOT_FOUND,
  no_lease: NOT_FOUND,
  not_found: NOT_FOUND,
  not_yours: FORBIDDEN,
  payload_too_large: CONTENT_TOO_LARGE,
  pool_empty: SERVICE_UNAVAILABLE,
  ssh_public_key_needed: UNPROCESSABLE_CONTENT,
  store_unavailable: SERVICE_UNAVAILABLE,
  too_many_requests: TOO_MANY_REQUESTS,
  unauthorized: UNAUTHORIZED,
  unknown_pool: NOT_FOUND,
  unknown_vm: NOT_FOUND,
  unsupported_media_type: UNSUPPORTED_MEDIA_TYPE,
  unusable_identity: FORBIDDEN,
  vm_busy: CONFLICT,
  vm_in_use: CONFLICT,
  wrong_state: CONFLICT,
};
