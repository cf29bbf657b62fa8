import type { JournalEntry } from '../pool/journal.ts';
import type { Meter } from '../pool/meter.ts';
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

/** The one log line of a request. */
export function requestEntry(request: HandledRequest): JournalEntry {
  const { requestId, invocationId, route, status, durationMs, facts, problem } = request;
  const code = problem?.code;
  const badFields = problem && badFieldsOf(problem);
  const fields = { requestId, invocationId, route, status, durationMs, code, badFields, ...facts };
  if (problem?.cause === undefined) return { message: 'request', fields };
  return { level: 'ERROR', message: 'request', fields, error: problem.cause };
}

/** Which parameters were wrong. A name that callers make up is logged only if it is short enough to be one. */
function badFieldsOf({ members: { errors } }: Problem): string[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  return (errors as FieldFault[]).map(({ field }) => (/^[A-Za-z][\w-]{0,23}$/.test(field) ? field : '(other)'));
}

/** Measures a request, and counts what became of a wish for a VM. */
export function meterRequest(meter: Meter, { route, status, durationMs, problem }: HandledRequest): void {
  meter('requestDurationSeconds', { route, status: String(status) }, durationMs / 1000);
  if (route !== getVm.route) return;
  // Published with each call, so that the alarm on 5xx can subtract a metric that exists.
  meter('emptyPools', {}, problem?.code === 'pool_empty' ? 1 : 0);
  if (problem !== undefined) meter('refusals', { code: problem.code });
}
