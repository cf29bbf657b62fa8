import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { toResult } from '../../../lambda/http/answer.ts';
import { Problem, problemAnswer } from '../../../lambda/http/problem.ts';
import type { ProblemCode } from '../../../lambda/http/refusals.ts';
import type { HttpResponse } from '../gateway/response.ts';
import { toResponse } from '../gateway/response.ts';
import type { KnownHosts } from './known-hosts.ts';

/**
 * Refuses what pages of other sites send through a browser on this computer. Three headers, which no page can set, give
 * them away: `Host` a name that was rebound to this server (DNS rebinding), `Origin` a form or script that may change
 * something, and `Sec-Fetch-Site` also those that only read. Links stay usable.
 *
 * @returns a function that returns the refusal, or nothing for a request that may pass
 * @see https://fetch.spec.whatwg.org/#origin-header
 * @see https://web.dev/articles/fetch-metadata
 */
export function refusePages(hosts: KnownHosts): (request: IncomingMessage) => HttpResponse | undefined {
  return ({ method, headers }) => {
    const { host = '', origin } = headers;
    if (!hosts.includes(host)) {
      return problem('forbidden', `this server answers at ${hosts.description}, not at ${host}`);
    }
    if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
      return problem('forbidden', `this server does not answer to pages of another origin, such as ${origin}`);
    }
    if (isOfAnotherSite(headers) && !isLink(method, headers)) {
      return problem('forbidden', 'this server does not answer to pages of another site');
    }
    return undefined;
  };
}

/** `none` is what a person opens; programs other than browsers do not send the header. */
function isOfAnotherSite({ 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders): boolean {
  return site !== 'none' && site !== 'same-origin';
}

/** A page that a person opens by a link on another one, which can't read it. */
function isLink(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/** Names the address of the API to those who call another path; API Gateway's own answer says only "Not Found". */
export function pointToApi(stage: string): (request: IncomingMessage) => HttpResponse | undefined {
  return ({ url = '/', headers: { host = '' } }) => {
    const [path = ''] = url.split('?', 1);
    if (!path.startsWith('/') || path === `/${stage}` || path.startsWith(`/${stage}/`)) return undefined;
    return problem('not_found', `the API is at http://${host}/${stage}, such as http://${host}/${stage}/health`);
  };
}

/** The problem document that the function itself would answer. */
function problem(code: ProblemCode, detail: string): HttpResponse {
  const requestId = randomUUID();
  return toResponse(toResult(problemAnswer(new Problem(code, detail), requestId), requestId));
}
