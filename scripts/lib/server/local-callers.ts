import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { toResult } from '../../../lambda/http/answer.ts';
import { Problem, problemAnswer } from '../../../lambda/http/problem.ts';
import type { ProblemCode } from '../../../lambda/http/refusals.ts';
import { LOOPBACK_HOST } from '../gateway/loopback.ts';
import type { HttpResponse } from '../gateway/response.ts';
import { toResponse } from '../gateway/response.ts';

/**
 * Refuses what pages of other sites send through a browser on this computer. `Host` gives away a name that was rebound
 * to 127.0.0.1 (DNS rebinding), and browsers send `Origin` with every form and script that may change something.
 *
 * @returns the refusal, or nothing for a request that may pass
 * @see https://fetch.spec.whatwg.org/#origin-header
 */
export function refusePages({ headers: { host = '', origin } }: IncomingMessage): HttpResponse | undefined {
  if (!LOOPBACK_HOST.test(host)) {
    return problem('forbidden', `this server answers at 127.0.0.1, localhost and [::1], not at ${host}`);
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return problem('forbidden', `this server does not answer to pages of another origin, such as ${origin}`);
  }
  return undefined;
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
