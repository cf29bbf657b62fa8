import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Lease } from '../../lambda/pool/lease.ts';
import type { Vm } from '../../lambda/pool/vm.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import { FaultProxy } from '../support/dynamodb/fault-proxy.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { NOON_SEC, someVms } from '../support/pool/lending.ts';
import type { FunctionInstance } from '../support/processes/function-instance.ts';
import { functionInstance } from '../support/processes/function-instance.ts';
import { compiledWorker, Worker } from '../support/processes/worker.ts';
import type { Call, CallTask } from './call-process.ts';

const ALICE = 'alice';
const KEY = 'the-key-of-the-killed-call';
const VMS = someVms(2);

interface Scenario {
  readonly name: string;
  /** Brings the pool into the state that the call meets. */
  readonly prepare: (instance: FunctionInstance) => Promise<unknown>;
  readonly call: Call;
  /** Time of the call after the preparation, seconds. */
  readonly laterSec?: number;
  /** Inventory of the instance that is killed, and of all after it. */
  readonly inventory?: readonly Vm[];
  readonly failing?: readonly string[];
}

const lend = ({ lending }: FunctionInstance, userId = ALICE) => lending.acquire({ userId, minutes: 10 }, 'prepare');
const giveBackUnchecked = async (instance: FunctionInstance) => {
  await lend(instance);
  await instance.store.release({ userId: ALICE, act: { who: ALICE, nowMs: NOON_SEC * 1000, requestId: 'prepare' } });
};

const AFTER_THE_END = 10 * 60;
const nothing = async () => undefined;
const acquire: Call = { use: 'acquire', userId: ALICE, idempotencyKey: KEY };

const SCENARIOS: readonly Scenario[] = [
  { name: 'acquire', prepare: nothing, call: acquire },
  {
    name: 'acquire from a pool whose leases have all ended',
    prepare: async (instance) => [await lend(instance, 'bob'), await lend(instance, 'carol')],
    call: acquire,
    laterSec: AFTER_THE_END,
  },
  { name: 'acquire again after the end of a lease', prepare: lend, call: acquire, laterSec: AFTER_THE_END },
  { name: 'release', prepare: lend, call: { use: 'release', userId: ALICE } },
  {
    name: 'release of a VM that is to be drained',
    prepare: async (instance) => {
      const { vm } = await lend(instance);
      await instance.operations.order({ order: 'drain', vmId: vm.id, reason: 'a test', operator: 'op' }, 'prepare');
    },
    call: { use: 'release', userId: ALICE },
  },
  { name: 'renew', prepare: lend, call: { use: 'renew', userId: ALICE } },
  { name: 'reap', prepare: lend, call: { use: 'tidy' }, laterSec: AFTER_THE_END },
  { name: 'check', prepare: giveBackUnchecked, call: { use: 'tidy' } },
  {
    name: 'check that fails',
    prepare: giveBackUnchecked,
    call: { use: 'tidy' },
    failing: VMS.map(({ id }) => id),
  },
  {
    name: 'sync with an inventory that has changed',
    prepare: lend,
    call: { use: 'sync' },
    inventory: [
      { ...someVms(1)[0], ip: '192.0.2.99' } as Vm,
      ...someVms(1, 'default', 'new'),
      ...someVms(1, 'large', 'big'),
    ],
  },
  { name: 'drain', prepare: nothing, call: { use: 'order', order: 'drain', vmId: 'vm-01' } },
];

let database: TestDatabase;
let proxy: FaultProxy;
let bundle: string;
let kills = 0;

beforeAll(async () => {
  database = await TestDatabase.start();
  proxy = await FaultProxy.start(database.local.endpoint);
  bundle = await compiledWorker('call-process');
  Object.assign(process.env, database.local.variables);
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await database.stop();
  console.log(`${String(kills)} processes killed`);
});

/** What becomes of the request in whose midst the process dies: lost, or done, or done long after. */
type Fate = 'lost' | 'done' | 'late';

/** The table that a killed process left behind, and what can be seen and done with it. */
class Remains {
  private nowMs: number;
  private readonly inventory: readonly Vm[];
  private readonly instance: FunctionInstance;

  constructor(
    private readonly tableName: string,
    { laterSec = 0, inventory = VMS }: Scenario,
  ) {
    this.nowMs = (NOON_SEC + laterSec) * 1000;
    this.inventory = inventory;
    this.instance = functionInstance({ tableName, vms: inventory, clock: () => this.nowMs });
  }

  async tick(): Promise<void> {
    await this.instance.tick();
  }

  async expectWhole(): Promise<void> {
    const table = await PoolTable.read(database.client, this.tableName);
    const nowSec = this.nowMs / 1000;
    expect(table.faults(this.inventory, nowSec)).toEqual([]);
    // A VM that failed its check waits for the next one; nothing else waits.
    expect(table.vms.filter(({ state, dueAtSec }) => state === 'checking' && dueAtSec <= nowSec)).toEqual([]);
  }

  /** The user holds a lease that they are shown and get again under its key, or gets a new one: either way they can go on. */
  async expectUserNotStuck(): Promise<void> {
    const { lending } = this.instance;
    const shown = await this.leaseShown();
    const key = shown === undefined ? KEY : shown.idempotency?.key;
    if (key === undefined) return;
    const { lease } = await lending.acquire({ userId: ALICE, minutes: 10, idempotencyKey: key }, 'retry');
    expect(lease.id).toBe(shown?.id ?? lease.id);
    expect((await this.leaseShown())?.id).toBe(lease.id);
  }

  /** An hour later all leases have been given back or have ended, and all checks are due. */
  async expectAllFreeInTheEnd(): Promise<void> {
    const { lending } = this.instance;
    if ((await this.leaseShown()) !== undefined) await lending.release({ userId: ALICE }, 'end');
    this.nowMs += 3600_000;
    await this.tick();
    await this.expectWhole();
    const { vms } = await PoolTable.read(database.client, this.tableName);
    expect(vms.filter(({ state }) => state !== 'free' && state !== 'drained')).toEqual([]);
    expect(vms.map(({ vm }) => vm.id).sort()).toEqual(this.inventory.map(({ id }) => id).sort());
  }

  private async leaseShown(): Promise<Lease | undefined> {
    return (await this.instance.store.find(ALICE, this.nowMs / 1000))?.lease;
  }
}

/** @returns whether the process was killed; if not, it had finished before its `step`th request */
async function killedAt(scenario: Scenario, step: number, fate: Fate): Promise<boolean> {
  const tableName = await database.freshTable();
  const { prepare, call, laterSec = 0, inventory = VMS, failing = [] } = scenario;
  const before = functionInstance({ tableName, vms: VMS, clock: () => NOON_SEC * 1000 });
  await before.upkeep.sync('prepare');
  await prepare(before);

  proxy.follow(({ index }) =>
    index === step ? { trouble: 'stall', at: fate === 'done' ? 'after' : 'before' } : undefined,
  );
  const stalled = proxy.stalled();
  const worker = new Worker<CallTask, 'done'>(bundle, {
    ...database.local.variables,
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
  });
  const task = { tableName, inventory, failing, nowMs: (NOON_SEC + laterSec) * 1000, call };
  const outcome = await Promise.race([stalled, worker.run(task)]);
  if (outcome === 'done') return false;
  if (outcome === undefined) throw new Error('the process failed');
  await worker.kill();
  kills += 1;
  if (fate !== 'late') outcome.cut();
  await proxy.quiet(fate === 'late' ? 1 : 0);

  const remains = new Remains(tableName, scenario);
  await remains.tick();
  await remains.expectWhole();
  await remains.expectUserNotStuck();
  if (fate === 'late') {
    outcome.goOn();
    await proxy.quiet();
    await remains.tick();
    await remains.expectWhole();
    await remains.expectUserNotStuck();
  }
  await remains.expectAllFreeInTheEnd();
  return true;
}

describe.each(SCENARIOS)('a process that is killed in the middle of: $name', (scenario) => {
  it.each<Fate>(['lost', 'done', 'late'])(
    'loses no VM, lends none twice and leaves nobody stuck, its last request being %s',
    async (fate) => {
      let step = 0;
      while (await killedAt(scenario, step, fate)) step += 1;
      // Whatever a use case does, it asks the database something.
      expect(step).toBeGreaterThan(0);
    },
    60_000,
  );
});
