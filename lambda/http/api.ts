import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Journal } from '../pool/journal.ts';
import type { Meter } from '../pool/meter.ts';
import { isRefusal } from '../pool/refusals.ts';
import type { Answer } from './answer.ts';
import { toHeadResult, toResult } from './answer.ts';
import type { Call, Services } from './call.ts';
import { CALLS } from './calls.ts';
import type { Facts } from './facts.ts';
import { Problem, problemAnswer } from './problem.ts';
import { meterRequest, requestEntry } from './request-log.ts';

/**
 * Answers one request that came through API Gateway. Never throws.
 *
 * @param invocationId - Lambda's own id of the run, under which it logs crashes and time-outs; API Gateway has another
 */
export type Api = (event: APIGatewayProxyEventV2, invocationId: string) => Promise<APIGatewayProxyStructuredResultV2>;

/** What the API needs from outside. */
export interface ApiOptions extends Services {
  readonly journal: Journal;
  readonly meter: Meter;
}

type Route = (event: APIGatewayProxyEventV2, facts: Facts) => Promise<Answer>;

/** The HTTP API over the rules of lending. It answers each request and logs it in one line. */
export function createApi({ journal, meter, ...services }: ApiOptions): Api {
  const routes = new Map(CALLS.map((call) => [call.route as string, routeOf(call, services)]));
  let defaultRoute: Promise<Route> | undefined;

  // Loaded for the first request that matches no call, so that the others pay nothing for it.
  async function loadDefaultRoute(): Promise<Route> {
    const { createDefaultRoute } = await import('./default-route.ts');
    return createDefaultRoute(CALLS, (call, event, facts) => call.run(event, facts, services));
  }

  const answerDefault: Route = async (event, facts) => (await (defaultRoute ??= loadDefaultRoute()))(event, facts);

  return async (event, invocationId) => {
    const started = process.hrtime();
    const { requestId, http } = event.requestContext;
    const facts: Facts = {};
    const outcome = await outcomeOf(routes.get(event.routeKey) ?? answerDefault, event, facts);
    const problem = outcome instanceof Problem ? outcome : undefined;
    const answer = outcome instanceof Problem ? problemAnswer(outcome, requestId) : outcome;
    if (answer.status === 403) facts.sourceIp = http.sourceIp;
    const durationMs = msSince(started);
    const { routeKey: route } = event;
    const handled = { requestId, invocationId, route, status: answer.status, durationMs, facts, problem };
    meterRequest(meter, handled);
    journal(requestEntry(handled));
    return http.method === 'HEAD' ? toHeadResult(answer, requestId) : toResult(answer, requestId);
  };
}

function routeOf(call: Call, services: Services): Route {
  return async (event, facts) => {
    const body = await call.run(event, facts, services);
    const { retryAfterSec } = facts;
    return { status: 200, body, ...(retryAfterSec && { headers: { 'retry-after': String(retryAfterSec) } }) };
  };
}

async function outcomeOf(route: Route, event: APIGatewayProxyEventV2, facts: Facts): Promise<Answer | Problem> {
  try {
    return await route(event, facts);
  } catch (error) {
    if (error instanceof Problem) return error;
    if (isRefusal(error)) return (await import('./refused.ts')).refused(error);
    return new Problem('internal', 'something went wrong in the service; quote the requestId when you report it', {
      cause: error,
    });
  }
}

/** Milliseconds, to the microsecond. `performance` would do, but a cold start loads it first. */
function msSince(started: [number, number]): number {
  const [sec, nanosec] = process.hrtime(started);
  return Math.round(sec * 1e6 + nanosec / 1e3) / 1000;
}
