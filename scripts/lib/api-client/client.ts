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

/** A request that is about to be sent. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Returns the headers that say who calls. */
export type Authenticate = (request: Outgoing) => Promise<Readonly<Record<string, string>>>;

/** Calls without saying who calls. */
export const anonymous: Authenticate = async () => ({});

/** Longest that one request may take. API Gateway gives up after 30 s, and the reset of a VM may take 20 s. */
const TIMEOUT_MS = 31_000;

/** Calls one deployment as one caller. */
export class ApiClient {
  /** @param url - base URL of the API, without a slash at its end */
  constructor(
    readonly url: string,
    private readonly authenticate: Authenticate = anonymous,
  ) {}

  /**
   * Sends one request: the parameters of a GET as its query, others as a JSON body.
   *
   * @param route - such as `POST /getvm`
   * @throws the error of the network when there is no answer
   */
  async call(route: string, parameters: Parameters = {}, headers: Outgoing['headers'] = {}): Promise<Answer> {
    const request = this.request(route, parameters, headers);
    const { url, method, body = null } = request;
    const response = await fetch(url, {
      method,
      body,
      headers: { ...request.headers, ...(await this.authenticate(request)) },
      // A token or signature never follows a redirect to somewhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: objectIn(text) };
  }

  private request(route: string, parameters: Parameters, headers: Outgoing['headers']): Outgoing {
    const [method = '', path = ''] = route.split(' ');
    const url = new URL(this.url + path);
    if (method === 'POST') {
      const body = JSON.stringify(parameters);
      return { method, url, body, headers: { 'content-type': 'application/json', ...headers } };
    }
    // Not `searchParams`, which writes a space as `+`: a signature covers it as `%20`.
    url.search = Object.entries(parameters)
      .map((pair) => pair.map(encodeURIComponent).join('='))
      .join('&');
    return { method, url, body: undefined, headers };
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
