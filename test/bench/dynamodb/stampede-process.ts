/**
 * Borrows until the pool is empty. Each caller borrows one VM after another, each for a new user:
 * `node stampede-process.mjs <table> <callers> <name> <start, UTC epoch ms>`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolEmpty, StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import { EventWriter } from '../../../lambda/store/dynamodb/actions.ts';
import { DynamoStore } from '../../../lambda/store/dynamodb/store.ts';
import { dynamoDb } from '../../support/dynamodb/table-store.ts';
import { CountingTable } from './counting-table.ts';
import { acquireRequest } from './requests.ts';
import type { Answers } from './stampede-tally.ts';

/** The answers to the callers of one process. Times are UTC epoch milliseconds. */
export interface Loot extends Answers {
  readonly lostRaces: number;
  readonly firstEmptyMs: number;
  readonly lastMadeFromMs: number;
  readonly endedMs: number;
}

const [tableName = '', callers = '', name = '', startMs = ''] = process.argv.slice(2);
const table = new CountingTable(dynamoDb(), tableName);
const store = new DynamoStore(table, new EventWriter(90));
const told: [vmId: string, leaseId: string][] = [];
const unanswered: string[] = [];
let firstEmptyMs = Infinity;
let endedMs = 0;

// Warms up the process, so that the figures show the store and not the start.
await store.ping();
await sleep(Number(startMs) - Date.now());
await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => borrowAll(caller)));
const { lost: lostRaces, lastMadeFromMs } = table;
const loot: Loot = { told, unanswered, lostRaces, firstEmptyMs, lastMadeFromMs, endedMs };
process.send?.(loot);

async function borrowAll(caller: number): Promise<void> {
  for (let n = 0; ; n += 1) {
    const request = acquireRequest(`${name}-${caller}-${n}`);
    try {
      const { vm, lease } = await store.acquire(request);
      told.push([vm.id, lease.id]);
      endedMs = Date.now();
    } catch (error) {
      if (error instanceof PoolEmpty) {
        firstEmptyMs = Math.min(firstEmptyMs, Date.now());
        return;
      }
      if (!(error instanceof StoreUnavailable)) throw error;
      unanswered.push(request.leaseId);
    }
  }
}
