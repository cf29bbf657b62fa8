import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pMap from 'p-map';
import type { Vm } from '../../lambda/pool/vm.ts';
import type { DynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import type { Call, Fault, Plan } from '../support/dynamodb/fault-proxy.ts';
import { FaultProxy, NO_FAULTS } from '../support/dynamodb/fault-proxy.ts';
import { storeOver } from '../support/dynamodb/table-store.ts';
import { AT_NOON, NOON_SEC, someVms } from '../support/pool/lending.ts';
import { seededRandom } from '../support/pool/random.ts';
import { functionProcess, outcomeOf } from '../support/processes/function-process.ts';
import type { History } from './world.ts';
import { World } from './world.ts';

/** Longer than the store waits for the database to answer one request. */
const PAST_THE_TIME_OUT_MS = 1_800;

/** Longest that a caller waits for a refusal: the store's deadline, a last answer, and a margin for a busy computer. */
const LONGEST_WAIT_MS = 6_000 + 1_500 + 1_500;

/** Time that the start of the function allows for a sync. */
const INIT_BUDGET_MS = 4_000;

/** Faults with their relative frequencies. */
const FAULTS: readonly (readonly [weight: number, fault: Fault])[] = [
  [4, { kind: 'throttle', at: 'before' }],
  [4, { kind: 'conflict', at: 'before' }],
  [2, { kind: 'internal', at: 'before' }],
  [2, { kind: 'internal', at: 'after' }],
  [2, { kind: 'cut', at: 'before' }],
  [4, { kind: 'cut', at: 'after' }],
  [0.5, { kind: 'delay', at: 'before', ms: PAST_THE_TIME_OUT_MS }],
  [0.5, { kind: 'delay', at: 'after', ms: PAST_THE_TIME_OUT_MS }],
];

/** Draws faults at random. @param rate - share of the requests with a fault, 0 to 1 */
function atRandom(rate: number, random: () => number): Plan {
  return ({ transaction }: Call) => {
    if (random() >= rate) return undefined;
    // Only transactions conflict.
    const possible = FAULTS.filter(([, { kind }]) => kind !== 'conflict' || transaction !== undefined);
    let dice = random() * possible.reduce((sum, [weight]) => sum + weight, 0);
    return possible.find(([weight]) => (dice -= weight) < 0)?.[1];
  };
}

let database: TestDatabase;
let proxy: FaultProxy;
const tally = new Map<string, number>();

beforeAll(async () => {
  database = await TestDatabase.start();
  proxy = await FaultProxy.start(database.local.endpoint);
  Object.assign(process.env, database.local.variables, { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await database.stop();
  const lines = [...proxy.injected, ...tally].map(([what, count]) => `${String(count).padStart(7)} ${what}`);
  console.log(['injected faults and outcomes:', ...lines.sort()].join('\n'));
});

/** Histories that run at once: as many as this process and the database can serve without delays of their own. */
const AT_ONCE = 4;

/** Histories, grouped by fault rate. In the last group nearly every request has a fault. */
const HISTORIES: readonly History[][] = [
  seeds(1, 8).map((seed) => ({ seed, users: 16, vms: 8, actsEach: 15, faultRate: 0.15 })),
  seeds(9, 12).map((seed) => ({ seed, users: 16, vms: 20, actsEach: 15, faultRate: 0.3 })),
  seeds(13, 16).map((seed) => ({ seed, users: 12, vms: 10, actsEach: 2, faultRate: 0.97 })),
];

function seeds(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe('the store over a database that never answers in time', () => {
  it('refuses with store_unavailable in time, and returns the outcome to a retry', async () => {
    const vms = someVms(3);
    const { lending, upkeep } = functionProcess({ tableName: await database.freshTable(), vms, clock: Date.now });
    proxy.follow(NO_FAULTS);
    await upkeep.sync('prepare');
    const { lease } = await lending.acquire({ userId: 'holder' }, 'prepare');

    proxy.follow(() => ({ kind: 'delay', at: 'before', ms: PAST_THE_TIME_OUT_MS }));
    const startedMs = performance.now();
    const acquire = () => lending.acquire({ userId: 'borrower', idempotencyKey: 'key' }, 'late');
    const calls = [
      acquire(),
      lending.renew({ userId: 'holder', minutes: 600 }, 'late'),
      lending.leaseOf('holder', 'r-1'),
    ];
    const outcomes = await Promise.all(calls.map((call) => outcomeOf<unknown>(call)));
    const codes = outcomes.map((outcome) => ('refusal' in outcome ? outcome.refusal.code : 'ok'));
    expect(codes).toEqual(calls.map(() => 'store_unavailable'));
    expect(performance.now() - startedMs).toBeLessThan(LONGEST_WAIT_MS);

    await proxy.untilIdle();
    proxy.follow(NO_FAULTS);
    const { lease: lent } = await acquire();
    expect((await lending.leaseOf('borrower', 'r-1')).lease.id).toBe(lent.id);
    expect((await lending.release({ userId: 'holder', leaseId: lease.id }, 'end')).state).toBe('free');
  }, 60_000);
});

describe('the store over a database that takes requests and never answers', () => {
  it('ends a sync within its budget, reads included', async () => {
    const silent = createServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const store = createDynamoStore({
      tableName: 'silent',
      eventsKeptDays: 1,
      region: 'us-east-1',
      endpoint,
      credentials,
    });
    const startedMs = performance.now();
    const sync = store.sync(someVms(3), AT_NOON, { budgetMs: INIT_BUDGET_MS });
    await expect(sync).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(performance.now() - startedMs).toBeLessThan(INIT_BUDGET_MS + 500);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('the store over a database that is slow', () => {
  it('adds as many VMs of a large inventory as the budget allows, and the rest in the next sync', async () => {
    const vms = someVms(150);
    const { upkeep } = functionProcess({ tableName: await database.freshTable(), vms, clock: Date.now });
    const free = async () => (await upkeep.counts()).get('default')?.free ?? 0;
    proxy.follow(({ transaction }) => transaction && { kind: 'delay', at: 'before', ms: 1_200 });
    const startedMs = performance.now();
    const { changes, left } = await upkeep.sync('slow', INIT_BUDGET_MS);
    expect(performance.now() - startedMs).toBeLessThan(INIT_BUDGET_MS + 1_000);
    expect(changes).toBeGreaterThan(0);
    expect(left).toBe(150 - changes);
    await proxy.untilIdle(); // the last writes may still arrive, although the sync no longer waits for them
    expect(await free()).toBeGreaterThanOrEqual(changes);

    proxy.follow(NO_FAULTS);
    await upkeep.sync('next');
    expect(await free()).toBe(150);
    expect(await upkeep.sync('last')).toEqual({ changes: 0, left: 0, wanted: 150 });
  }, 60_000);
});

describe('the store over a database that refuses to write one of the VMs', () => {
  it('adds and frees all the others, and fails with the error', async () => {
    const vms = someVms(40);
    const [{ id: refused } = { id: '' }] = vms;
    const tableName = await database.freshTable();
    const clock = { offsetMs: 0 };
    const { lending, tick, upkeep } = functionProcess({ tableName, vms, clock: () => Date.now() + clock.offsetMs });
    const refuse: Plan = ({ transaction }) => {
      return JSON.stringify(transaction ?? '').includes(`"${refused}"`) ? { kind: 'refuse', at: 'before' } : undefined;
    };
    proxy.follow(refuse);
    await expect(tick()).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await upkeep.counts()).get('default')).toMatchObject({ free: 39 });

    proxy.follow(NO_FAULTS);
    await tick();
    await pMap(vms, (_, user) => lending.acquire({ userId: `user-${String(user)}`, minutes: 1 }, 'prepare'));
    clock.offsetMs = 60_000;
    proxy.follow(refuse);
    await tick();
    expect((await upkeep.counts()).get('default')).toMatchObject({ free: 39, checking: 1 });
  }, 60_000);
});

describe('a sync that failed half-way', () => {
  it('is undone by a sync with the inventory from before it', async () => {
    const tableName = await database.freshTable();
    const before = someVms(2);
    const synced = async (vms: readonly Vm[]) => {
      const { upkeep } = functionProcess({ tableName, vms, clock: Date.now });
      await upkeep.sync('sync');
      return (await upkeep.counts()).get('default')?.free;
    };
    proxy.follow(NO_FAULTS);
    await synced(before);
    expect(await synced(before)).toBe(2); // this sync finds nothing to do
    proxy.follow(({ transaction }) => {
      return JSON.stringify(transaction ?? '').includes('"vm-03"') ? { kind: 'refuse', at: 'before' } : undefined;
    });
    await expect(synced(someVms(4))).rejects.toMatchObject({ name: 'ValidationException' });

    proxy.follow(NO_FAULTS);
    expect(await synced(before)).toBe(2);
  });
});

describe('a release', () => {
  it('knows of a renewal that was made after it had read the lease, by a process whose clock is behind', async () => {
    const tableName = await database.freshTable();
    const storeAt = (aheadMs: number) => storeOver(tableName, () => AT_NOON.nowMs + aheadMs);
    const alice = { userId: 'alice', act: AT_NOON };
    const [first, renewing, releasing] = [storeAt(0), storeAt(1_000), storeAt(2_000)];
    proxy.follow(NO_FAULTS);
    await first.sync(someVms(1), AT_NOON);
    await first.acquire({ ...alice, pool: 'default', leaseId: 'l-1', expiresAtSec: NOON_SEC + 60 });
    proxy.follow(({ transaction, index }) => {
      return transaction !== undefined && index <= 1 ? { kind: 'stall', at: 'before' } : undefined;
    });
    const stalled = proxy.stalled();
    const release = releasing.release(alice);
    const { resume } = await stalled;
    await renewing.renew({ ...alice, termIn: () => ({ ttlSec: 10_000, maxSec: 20_000 }) });
    resume();
    // A certificate of the renewed lease is valid longer than the lease that the release had read.
    expect(await release).toMatchObject({ state: 'checking', closedAtSec: NOON_SEC + 370 });
  });
});

describe('a call of a holder whose lease is exchanged between its look and its transaction', () => {
  const wish = { pool: 'default', leaseId: 'l-1', expiresAtSec: NOON_SEC + 60 };
  const alice = { userId: 'alice', act: AT_NOON };
  const LATER_SEC = NOON_SEC + 10;
  const later = { ...AT_NOON, nowMs: LATER_SEC * 1000 };

  /** A store in which alice's VM is stopped and has to be started, and another one runs. */
  async function storeWithStartingLease() {
    proxy.follow(NO_FAULTS);
    const store = storeOver(await database.freshTable());
    await store.sync(someVms(1), AT_NOON);
    const [free] = await store.free('default');
    if (free === undefined) throw new Error('no VM is free');
    const event = { kind: 'stopped', vmId: free.vm.id, act: AT_NOON } as const;
    await store.change(free, { state: 'free', failures: 0, draining: false, stopped: true }, event);
    const grant = await store.acquire({ ...alice, ...wish, startLimitSec: 600 });
    await store.sync(someVms(2), AT_NOON);
    return { store, grant };
  }

  it.each<{ rule: string; call: (store: DynamoStore) => Promise<unknown>; expiresAtSec: number | undefined }>([
    { rule: 'release ends it', call: (store) => store.release(alice), expiresAtSec: undefined },
    {
      rule: 'renew makes it longer',
      call: (store) => store.renew({ ...alice, termIn: () => ({ ttlSec: 900, maxSec: 900 }) }),
      expiresAtSec: NOON_SEC + 900,
    },
    {
      rule: 'begin finds that it has begun',
      call: (store) => store.begin({ ...alice, act: later }),
      expiresAtSec: LATER_SEC + 60,
    },
  ])('$rule on its new VM', async ({ call, expiresAtSec }) => {
    const { store, grant } = await storeWithStartingLease();
    proxy.follow(({ transaction, index }) => {
      return transaction !== undefined && index <= 2 ? { kind: 'stall', at: 'before' } : undefined;
    });
    const stalled = proxy.stalled();
    const called = call(store);
    const { resume } = await stalled;
    proxy.follow(NO_FAULTS);
    const { vm } = await store.exchange({ grant, reason: 'it does not start', act: later });
    resume();
    await called;
    const held = await store.find('alice', LATER_SEC);
    expect(held?.lease.expiresAtSec).toBe(expiresAtSec);
    const status = await store.status(vm.id);
    expect(status).toMatchObject({ state: held === undefined ? 'checking' : 'leased' });
    expect(status?.lease).toEqual(held?.lease);
  });
});

describe('the store over a database that throttles, fails, dawdles and loses answers', () => {
  it.each(HISTORIES.map((histories) => ({ histories, percent: 100 * (histories[0]?.faultRate ?? 0) })))(
    'answers in agreement with the table, and holds all invariants after one tick ($percent % of requests faulty)',
    async ({ histories, percent }) => {
      proxy.follow(NO_FAULTS);
      const worlds = await Promise.all(
        histories.map(async (history) => new World(database.client, await database.freshTable(), history)),
      );
      for (const world of worlds) await world.tick();

      proxy.follow(atRandom(percent / 100, seededRandom(percent)));
      await pMap(worlds, (world) => world.live(), { concurrency: AT_ONCE });
      await proxy.untilIdle();

      proxy.follow(NO_FAULTS);
      for (const world of worlds) await expectWhole(world);
    },
    180_000,
  );
});

async function expectWhole(world: World): Promise<void> {
  expect(await world.faults()).toEqual([]);

  await world.tick();
  await Promise.all(world.borrowers.map((borrower) => borrower.settle()));
  expect(await world.faults()).toEqual([]);
  expect((await world.table()).vms.filter(({ state }) => state === 'checking')).toEqual([]);

  world.clock.jump(24 * 60);
  await world.tick();
  expect(await world.faults()).toEqual([]);
  const states = (await world.table()).vms.map(({ state }) => state);
  expect(states.filter((state) => state !== 'free' && state !== 'drained')).toEqual([]);

  for (const { outcomes } of world.borrowers) {
    for (const [outcome, count] of outcomes) tally.set(outcome, (tally.get(outcome) ?? 0) + count);
  }
}
