import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { Refused, secondsIn, Unreachable } from './refused.ts';
import type { AnyParameters } from './request.ts';
import { requestOf } from './request.ts';
import type { Failure, Repetition } from './retries.ts';
import { withRetries } from './retries.ts';
import type { AnswerOf, ParametersOf, Route } from './routes.ts';

/** Headers that say who calls; asked anew for each attempt, since a signature covers the time. */
export type Authenticate = (request: Request) => Promise<Readonly<Record<string, string>>>;

/** How to reach one deployment as one caller. */
export interface ClientOptions {
  /** Base URL of the API, such as `https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/resources`. */
  readonly url: string;
  readonly authenticate?: Authenticate | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** How long a call is retried where that is safe, in milliseconds; 60 000 unless given. 0 sends each call once. */
  readonly retryForMs?: number | undefined;
  /** Hears of each attempt that failed and is retried after `waitMs`. */
  readonly onRetry?: ((why: Failure, waitMs: number) => void) | undefined;
}

/** What belongs to one call beside its parameters. */
export interface CallOptions {
  /** Makes `POST /getvm` safe to repeat; a fresh one unless given. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Calls the API of one deployment as one caller. */
export interface Client {
  readonly url: string;
  /**
   * Carries out a call.
   *
   * @param route - such as `POST /getvm`
   * @throws {@link Refused} when the API answers with an error, {@link Unreachable} when no answer comes
   */
  call<R extends Route>(route: R, parameters?: ParametersOf<R>, options?: CallOptions): Promise<AnswerOf<R>>;
}

/** Longest that one attempt may take. API Gateway gives up after 30 s, and the reset of a VM may take 20 s. */
const ATTEMPT_MS = 31_000;

/** The only call that answers a web page. */
const PAGE = 'GET /';

const RETRY_FOR_MS = 60_000;

/** Calls that change something, and the same thing when they are repeated. */
const SAFE_POSTS = new Set<Route>(['POST /getvm', 'POST /renewvm', 'POST /connectvm']);

/** A client of the API at `options.url`. */
export function createClient(options: ClientOptions, clock: Clock = systemClock): Client {
  const { retryForMs = RETRY_FOR_MS, onRetry } = options;
  const url = options.url.replace(/\/+$/, '');
  return {
    url,
    async call<R extends Route>(route: R, parameters?: ParametersOf<R>, callOptions: CallOptions = {}) {
      const named: AnyParameters = parameters ?? {};
      const { signal, headers } = { ...callOptions, headers: headersOf(route, callOptions) };
      const attempt = () => attempted({ ...options, url }, route, named, headers, signal);
      const repetition = repetitionOf(route, named);
      return (await withRetries(attempt, { repetition, retryForMs, onRetry, signal }, clock)) as AnswerOf<R>;
    },
  };
}

/** A key makes `getvm` safe to repeat; all attempts of a call send the same. */
function headersOf(route: Route, { headers, idempotencyKey }: CallOptions): Readonly<Record<string, string>> {
  if (route !== 'POST /getvm') return { ...headers };
  return { 'idempotency-key': idempotencyKey ?? crypto.randomUUID(), ...headers };
}

/**
 * What a repetition can do. A release that names no lease could end the user's next one. An order of an operator may
 * be meant for the state that the VM was in, and is an event each time.
 */
function repetitionOf(route: Route, { leaseId }: AnyParameters): Repetition {
  if (route === 'POST /releasevm') return leaseId === undefined ? 'unsafe' : 'safe';
  return route.startsWith('GET ') || SAFE_POSTS.has(route) ? 'safe' : 'unsafe';
}

async function attempted(
  { url, authenticate, fetch = globalThis.fetch }: ClientOptions,
  route: Route,
  parameters: AnyParameters,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const limit = AbortSignal.timeout(ATTEMPT_MS);
  const init = { headers, signal: signal ? AbortSignal.any([signal, limit]) : limit };
  const request = requestOf(url, route, parameters, init);
  for (const [name, value] of Object.entries((await authenticate?.(request)) ?? {})) request.headers.set(name, value);
  try {
    return await answerIn(route, await fetch(request));
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof Refused ? error : new Unreachable(url, error, !route.startsWith('GET '));
  }
}

/** The JSON or the text of an answer. @throws {@link Refused} when it is an error, or not an answer of the API */
async function answerIn(route: Route, response: Response): Promise<unknown> {
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const isJson = /^application\/([\w.-]+\+)?json\b/.test(type);
  if (!response.ok) throw new Refused(response.status, isJson ? objectIn(text) : {}, response.headers);
  if (type.startsWith('text/html') && route !== PAGE) {
    throw new Refused(response.status, { message: 'a web page answered in place of the API; is the URL right?' });
  }
  return isJson ? noted(JSON.parse(text), secondsIn(response.headers.get('retry-after'))) : text;
}

/** `Retry-After` of the answers that have one, seconds. */
const retryAfterSec = new WeakMap<object, number>();

function noted(answer: unknown, seconds: number | undefined): unknown {
  if (seconds !== undefined && typeof answer === 'object' && answer !== null) retryAfterSec.set(answer, seconds);
  return answer;
}

/**
 * When to ask again, as the header of an answer says: a VM that is being started is not ready yet.
 *
 * @param answer - the very object that {@link Client.call} has returned
 * @returns seconds; undefined when the answer says nothing about it
 */
export function retryAfterSecOf(answer: object): number | undefined {
  return retryAfterSec.get(answer);
}

/** The object in a JSON text; an empty one if there is none. */
function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
