import type { Item } from '../../../lambda/store/dynamodb/items.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { median } from '../figures/stats.ts';
import { compiled, runWorker } from '../processes.ts';
import type { Database } from './database.ts';
import { free, vmsOf } from './pool.ts';
import type { Loot } from './stampede-process.ts';
import type { Tally } from './stampede-tally.ts';
import { tally } from './stampede-tally.ts';

const VMS = 1_000;
const ROUNDS = { full: 5, quick: 1 };
const PROCESSES_START_WITHIN_MS = 3_000;
/** Concurrent callers, their processes, and the most lost races a lease. */
const STAMPEDES = [
  { callers: 50, processes: 1, mostLost: 0.4 },
  { callers: 50, processes: 4, mostLost: 0.4 },
  { callers: 200, processes: 1, mostLost: 1.2 },
  { callers: 200, processes: 4, mostLost: 1.2 },
] as const;

/** Result of one stampede. */
interface Outcome extends Tally {
  /** Processes that got `pool_empty` before the last grant began. */
  readonly falselyEmpty: number;
  readonly unanswered: number;
  readonly lostPerLease: number;
  readonly leasesPerSec: number;
}

/** Many callers borrow until the pool is empty: each VM must be lent once, with few lost races. */
export async function measureStampedes(database: Database, isQuick: boolean): Promise<Findings> {
  const script = await compiled('dynamodb/stampede-process');
  const rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
  const measures: Measure[] = [];
  for (const { callers, processes, mostLost } of STAMPEDES) {
    const outcomes: Outcome[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const tableName = `stampede-${callers}-${processes}-${round}`;
      outcomes.push(await stampede(database, script, tableName, callers, processes));
    }
    measures.push(...measuresOf(outcomes, callers, processes, mostLost));
  }
  const note = `stampedes: ${VMS.toLocaleString('en')} VMs, ${rounds} rounds each, all callers at once until the pool is empty; then the whole table is read; lost races and throughput are medians, the rest sums of all rounds`;
  return { measures, notes: [note] };
}

async function stampede(database: Database, script: string, tableName: string, callers: number, processes: number) {
  await database.fill(tableName, vmsOf(VMS).map(free));
  const startMs = Date.now() + PROCESSES_START_WITHIN_MS;
  const loots = await Promise.all(
    Array.from({ length: processes }, (_, n) =>
      runWorker<Loot>(
        script,
        [tableName, String(callers / processes), `process-${n}`, String(startMs)],
        database.variables,
      ),
    ),
  );
  return outcomeOf(loots, await database.contents(tableName), startMs);
}

function outcomeOf(loots: readonly Loot[], items: readonly Item[], startMs: number): Outcome {
  const told = loots.flatMap((loot) => loot.told);
  const unanswered = loots.flatMap((loot) => loot.unanswered);
  const vms = items.filter((item) => item.sk === 'VM');
  const users = items.filter((item) => item.sk === 'LEASE');
  const lastMadeFromMs = Math.max(...loots.map((loot) => loot.lastMadeFromMs));
  const lostRaces = loots.reduce((sum, loot) => sum + loot.lostRaces, 0);
  return {
    ...tally({ told, unanswered }, { vms, leases: users.map(({ lease }) => lease) }),
    falselyEmpty: loots.filter(({ firstEmptyMs }) => firstEmptyMs < lastMadeFromMs).length,
    unanswered: unanswered.length,
    lostPerLease: lostRaces / told.length,
    leasesPerSec: (1000 * told.length) / (Math.max(...loots.map(({ endedMs }) => endedMs)) - startMs),
  };
}

function measuresOf(outcomes: readonly Outcome[], callers: number, processes: number, mostLost: number): Measure[] {
  const what = `stampede of ${callers}, ${processes === 1 ? 'one process' : `${processes} processes`}`;
  const id = `stampede.${callers}.${processes}`;
  const total = (figure: keyof Outcome) => outcomes.reduce((sum, outcome) => sum + outcome[figure], 0);
  const middle = (figure: keyof Outcome) => median(outcomes.map((outcome) => outcome[figure]));
  const none = { of: 'value', atMost: 0 } as const;
  const lost = { of: 'value', atMost: mostLost } as const;
  return [
    { id: `${id}.lost`, what: `${what}: lost races a lease`, unit: '', value: middle('lostPerLease'), target: lost },
    { id: `${id}.twice`, what: `${what}: VMs lent twice`, unit: '', value: total('lentTwice'), target: none },
    {
      id: `${id}.contradicted`,
      what: `${what}: VMs for which the table contradicts an answer`,
      unit: '',
      value: total('contradicted'),
      target: none,
    },
    { id: `${id}.left`, what: `${what}: VMs not lent`, unit: '', value: total('notLent'), target: none },
    { id: `${id}.empty`, what: `${what}: falsely empty`, unit: '', value: total('falselyEmpty'), target: none },
    { id: `${id}.unanswered`, what: `${what}: callers who got 503`, unit: '', value: total('unanswered') },
    { id: `${id}.untold`, what: `${what}: granted, but the caller got 503`, unit: '', value: total('untold') },
    { id: `${id}.rate`, what: `${what}: leases`, unit: '1/s', value: middle('leasesPerSec') },
  ];
}
