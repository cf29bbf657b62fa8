import { Database, missingDynamoDb } from '../dynamodb/database.ts';
import { free, vmsOf } from '../dynamodb/pool.ts';
import type { Findings, Measure } from '../figures/measure.ts';
import { compiled, runWorker, startAnswerer } from '../processes.ts';
import type { Load } from '../server/load-process.ts';
import type { CpuMs } from './pool-server-process.ts';
import { VMPOOLER_PER_SEC } from './vmpooler.ts';

const SIZES = { memory: [10, 1_000, 10_000, 100_000], dynamodb: [10, 1_000, 10_000] };
const SECONDS = { full: 10, quick: 3 };
/** Time for the process to compile its hot code. */
const UNTIMED_SECONDS = 5;
const CALLS_A_CYCLE = 2;

/** Figures of one caller at one server. */
interface Cycles {
  readonly perSec: number;
  /** CPU time of the server's process, milliseconds a cycle */
  readonly cpuMs: number;
}

/**
 * Measures how many times a second one caller borrows and releases a VM through the local server, against figures of
 * vmpooler that were measured once. Our CPU time against the whole cycle shows our share of it. Over DynamoDB Local,
 * the rest is the time of the database, the caller and the kernel.
 */
export async function measureYardstick(isQuick: boolean): Promise<Findings> {
  const seconds = isQuick ? SECONDS.quick : SECONDS.full;
  const measures: Measure[] = [];
  for (const vms of SIZES.memory) measures.push(...measuresOf('memory', vms, await cyclesOf(vms, seconds)));
  const overDynamoDb = await measureOverDynamoDb(seconds);
  const note = `yardstick: one caller over HTTP, ${seconds} s for each size, every call granted; vmpooler 3.9.1 was not run now, its figures are from issue 7, measured on this class of machine with one client`;
  return { measures: [...measures, ...overDynamoDb.measures], notes: [note, ...overDynamoDb.notes] };
}

async function measureOverDynamoDb(seconds: number): Promise<Findings> {
  const missing = missingDynamoDb();
  if (missing.length > 0) return { measures: [], notes: missing };
  const database = await Database.start();
  try {
    const measures: Measure[] = [];
    for (const vms of SIZES.dynamodb) {
      const tableName = `yardstick-${vms}`;
      await database.fill(tableName, vmsOf(vms).map(free));
      measures.push(...measuresOf('dynamodb', vms, await cyclesOf(vms, seconds, { tableName, database })));
    }
    return { measures, notes: [] };
  } finally {
    await database.stop();
  }
}

async function cyclesOf(vms: number, seconds: number, table?: { tableName: string; database: Database }) {
  const serverScript = await compiled('yardstick/pool-server-process');
  const loadScript = await compiled('server/load-process');
  const args = [String(vms), ...(table === undefined ? [] : [table.tableName])];
  const server = await startAnswerer<number, CpuMs>(serverScript, args, table?.database.variables);
  const load = (duration: number, name: string) =>
    runWorker<Load>(loadScript, [`http://127.0.0.1:${server.ready}`, 'lend', String(duration), '1', name]);
  try {
    await load(UNTIMED_SECONDS, 'untimed');
    const before = await server.ask();
    const { perSec, granted } = await load(seconds, 'timed');
    const cpuMs = (await server.ask()) - before;
    if (granted < 1) throw new Error(`${vms} VMs: only ${Math.round(granted * 100)} % of the calls were granted`);
    const cycles = { perSec: perSec / CALLS_A_CYCLE, cpuMs: cpuMs / ((perSec / CALLS_A_CYCLE) * seconds) };
    return cycles satisfies Cycles;
  } finally {
    await server.stop();
  }
}

function measuresOf(store: keyof typeof SIZES, vms: number, { perSec, cpuMs }: Cycles): Measure[] {
  const what = `one caller, ${store === 'memory' ? 'memory store' : 'DynamoDB Local'}, ${vms.toLocaleString('en')} VMs`;
  const vmpooler = VMPOOLER_PER_SEC[vms] ?? NaN;
  const cycleMs = 1000 / perSec;
  return [
    {
      id: `yardstick.${store}.${vms}`,
      what: `${what}: getvm + releasevm, against vmpooler`,
      unit: '1/s',
      value: perSec,
      baseline: vmpooler,
      ratio: perSec / vmpooler,
    },
    {
      id: `yardstick.${store}.${vms}.cpu`,
      what: `${what}: our CPU time, against the whole cycle`,
      unit: 'ms',
      value: cpuMs,
      baseline: cycleMs,
      ratio: cpuMs / cycleMs,
    },
  ];
}
