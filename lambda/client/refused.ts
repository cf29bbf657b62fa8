import type { ProblemCode } from './routes.ts';

/** What an error says: the members of a problem document (RFC 9457), or what API Gateway answers in its place. */
export type ProblemMembers = Readonly<Record<string, unknown>>;

/** The API, or API Gateway in front of it, answered with an error. */
export class Refused extends Error {
  /** The stable code; absent when the answer is not the service's own. */
  readonly code: ProblemCode | undefined;
  /** Id of the request, for whoever reads the log. */
  readonly requestId: string | undefined;
  /** Seconds to wait before another try. */
  readonly retryAfterSec: number | undefined;

  /** @param problem - the JSON object of the answer; empty when it is something else */
  constructor(
    readonly status: number,
    readonly problem: ProblemMembers = {},
    headers: Headers = new Headers(),
  ) {
    const { code, detail, message = `the API answered with status ${status}` } = problem;
    super(String(detail ?? message));
    this.name = 'Refused';
    this.code = typeof code === 'string' ? (code as ProblemCode) : undefined;
    this.requestId = headers.get('x-request-id') ?? headers.get('apigw-requestid') ?? undefined;
    this.retryAfterSec = secondsIn(headers.get('retry-after'));
  }
}

/** No answer came: the network, TLS or the time limit was in the way. The call may have been carried out. */
export class Unreachable extends Error {
  /**
   * @param cause - the error of `fetch`
   * @param changes - whether the call changes something, and may have done so
   */
  constructor(
    url: string,
    cause: unknown,
    readonly changes = false,
  ) {
    super(`no answer from ${url}${reasonIn(cause)}`, { cause });
    this.name = 'Unreachable';
  }
}

/** Whole seconds; the service sends no dates (RFC 9110, 10.2.3). @param retryAfter - the header, if there is one */
export function secondsIn(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

/** What an error says of itself: its message, or only a code such as `ECONNREFUSED`. */
interface Reason {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** What OpenSSL says when the other side answers in plain text; its message is the place in its source. */
const NO_TLS: ReadonlySet<unknown> = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/** `fetch` hides the reason in the cause of its error. */
function reasonIn(error: unknown): string {
  const { cause, ...outer } = reasonOf(error);
  const inner = reasonOf(cause);
  if (NO_TLS.has(inner.code)) return ': it does not speak TLS; is it http in place of https?';
  const reason = [inner.message, inner.code, outer.message].find((text) => typeof text === 'string' && text !== '');
  return typeof reason === 'string' ? `: ${reason}` : '';
}

function reasonOf(error: unknown): Reason {
  const { message, code, cause } = Object(error) as Reason;
  return { message, code, cause };
}
