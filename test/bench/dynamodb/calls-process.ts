/**
 * Measures the cost of each call of the DynamoDB store: `node calls-process.mjs <table> <cycles>`. In each cycle a new
 * user gets a VM, reads the lease, extends it and releases the VM; then the VM's check passes.
 */
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { storeOver } from '../../support/dynamodb/table-store.ts';
import type { Cost } from './meter.ts';
import { Meter } from './meter.ts';
import { acquireRequest, settle } from './requests.ts';

/** Calls in the order of a lease's life. */
export const CALLS = ['acquire', 'find', 'renew', 'release', 'settle'] as const;
export type Call = (typeof CALLS)[number];

/** Mean cost of each call. */
export type CallCosts = Readonly<Record<Call, Cost>>;

const [tableName = '', cycles = ''] = process.argv.slice(2);
const meter = await Meter.listen(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
process.env.AWS_ENDPOINT_URL_DYNAMODB = meter.endpoint;
const store = storeOver(tableName);

const taken: CallCosts[] = [];
for (let cycle = 0; cycle < Number(cycles); cycle += 1) taken.push(await oneCycle(store, `metered-${cycle}`));
meter.close();
process.send?.(Object.fromEntries(CALLS.map((call) => [call, meanOf(taken.map((costs) => costs[call]))])));

async function oneCycle(pool: LeaseStore, name: string): Promise<CallCosts> {
  const request = acquireRequest(name);
  const { userId, leaseId, act } = request;
  let returned: VmStatus | undefined;
  return {
    acquire: await meter.costOf(() => pool.acquire(request)),
    find: await meter.costOf(() => pool.find(userId, Math.floor(act.nowMs / 1000))),
    renew: await meter.costOf(() =>
      pool.renew({ userId, leaseId, act, termIn: () => ({ ttlSec: 7_200, maxSec: 86_400 }) }),
    ),
    release: await meter.costOf(async () => (returned = await pool.release({ userId, leaseId, act }))),
    settle: await meter.costOf(async () => returned && settle(pool, returned, act)),
  };
}

function meanOf(costs: readonly Cost[]): Cost {
  const mean = (figure: keyof Cost) => costs.reduce((sum, cost) => sum + cost[figure], 0) / costs.length;
  return { requests: mean('requests'), roundTrips: mean('roundTrips'), rcu: mean('rcu'), wcu: mean('wcu') };
}
