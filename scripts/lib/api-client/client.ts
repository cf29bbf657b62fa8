/**
 * Raw answers of the API, for what tests the wire: the smoke test and the proof on AWS judge statuses, headers and
 * bodies of any request, wrong ones included. Whoever only calls the API uses `lambda/client/`.
 */
import type { Authenticate } from '../../../lambda/client/client.ts';
import { requestOf } from '../../../lambda/client/request.ts';

/** JSON that somebody else wrote. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer of the API, or of API Gateway in front of it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON object; empty when the text is something else. */
  readonly body: Json;
}

/** Parameters of a call, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

/** Longest that one request may take. API Gateway gives up after 30 s, and the reset of a VM may take 20 s. */
const TIMEOUT_MS = 31_000;

/** Calls one deployment as one caller. */
export class ApiClient {
  /** @param url - base URL of the API, without a slash at its end */
  constructor(
    readonly url: string,
    private readonly authenticate: Authenticate = async () => ({}),
  ) {}

  /**
   * Sends one request: the parameters of a GET as its query, others as a JSON body.
   *
   * @param route - such as `POST /getvm`
   * @throws the error of the network when there is no answer
   */
  async call(
    route: string,
    parameters: Parameters = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const request = requestOf(this.url, route, parameters, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    for (const [name, value] of Object.entries(await this.authenticate(request))) request.headers.set(name, value);
    const response = await fetch(request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: objectIn(text) };
  }
}

/** The object in a JSON text; an empty one if there is none. */
export function objectIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return asObject(value);
  } catch {
    return {};
  }
}

/** The value if it is an object; else an empty object. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
