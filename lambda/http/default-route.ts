import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { Facts } from './facts.ts';
import { Problem } from './problem.ts';

/** How much of a path is logged. */
const LONGEST_PATH = 100;

interface Endpoint {
  readonly method: string;
  readonly parts: readonly string[];
  readonly call: Call;
}

/**
 * What API Gateway's route `$default` answers: all requests that match no call.
 *
 * `OPTIONS` at the path of a call is answered 204: a browser's CORS preflight needs a success, and API Gateway adds the
 * headers where CORS is on. `HEAD` works at calls for everybody; `$default` has no authorization, so
 * nothing else may pass here. The rest is 405 at the path of a call, else 404.
 */
export function createDefaultRoute(
  calls: readonly Call[],
  run: (call: Call, event: APIGatewayProxyEventV2, facts: Facts) => Promise<object | string>,
): (event: APIGatewayProxyEventV2, facts: Facts) => Promise<Answer> {
  const endpoints = calls.map(endpointOf);

  return async (event, facts) => {
    const { method } = event.requestContext.http;
    const path = pathOf(event);
    facts.method = method;
    facts.path = path.slice(0, LONGEST_PATH);
    const here = endpoints.filter(({ parts }) => isPathOf(path, parts));
    const allow = here.flatMap((endpoint) => (isForEverybody(endpoint) ? ['GET', 'HEAD'] : [endpoint.method]));
    const headers = { allow: allow.join(', ') };
    // API Gateway would have matched an allowed method at the real path, so this path only looks like it once decoded.
    if (here.length === 0 || here.some((endpoint) => endpoint.method === method)) {
      throw new Problem('not_found', 'no call has this path');
    }
    if (method === 'OPTIONS') return { status: 204, headers };
    const [open] = here.filter(isForEverybody);
    if (method === 'HEAD' && open !== undefined) return { status: 200, body: await run(open.call, event, facts) };
    throw new Problem('method_not_allowed', `${method} does not work here; use ${headers.allow}`, { headers });
  };
}

function endpointOf(call: Call): Endpoint {
  const [method = '', template = ''] = call.route.split(' ');
  return { method, parts: template.split('/'), call };
}

/** Whether a path is one of a route's, such as `/vms/vm-01/drain` of `/vms/{id}/drain`. */
function isPathOf(path: string, wanted: readonly string[]): boolean {
  const parts = path.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((part, at) => part === parts[at] || (part.startsWith('{') && parts[at] !== ''))
  );
}

function isForEverybody({ method, call: { audience } }: Endpoint): boolean {
  return method === 'GET' && audience === 'everybody';
}

/** The stage leads the path at the API's own address, but not behind a custom domain. */
function pathOf({ rawPath, requestContext: { stage } }: APIGatewayProxyEventV2): string {
  if (rawPath === `/${stage}`) return '/';
  return rawPath.startsWith(`/${stage}/`) ? rawPath.slice(stage.length + 1) : rawPath;
}
