/** Plays a workflow: which of its jobs run, and which GitHub skips, for an event and the outcome of each job. */
import { runInNewContext } from 'node:vm';
import type { Job, Workflow } from './files.ts';

export type Result = 'success' | 'failure' | 'skipped';

/** What GitHub's expressions can see, except for the jobs. */
export interface Contexts {
  readonly github: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
}

/** Without one of these in its `if`, a job needs the success of all jobs before it. */
const STATUS_FUNCTION = /\b(always|cancelled|failure|success)\(\)/;

/**
 * The result of each job.
 *
 * @param failing - the jobs that fail when they run
 */
export function play({ jobs }: Workflow, contexts: Contexts, failing: readonly string[] = []): Record<string, Result> {
  const results: Record<string, Result> = {};
  for (const [id, job] of Object.entries(jobs)) {
    const outcome = failing.includes(id) ? 'failure' : 'success';
    results[id] = runs(job, contexts, results) ? outcome : 'skipped';
  }
  return results;
}

function runs(job: Job, contexts: Contexts, results: Readonly<Record<string, Result>>): boolean {
  const needed = [job.needs ?? []].flat();
  const needs = Object.fromEntries(needed.map((id) => [id, { result: results[id] }]));
  const condition = (job.if ?? '').replace(/^\$\{\{(.*)\}\}$/s, '$1');
  if (!STATUS_FUNCTION.test(condition) && !needed.every((id) => results[id] === 'success')) return false;
  if (condition === '') return true;
  const functions = { cancelled: () => false, contains: (list: string[], item: string) => list.includes(item) };
  return Boolean(runInNewContext(condition, { ...contexts, needs, ...functions, fromJSON: JSON.parse }));
}
