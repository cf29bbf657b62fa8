/**
 * Runs ticks, as Lambda would, until every VM is free again: `node tick-process.mjs <table> <VMs>`.
 */
import { MockProvider } from '../../../lambda/providers/mock.ts';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { storeOver } from '../../support/dynamodb/table-store.ts';
import { POOL, vmsOf } from './pool.ts';

/** The ticks in their order. */
export type Ticks = readonly { readonly durationMs: number; readonly freeAfter: number }[];

/** The function's time-out without the time that a tick leaves for its figures. */
const BUDGET_MS = 24_000;
const MOST_TICKS = 10;

const [tableName = '', vmCount = ''] = process.argv.slice(2);
const vms = vmsOf(Number(vmCount));
const store = storeOver(tableName);
const provider = new MockProvider([], vms);
const write = (line: string) => {
  const { level, message } = JSON.parse(line) as { level: string; message: string };
  if (level === 'ERROR') throw new Error(message);
};
const { upkeep, tick } = composeService(loadSettings({}), { store, provider, clock: Date.now, write });

// As after an earlier tick, the table has the inventory.
await upkeep.sync('bench');
const ticks: { durationMs: number; freeAfter: number }[] = [];
while (ticks.length < MOST_TICKS && (ticks.at(-1)?.freeAfter ?? 0) < vms.length) {
  const startedMs = performance.now();
  await tick(`tick-${ticks.length + 1}`, BUDGET_MS);
  const durationMs = performance.now() - startedMs;
  ticks.push({ durationMs, freeAfter: (await upkeep.counts()).get(POOL)?.free ?? 0 });
}
process.send?.(ticks);
