import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Journal, JournalEntry, Metric } from '../pool/journal.ts';
import type { Lending } from '../pool/lending.ts';
import type { Operations } from '../pool/operations.ts';
import { isRefusal } from '../pool/refusals.ts';
import { toResult } from './answer.ts';
import type { Answer } from './answer.ts';
import { Problem, problemAnswer, refused } from './problem.ts';
import type { ProblemCode } from './problem.ts';
import { createOperatorRoutes } from './operator-routes.ts';
import { operatorGate } from './operators.ts';
import { createRoutes } from './routes.ts';
import type { Routes, Trace } from './routes.ts';
import { createSchemas } from './schemas.ts';

/**
 * Answers one request that came through API Gateway. Never throws.
 *
 * @param invocationId - Lambda's own id of the run, under which it logs crashes and time-outs; API Gateway has another
 */
export type Api = (event: APIGatewayProxyEventV2, invocationId: string) => Promise<APIGatewayProxyStructuredResultV2>;

/** What the API needs from outside. */
export interface ApiOptions {
  readonly lending: Lending;
  readonly operations: Operations;
  /** Who may give an operator's orders without a signed call, from this computer. */
  readonly adminUsers: readonly string[];
  readonly journal: Journal;
  /** Tells in a log line what went wrong inside; the caller is never told. */
  readonly faultFields: (error: unknown) => Record<string, unknown>;
}

/** The HTTP API over the rules of lending: each request is answered, and told to the journal in one line. */
export function createApi(options: ApiOptions): Api {
  const { lending, operations, journal, faultFields, adminUsers } = options;
  const schemas = createSchemas();
  const routes = new Map([
    ...createRoutes(lending, schemas),
    ...createOperatorRoutes(operations, schemas, operatorGate(adminUsers)),
  ]);

  return async (event, invocationId) => {
    const startedMs = performance.now();
    const { requestId } = event.requestContext;
    const trace: Trace = {};
    const outcome = await outcomeOf(routes, event, trace);
    const problem = outcome instanceof Problem ? outcome : undefined;
    const answer = outcome instanceof Problem ? problemAnswer(outcome, requestId) : outcome;
    const durationMs = Math.round((performance.now() - startedMs) * 1000) / 1000;
    const entry = requestEntry({
      requestId,
      invocationId,
      route: event.routeKey,
      status: answer.status,
      durationMs,
      code: problem?.code,
      ...trace,
    });
    journal(problem?.cause === undefined ? entry : failed(entry, faultFields(problem.cause)));
    return toResult(answer, requestId);
  };
}

async function outcomeOf(routes: Routes, event: APIGatewayProxyEventV2, trace: Trace): Promise<Answer | Problem> {
  try {
    const call = routes.get(event.routeKey);
    return await (call === undefined ? Promise.reject(unrouted(routes, event)) : call(event, trace));
  } catch (error) {
    if (error instanceof Problem) return error;
    if (isRefusal(error)) return refused(error);
    return new Problem(500, 'internal', 'something went wrong here; quote the requestId when you report it', {
      cause: error,
    });
  }
}

/** What `$default` answers: 405 for a path that has calls by other methods, else 404. */
function unrouted(routes: Routes, { rawPath, requestContext }: APIGatewayProxyEventV2): Problem {
  const { stage, http } = requestContext;
  // The stage leads the path at the API's own address, not behind a custom domain.
  const path = rawPath.startsWith(`/${stage}/`) ? rawPath.slice(stage.length + 1) : rawPath;
  const allow = [...routes.keys()]
    .map((key) => key.split(' ') as [string, string])
    .filter(([, template]) => isPathOf(path, template))
    .map(([method]) => method);
  // API Gateway would have matched an allowed method at the real path: this one only looks like it.
  if (allow.length === 0 || allow.includes(http.method)) return new Problem(404, 'not_found', 'there is no such path');
  const allowed = allow.join(', ');
  return new Problem(405, 'method_not_allowed', `${http.method} does not work here; use ${allowed}`, {
    headers: { allow: allowed },
  });
}

/** Whether a path is one of a route's, such as `/vms/vm-01/drain` of `/vms/{id}/drain`. */
function isPathOf(path: string, template: string): boolean {
  const parts = path.split('/');
  const wanted = template.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((part, at) => part === parts[at] || (part.startsWith('{') && parts[at] !== ''))
  );
}

interface RequestFacts extends Trace {
  readonly requestId: string;
  readonly invocationId: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly code: ProblemCode | undefined;
}

function requestEntry(facts: RequestFacts): JournalEntry {
  const { route, status, durationMs } = facts;
  const metrics: Metric[] = [
    { name: 'Requests', unit: 'Count', value: 1, by: { route, statusClass: `${Math.floor(status / 100)}xx` } },
    { name: 'DurationMs', unit: 'Milliseconds', value: durationMs, by: { route } },
  ];
  return {
    message: 'request',
    fields: facts,
    metrics: route === 'POST /getvm' ? [...metrics, ...grantMetrics(facts)] : metrics,
  };
}

function grantMetrics({ code }: RequestFacts): Metric[] {
  const metrics: Metric[] = [
    { name: 'Grants', unit: 'Count', value: code === undefined ? 1 : 0 },
    // Published with each call, so that the alarm on 5xx can subtract a metric that exists.
    { name: 'EmptyPools', unit: 'Count', value: code === 'pool_empty' ? 1 : 0 },
  ];
  return code === undefined ? metrics : [...metrics, { name: 'Refusals', unit: 'Count', value: 1, by: { code } }];
}

function failed(entry: JournalEntry, fault: Record<string, unknown>): JournalEntry {
  return { ...entry, level: 'ERROR', fields: { ...entry.fields, ...fault } };
}
