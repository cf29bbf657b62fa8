import { asObject } from '../../api-client/client.ts';
import type { Account } from '../account.ts';
import { apiOf } from '../deployed-api.ts';
import type { Probe } from '../probe.ts';
import { judged, skipped } from '../probe.ts';

/** Most requests of one burst. */
const MOST_REQUESTS = 300;

/** Enough to meet a function with a concurrency of 1 while it is busy, and below every burst limit of this project. */
const FEW_REQUESTS = 10;

/** Probes that send many requests at once. They come last, because throttling outlives them by seconds. */
export const LOAD: readonly Probe[] = [
  {
    id: 'busy-function',
    question: 'What does a caller get while the one process of the function is busy?',
    sources: ['terraform/README.md, "Leases: memory or DynamoDB"'],
    how: `${String(FEW_REQUESTS)} requests GET /health at once`,
    expected: '200 and 503, nothing else',
    isLoad: true,
    run: async (account) => {
      const args = ['--function-name', account.parts.outputs.functionName];
      const { ReservedConcurrentExecutions: most } = await account.aws('lambda', 'get-function-concurrency', ...args);
      if (most !== 1) return skipped('the function may run more than once at a time');
      const counts = await burst(account, FEW_REQUESTS);
      return judged(isOnly(counts, [200, 503]) && counts.has(503), worded(counts));
    },
  },
  {
    id: 'stage-throttling',
    question: 'What does a caller get above the burst limit of the stage?',
    sources: ['https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html'],
    how: `up to ${String(MOST_REQUESTS)} requests GET /health at once`,
    expected: '429 for some; for the others 200, or 503 while the one process is busy',
    isLoad: true,
    run: async (account) => {
      const { ApiId } = await apiOf(account);
      const stage = await account.aws('apigatewayv2', 'get-stage', '--api-id', ApiId, '--stage-name', 'resources');
      const { ThrottlingBurstLimit: limit } = asObject(stage.DefaultRouteSettings);
      const count = 3 * Number(limit);
      if (!(count <= MOST_REQUESTS))
        return skipped(`the burst limit is ${String(limit)}; too many requests to exceed it`);
      const counts = await burst(account, count);
      return judged(counts.has(429) && isOnly(counts, [200, 429, 503]), worded(counts));
    },
  },
];

/** @returns how many requests got each status */
async function burst(account: Account, count: number): Promise<ReadonlyMap<number, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => account.anonymous('GET /health')));
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

function isOnly(counts: ReadonlyMap<number, number>, statuses: readonly number[]): boolean {
  return [...counts.keys()].every((status) => statuses.includes(status));
}

function worded(counts: ReadonlyMap<number, number>): string {
  return [...counts].map(([status, count]) => `${String(count)} times ${String(status)}`).join(', ');
}
