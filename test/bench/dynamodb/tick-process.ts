/**
 * Runs ticks, as Lambda would, until every VM is free again: `node tick-process.mjs <table> <VMs>`.
 */
import { createTick } from '../../../lambda/pool/tick.ts';
import { Upkeep } from '../../../lambda/pool/upkeep.ts';
import { storeOver } from '../../support/dynamodb/table-store.ts';
import { policyOf } from '../../support/pool/lending.ts';
import { POOL, vmsOf } from './pool.ts';

/** The ticks in their order. */
export type Ticks = readonly { readonly durationMs: number; readonly freeAfter: number }[];

/** The function's time-out without the time that a tick leaves for its figures. */
const BUDGET_MS = 24_000;
const MOST_TICKS = 10;

const [tableName = '', vmCount = ''] = process.argv.slice(2);
const vms = vmsOf(Number(vmCount));
const store = storeOver(tableName);
const provider = {
  inventory: () => vms,
  login: async () => ({ privateKey: 'none' }),
  check: async () => ({ passed: true }) as const,
};
const upkeep = new Upkeep({ store, provider, clock: Date.now }, policyOf);
const journal = ({ message, error }: { message: string; error?: unknown }) => {
  if (message === 'a VM could not be tidied') throw new Error(message, { cause: error });
};
const tick = createTick({ upkeep, journal, clock: Date.now });

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
