import { setTimeout as pause } from 'node:timers/promises';
import { COUNTS_MAX_AGE_MS } from '../../lambda/store/dynamodb/counts.ts';
import type { RunningEnvironment } from './environment.ts';

/** Number of VMs in each state, in the only pool. */
export async function countsOf(running: RunningEnvironment): Promise<Record<string, number>> {
  await untilCountsAreNew(running);
  const { body } = await running.client.get('/pool');
  return (body.pools as { default: Record<string, number> }).default;
}

/** Waits until the counts that processes have kept are too old for an answer. In memory nothing is kept. */
export async function untilCountsAreNew({ table }: RunningEnvironment): Promise<void> {
  if (table !== undefined) await pause(COUNTS_MAX_AGE_MS);
}
