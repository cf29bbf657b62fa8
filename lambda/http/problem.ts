import type { Answer } from './answer.ts';
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

/** A problem document of RFC 9457, with the stable `code` and the `requestId` to quote. */
export function problemAnswer({ code, message: detail, members, headers }: Problem, requestId: string): Answer {
  const { status, title } = REFUSALS[code];
  return {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: { title, status, detail, code, requestId, ...members },
  };
}
