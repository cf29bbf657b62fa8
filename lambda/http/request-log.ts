import type { JournalEntry, Metric } from '../pool/journal.ts';
import { getVm } from './calls/getvm.ts';
import type { Facts } from './facts.ts';
import type { FieldFault, Problem } from './problem.ts';

/** What became of a request. */
export interface HandledRequest {
  readonly requestId: string;
  readonly invocationId: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly facts: Facts;
  readonly problem: Problem | undefined;
}

/** The one log line of a request, with its metrics. */
export function requestEntry(request: HandledRequest): JournalEntry {
  const { requestId, invocationId, route, status, durationMs, facts, problem } = request;
  const code = problem?.code;
  const badFields = problem && badFieldsOf(problem);
  const fields = { requestId, invocationId, route, status, durationMs, code, badFields, ...facts };
  const metrics = metricsOf(request);
  if (problem?.cause === undefined) return { message: 'request', fields, metrics };
  return { level: 'ERROR', message: 'request', fields, metrics, error: problem.cause };
}

/** Which parameters were wrong. A name that callers make up is logged only if it is short enough to be one. */
function badFieldsOf({ members: { errors } }: Problem): string[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  return (errors as FieldFault[]).map(({ field }) => (/^[A-Za-z][\w-]{0,23}$/.test(field) ? field : '(other)'));
}

function metricsOf({ route, status, durationMs, problem }: HandledRequest): Metric[] {
  const statusClass = `${Math.floor(status / 100)}xx`;
  const metrics: Metric[] = [
    { name: 'Requests', unit: 'Count', value: 1, dimensions: { route, statusClass } },
    { name: 'DurationMs', unit: 'Milliseconds', value: durationMs, dimensions: { route } },
  ];
  if (route !== getVm.route) return metrics;
  metrics.push(
    { name: 'Grants', unit: 'Count', value: problem === undefined ? 1 : 0 },
    // Published with each call, so that the alarm on 5xx can subtract a metric that exists.
    { name: 'EmptyPools', unit: 'Count', value: problem?.code === 'pool_empty' ? 1 : 0 },
  );
  if (problem === undefined) return metrics;
  return [...metrics, { name: 'Refusals', unit: 'Count', value: 1, dimensions: { code: problem.code } }];
}
