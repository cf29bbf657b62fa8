import path from 'node:path';
import type { Findings, Measure } from '../figures/measure.ts';
import { compared, inPairs } from '../figures/stats.ts';
import { compiled, ROOT, runWorker } from '../processes.ts';
import type { WarmTimes } from './warm-handler-process.ts';

const ROUNDS = { full: 9, quick: 3 };
const PAIRS = { full: 30_000, quick: 10_000 };

/** As on Lambda, where each log line is written before the answer. */
const ON_LAMBDA = { METRICS_NAMESPACE: 'vm-pool-bench', AWS_LAMBDA_FUNCTION_NAME: 'vm-pool-bench' };

/** Measures getvm and releasevm together in a warm function, against a handler that only parses and answers. */
export async function measureWarmHandler(isQuick: boolean): Promise<Findings> {
  const script = await compiled('warm-handler/warm-handler-process');
  const pairsOfCalls = isQuick ? PAIRS.quick : PAIRS.full;
  const times = (handlerFile: string) => runWorker<WarmTimes>(script, [handlerFile, String(pairsOfCalls)], ON_LAMBDA);
  const trivialFile = await compiled('warm-handler/trivial-handler');

  const rounds = await inPairs(
    isQuick ? ROUNDS.quick : ROUNDS.full,
    () => times(path.join(ROOT, 'dist/lambda/index.mjs')),
    () => times(trivialFile),
  );
  const against = (quantile: keyof WarmTimes) =>
    compared(rounds.map(({ subject, baseline }) => ({ subject: subject[quantile], baseline: baseline[quantile] })));
  const what = 'warm getvm + releasevm, against a trivial handler';
  const measures: Measure[] = [
    { id: 'warm.p50', what: `${what}: p50`, unit: 'us', ...against('p50'), target: { of: 'ratio', atMost: 4 } },
    { id: 'warm.p99', what: `${what}: p99`, unit: 'us', ...against('p99') },
  ];
  const note = `warm: ${rounds.length} x 2 processes, ${pairsOfCalls.toLocaleString('en')} pairs of calls in each, events from JSON text and results to it, log lines and metrics written`;
  return { measures, notes: [note] };
}
