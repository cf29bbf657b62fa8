import path from 'node:path';
import { postEvent } from '../events.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { ROOT } from '../processes.ts';
import { againstEmptyHandler } from './function-start.ts';

const ROUNDS = { full: 41, quick: 7 };

const START = {
  codeFolder: path.join(ROOT, 'dist/lambda'),
  variables: { STORE: 'memory', METRICS_NAMESPACE: 'vm-pool-bench' },
  event: postEvent('getvm', { userid: 'alice@example.com' }),
};

/** Measures the time from a process's start to the function's first answer, against a handler that does nothing. */
export async function measureColdStart(isQuick: boolean): Promise<Findings> {
  const { init, answer, how } = await againstEmptyHandler(
    () => Promise.resolve(START),
    isQuick ? ROUNDS.quick : ROUNDS.full,
  );
  const measures: Measure[] = [
    { id: 'cold.init', what: 'cold start: function loaded, against an empty handler', unit: 'ms', ...init },
    {
      id: 'cold.answer',
      what: 'cold start: first getvm answered, against an empty handler',
      unit: 'ms',
      ...answer,
      target: { of: 'ratio', atMost: 1.25 },
    },
  ];
  return { measures, notes: [`cold start: ${how}`] };
}
