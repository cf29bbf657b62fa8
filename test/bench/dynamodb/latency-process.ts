/**
 * Times acquire and release over tables of several sizes, in turn, so that all of them meet the same load of the
 * machine: `node latency-process.mjs <rounds> <cycles> <table>...`
 */
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import { storeOver } from '../../support/dynamodb/table-store.ts';
import { acquireRequest, settle } from './requests.ts';

/** Milliseconds of acquire and release together: for each table, for each round, of each cycle. */
export type Latencies = Readonly<Record<string, number[][]>>;

const UNTIMED_CYCLES = 100;

const [rounds, cycles, ...tableNames] = process.argv.slice(2);
const stores = tableNames.map((tableName) => ({
  tableName,
  store: storeOver(tableName),
}));
const taken: Latencies = Object.fromEntries(tableNames.map((tableName) => [tableName, []]));

for (const { store } of stores) await timesOf(store, 'untimed', UNTIMED_CYCLES);
for (let round = 0; round < Number(rounds); round += 1) {
  for (const { tableName, store } of round % 2 === 0 ? stores : stores.toReversed()) {
    taken[tableName]?.push(await timesOf(store, `timed-${round}`, Number(cycles)));
  }
}
process.send?.(taken);

async function timesOf(store: LeaseStore, name: string, count: number): Promise<number[]> {
  const durationsMs: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const request = acquireRequest(`${name}-${n}`);
    const { userId, leaseId, act } = request;
    const startedMs = performance.now();
    await store.acquire(request);
    const returned = await store.release({ userId, leaseId, act });
    durationsMs.push(performance.now() - startedMs);
    await settle(store, returned, act);
  }
  return durationsMs;
}
