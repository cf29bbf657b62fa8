import type { Item } from '../../../lambda/store/dynamodb/items.ts';
import type { Findings, Measure, Target } from '../figures/measure.ts';
import { compared, quantile } from '../figures/stats.ts';
import { compiled, runWorker } from '../processes.ts';
import type { CallCosts } from './calls-process.ts';
import type { Database } from './database.ts';
import type { Latencies } from './latency-process.ts';
import type { Cost } from './meter.ts';
import { free, leased, vmsOf } from './pool.ts';
import { UNIT_BYTES } from './prices.ts';

const POOL_SIZES = { full: [10, 1_000, 100_000], quick: [10, 1_000, 10_000] };
const METERED_CYCLES = { full: 100, quick: 30 };
const ROUNDS = { full: 9, quick: 3 };
const CYCLES = { full: 200, quick: 100 };
const GROWTH: Target = { of: 'ratio', atMost: 1.1 };
const MOST_ROUND_TRIPS: Target = { of: 'value', atMost: 2 };
const LEASE_SEC = 8 * 3_600;

/** Measures the cost of each call of the DynamoDB store in growing pools, with half of the VMs leased. */
export async function measureDynamoDbCosts(database: Database, isQuick: boolean): Promise<Findings> {
  const scale = isQuick ? 'quick' : 'full';
  const sizes = POOL_SIZES[scale];
  for (const vms of sizes) await database.fill(tableOf(vms), halfLeased(vms));

  const callsScript = await compiled('dynamodb/calls-process');
  const costs = new Map<number, CallCosts>();
  for (const vms of sizes) {
    costs.set(vms, await runWorker(callsScript, [tableOf(vms), String(METERED_CYCLES[scale])], database.variables));
  }
  const latencyScript = await compiled('dynamodb/latency-process');
  const rounds = [String(ROUNDS[scale]), String(CYCLES[scale])];
  const latencies = await runWorker<Latencies>(latencyScript, [...rounds, ...sizes.map(tableOf)], database.variables);

  assertSmall(await database.contents(tableOf(sizes[0] ?? 0)));
  const note = `DynamoDB costs: DynamoDB Local, half of the VMs leased; ${METERED_CYCLES[scale]} leases metered for each size, prices of AWS's list (a transaction's write 2 units, each write of an index 1); ${ROUNDS[scale]} rounds of ${CYCLES[scale]} leases timed for each size, without their checks`;
  return { measures: [...costMeasures(sizes, costs), ...latencyMeasures(sizes, latencies)], notes: [note] };
}

/** The prices hold only for items of at most one unit. */
function assertSmall(items: readonly Item[]): void {
  const largest = Math.max(...items.map((item) => Buffer.byteLength(JSON.stringify(item))));
  if (largest > UNIT_BYTES) throw new Error(`an item has grown to ${largest} bytes and costs more than one unit`);
}

function tableOf(vms: number): string {
  return `costs-${vms}`;
}

function halfLeased(vms: number) {
  const endSec = Math.floor(Date.now() / 1000) + LEASE_SEC;
  return vmsOf(vms).map((vm, n) => (n % 2 === 0 ? free(vm) : leased(vm, endSec)));
}

const FIGURES = [
  { figure: 'roundTrips', unit: 'requests', what: 'one after the other' },
  { figure: 'rcu', unit: 'RCU', what: 'read' },
  { figure: 'wcu', unit: 'WCU', what: 'written' },
] as const;

/** The costs of every call at every size, against the smallest pool. */
function costMeasures(sizes: readonly number[], costs: ReadonlyMap<number, CallCosts>): Measure[] {
  const [smallest = 0, ...larger] = sizes;
  const base = costs.get(smallest);
  const calls = Object.keys(base ?? {}) as (keyof CallCosts)[];
  return calls.flatMap((call) =>
    FIGURES.flatMap(({ figure, unit, what }) =>
      larger.map((vms) => {
        const [value = NaN, baseline = NaN] = [costs.get(vms)?.[call][figure], base?.[call][figure]];
        return {
          id: `dynamodb.${call}.${figure}.${vms}`,
          what: `DynamoDB ${call}: ${what}, ${vms.toLocaleString('en')} VMs against ${smallest}`,
          unit,
          value,
          ...(baseline > 0 && { baseline, ratio: value / baseline }),
          ...targetOf(call, figure),
        };
      }),
    ),
  );
}

function targetOf(call: keyof CallCosts, figure: keyof Cost): { target?: Target } {
  if (call !== 'acquire' && call !== 'release') return {};
  return { target: figure === 'roundTrips' ? MOST_ROUND_TRIPS : GROWTH };
}

function latencyMeasures(sizes: readonly number[], latencies: Latencies): Measure[] {
  const [smallest = 0] = sizes;
  const roundsOf = (vms: number) => latencies[tableOf(vms)] ?? [];
  return sizes.flatMap((vms) => {
    const against = (share: number) =>
      compared(
        roundsOf(vms).map((round, n) => ({
          subject: quantile(round, share),
          baseline: quantile(roundsOf(smallest)[n] ?? [], share),
        })),
      );
    const isLargest = vms === sizes.at(-1);
    return (['p50', 'p99'] as const).map((name): Measure => {
      const figures = against(name === 'p50' ? 0.5 : 0.99);
      return {
        id: `dynamodb.lend.${name}.${vms}`,
        what: `DynamoDB acquire + release: ${name}, ${vms.toLocaleString('en')} VMs`,
        unit: 'ms',
        ...(vms === smallest ? { value: figures.value } : figures),
        ...(isLargest && name === 'p50' && { target: GROWTH }),
      };
    });
  });
}
