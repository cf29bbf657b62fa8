import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Identify } from '../support/identity/identify.ts';
import { userOf } from '../support/identity/identify.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON */
  readonly body: Record<string, unknown>;
}

/** What `fetch` sends. */
interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Calls the API and keeps every answer of the function, for the comparison with its log. */
export class Client {
  /**
   * @param url - URL of the stage
   * @param identify - how callers show who they are
   * @param caller - who calls: null for nobody; undefined for the user whom a request names, or else alice
   */
  constructor(
    private readonly url: string,
    private readonly identify: Identify,
    private readonly caller?: string | null,
    readonly answers: Answer[] = [],
  ) {}

  /** The same client, with all calls by one caller; null for nobody. */
  as(caller: string | null): Client {
    return new Client(this.url, this.identify, caller, this.answers);
  }

  /** POST with a JSON body. */
  post(path: string, parameters: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> {
    const { caller = userOf(this.url, parameters) } = this;
    const json = { 'content-type': 'application/json', ...headers };
    return this.as(caller).send(path, { method: 'POST', headers: json, body: JSON.stringify(parameters) });
  }

  get(pathAndQuery: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(pathAndQuery, { headers });
  }

  async send(pathAndQuery: string, init: Sent): Promise<Answer> {
    const url = this.url + pathAndQuery;
    const { method = 'GET' } = init;
    const { caller = userOf(url) } = this;
    const headers = caller === null ? init.headers : await this.identify({ ...init, method, url }, caller);
    const response = await fetch(url, { ...init, ...(headers && { headers: { ...headers } }) });
    return this.remember(response.status, response.headers, await response.text());
  }

  /** POST to a path exactly as written; `fetch` would normalize it. */
  async postRaw(path: string): Promise<Answer> {
    const { hostname, port, pathname: stage } = new URL(this.url);
    const sent = request({ hostname, port, method: 'POST', path: `${stage}${path}` }).end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject);
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
    return this.remember(response.statusCode ?? 0, headers, await text(response));
  }

  private remember(status: number, headers: Headers, body: string): Answer {
    const answer = { status, headers, body: JSON.parse(body) as Record<string, unknown> };
    if (headers.has('x-request-id')) this.answers.push(answer);
    return answer;
  }
}
