import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Lease } from '../../lambda/pool/lease.ts';
import type { PoolRules } from '../../lambda/pool/pool.ts';
import type { Vm, VmStatus } from '../../lambda/pool/vm.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import { FaultProxy } from '../support/dynamodb/fault-proxy.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { certificatePool, NOON_SEC, someVms } from '../support/pool/lending.ts';
import { START_LIMIT_SEC, stopVm } from '../support/pool/stopped.ts';
import type { FunctionProcess } from '../support/processes/function-process.ts';
import { functionProcess } from '../support/processes/function-process.ts';
import { compiledWorker, Worker } from '../support/processes/worker.ts';
import type { Call, CallTask } from './call-process.ts';

const ALICE = 'alice';
const KEY = 'the-key-of-the-killed-call';
const VMS = someVms(2);

interface Scenario {
  readonly name: string;
  /** Brings the pool into the state in which the call finds it. */
  readonly prepare: (service: FunctionProcess) => Promise<unknown>;
  readonly call: Call;
  /** Time of the call after the preparation, seconds. */
  readonly laterSec?: number;
  /** Inventory of the process that is killed, and of all later ones. */
  readonly inventory?: readonly Vm[];
  readonly failing?: readonly string[];
  /** Whether the call takes a VM out of the pool for good. */
  readonly quarantines?: boolean;
  /** Rules of the pool, for all processes. */
  readonly rules?: PoolRules;
}

const lend = ({ lending }: FunctionProcess, userId = ALICE) => {
  return lending.acquire({ userId, minutes: 10, idempotencyKey: 'the-key-of-the-preparation' }, 'prepare');
};
const giveBackUnchecked = async (service: FunctionProcess) => {
  await lend(service);
  await service.store.release({ userId: ALICE, act: { who: ALICE, nowMs: NOON_SEC * 1000, requestId: 'prepare' } });
};

const PREPARE = { who: 'prepare', nowMs: NOON_SEC * 1000, requestId: 'prepare' };
const stopAll = async ({ store }: FunctionProcess) => {
  for (const { id } of VMS) await stopVm(store, id, PREPARE);
};
/** The user gets a VM that has to be started. */
const lendStopped = async (service: FunctionProcess) => {
  await stopAll(service);
  const idempotency = {
    key: 'the-key-of-the-preparation',
    fingerprint: JSON.stringify([ALICE, 'default', 600, undefined]),
  };
  const wish = { pool: 'default', userId: ALICE, leaseId: 'l-1', expiresAtSec: NOON_SEC + 600 };
  await service.store.acquire({ ...wish, idempotency, startLimitSec: START_LIMIT_SEC, act: PREPARE });
};

const AFTER_THE_END = 10 * 60;
const nothing = async () => undefined;
const acquire: Call = { use: 'acquire', userId: ALICE, idempotencyKey: KEY };

const SCENARIOS: readonly Scenario[] = [
  { name: 'acquire', prepare: nothing, call: acquire },
  {
    name: 'acquire from a pool whose leases have all ended',
    prepare: async (service) => [await lend(service, 'bob'), await lend(service, 'carol')],
    call: acquire,
    laterSec: AFTER_THE_END,
  },
  { name: 'acquire again after the end of a lease', prepare: lend, call: acquire, laterSec: AFTER_THE_END },
  { name: 'release', prepare: lend, call: { use: 'release', userId: ALICE } },
  {
    name: 'release of a VM that waits to be drained',
    prepare: async (service) => {
      const { vm } = await lend(service);
      await service.operations.order({ order: 'drain', vmId: vm.id, reason: 'a test', operator: 'op' }, 'prepare');
    },
    call: { use: 'release', userId: ALICE },
  },
  { name: 'renew', prepare: lend, call: { use: 'renew', userId: ALICE } },
  { name: 'reap', prepare: lend, call: { use: 'tidy' }, laterSec: AFTER_THE_END },
  {
    name: 'check that fails',
    prepare: giveBackUnchecked,
    call: { use: 'tidy' },
    failing: VMS.map(({ id }) => id),
  },
  { name: 'reset and check', prepare: giveBackUnchecked, call: { use: 'tidy' }, rules: certificatePool() },
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
  { name: 'stop', prepare: nothing, call: { use: 'stop', vmId: 'vm-01' } },
  { name: 'begin of a lease whose VM is ready', prepare: lendStopped, call: { use: 'begin', userId: ALICE } },
  {
    name: 'exchange for a VM that has to be started',
    prepare: lendStopped,
    call: { use: 'exchange', userId: ALICE },
    quarantines: true,
  },
  {
    name: 'exchange in a pool where no other VM is free',
    prepare: async (service) => [await lend(service), await lend(service, 'bob')],
    call: { use: 'exchange', userId: ALICE },
    quarantines: true,
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

/**
 * What happens to the request that is in flight when the process dies: it is lost, served, served after the user's
 * retry, or served even after the user has given the VM back.
 */
type Fate = 'lost' | 'done' | 'late' | 'too late';

/** The table that a killed process left behind, as later processes see and use it. */
class Remains {
  private nowMs: number;
  private readonly inventory: readonly Vm[];
  private readonly service: FunctionProcess;
  private readonly quarantines: boolean;

  constructor(
    private readonly tableName: string,
    { laterSec = 0, inventory = VMS, quarantines = false, rules }: Scenario,
  ) {
    this.quarantines = quarantines;
    this.nowMs = (NOON_SEC + laterSec) * 1000;
    this.inventory = inventory;
    this.service = functionProcess({ tableName, vms: inventory, clock: () => this.nowMs });
    if (rules !== undefined) this.service.provider.pools.set(rules.name, rules);
  }

  async tick(): Promise<void> {
    await this.service.tick();
  }

  async expectWhole(): Promise<void> {
    const table = await PoolTable.read(database.client, this.tableName);
    const nowSec = this.nowMs / 1000;
    expect(table.faults(this.inventory, nowSec)).toEqual([]);
    // A VM that failed its check waits for the next one; nothing else waits.
    expect(table.vms.filter(({ state, dueAtSec }) => state === 'checking' && dueAtSec <= nowSec)).toEqual([]);
  }

  /** The user can go on: they see their lease and get it again under its key, or they get a new one. */
  async expectUserNotStuck(): Promise<void> {
    const { lending, store } = this.service;
    const visible = await this.visibleLease();
    if (visible === undefined && (await store.free('default')).length === 0) return;
    const key = visible === undefined ? KEY : visible.idempotency?.key;
    if (key === undefined) return;
    const { lease } = await lending.acquire({ userId: ALICE, minutes: 10, idempotencyKey: key }, 'retry');
    expect(lease.id).toBe(visible?.id ?? lease.id);
    expect((await this.visibleLease())?.id).toBe(lease.id);
  }

  /** The user gives the VM back. From then on no late duplicate lends them another one. */
  async giveBack(): Promise<void> {
    const { lending } = this.service;
    const lease = await this.visibleLease();
    if (lease === undefined) return;
    await lending.release({ userId: ALICE }, 'end');
    const duplicate = { userId: ALICE, minutes: 10, idempotencyKey: lease.idempotency?.key };
    await expect(lending.acquire(duplicate, 'late')).rejects.toMatchObject({ code: 'idempotency_key_spent' });
    await this.expectNoLease();
  }

  async expectNoLease(): Promise<void> {
    expect(await this.visibleLease()).toBeUndefined();
  }

  /** An hour later, when all leases have ended and all checks are due, a tick frees every VM. */
  async expectAllFreeAtLast(): Promise<void> {
    await this.giveBack();
    this.nowMs += 3600_000;
    await this.tick();
    await this.expectWhole();
    const { vms } = await PoolTable.read(database.client, this.tableName);
    const isRight = ({ state }: VmStatus) => {
      return state === 'free' || state === 'drained' || (this.quarantines && state === 'quarantined');
    };
    expect(vms.filter((vm) => !isRight(vm))).toEqual([]);
    expect(vms.map(({ vm }) => vm.id).sort()).toEqual(this.inventory.map(({ id }) => id).sort());
  }

  private async visibleLease(): Promise<Lease | undefined> {
    return (await this.service.store.find(ALICE, this.nowMs / 1000))?.lease;
  }
}

/** Kills a process at its request number `step`. @returns false when the process finished before that request */
async function killAt(scenario: Scenario, step: number, fate: Fate): Promise<boolean> {
  const tableName = await database.freshTable();
  const { prepare, call, laterSec = 0, inventory = VMS, failing = [], rules } = scenario;
  const before = functionProcess({ tableName, vms: VMS, clock: () => NOON_SEC * 1000 });
  await before.upkeep.sync('prepare');
  await prepare(before);

  proxy.follow(({ index }) =>
    index === step ? { kind: 'stall', at: fate === 'done' ? 'after' : 'before' } : undefined,
  );
  const stalled = proxy.stalled();
  const worker = new Worker<CallTask, 'done'>(bundle, {
    ...database.local.variables,
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
  });
  const task = { tableName, inventory, failing, rules, nowMs: (NOON_SEC + laterSec) * 1000, call };
  const outcome = await Promise.race([stalled, worker.run(task)]);
  if (outcome === 'done') return false;
  if (outcome === undefined) throw new Error('the process failed');
  await worker.kill();
  kills += 1;
  const isLate = fate === 'late' || fate === 'too late';
  if (!isLate) outcome.cut();
  await proxy.untilIdle(isLate ? 1 : 0);

  const remains = new Remains(tableName, scenario);
  await remains.tick();
  await remains.expectWhole();
  await remains.expectUserNotStuck();
  if (fate === 'late') {
    outcome.resume();
    await proxy.untilIdle();
    await remains.tick();
    await remains.expectWhole();
    await remains.expectUserNotStuck();
  }
  if (fate === 'too late') {
    await remains.giveBack();
    outcome.resume();
    await proxy.untilIdle();
    await remains.expectNoLease();
    await remains.tick();
    await remains.expectWhole();
  }
  await remains.expectAllFreeAtLast();
  return true;
}

describe.each(SCENARIOS)('a process that is killed in the middle of: $name', (scenario) => {
  it.each<Fate>(['lost', 'done', 'late', 'too late'])(
    'loses no VM, lends none twice and leaves no user stuck (last request: %s)',
    async (fate) => {
      let step = 0;
      while (await killAt(scenario, step, fate)) step += 1;
      // Every use case sends the database at least one request.
      expect(step).toBeGreaterThan(0);
    },
    60_000,
  );
});
