import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pMap from 'p-map';
import type { Lease } from '../../lambda/pool/lease.ts';
import type { Vm } from '../../lambda/pool/vm.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import type { Call, Fault, Plan } from '../support/dynamodb/fault-proxy.ts';
import { FaultProxy, NO_FAULTS } from '../support/dynamodb/fault-proxy.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { Borrower } from '../support/pool/borrower.ts';
import { AT_NOON, someVms } from '../support/pool/lending.ts';
import { seededRandom } from '../support/pool/random.ts';
import { functionInstance, outcomeOf } from '../support/processes/function-instance.ts';

/** Longer than the store waits for an answer of the database. */
const PAST_THE_TIME_OUT_MS = 1_800;

/** Longest that a caller waits for a refusal: the store's deadline, a last answer, and some time of a busy computer. */
const LONGEST_WAIT_MS = 6_000 + 1_500 + 1_500;

/** What the function's start allows a sync. */
const INIT_BUDGET_MS = 4_000;

/** How likely each fault is, beside the others. */
const FAULTS: readonly (readonly [weight: number, fault: Fault])[] = [
  [4, { trouble: 'throttle', at: 'before' }],
  [4, { trouble: 'conflict', at: 'before' }],
  [2, { trouble: 'internal', at: 'before' }],
  [2, { trouble: 'internal', at: 'after' }],
  [2, { trouble: 'cut', at: 'before' }],
  [4, { trouble: 'cut', at: 'after' }],
  [0.5, { trouble: 'delay', at: 'before', ms: PAST_THE_TIME_OUT_MS }],
  [0.5, { trouble: 'delay', at: 'after', ms: PAST_THE_TIME_OUT_MS }],
];

/** @param rate - share of the requests that something goes wrong with */
function atRandom(rate: number, random: () => number): Plan {
  return ({ operation }: Call) => {
    if (random() >= rate) return undefined;
    // Only transactions get into each other's way.
    const possible = FAULTS.filter(([, { trouble }]) => trouble !== 'conflict' || operation === 'TransactWriteItems');
    let dice = random() * possible.reduce((sum, [weight]) => sum + weight, 0);
    return possible.find(([weight]) => (dice -= weight) < 0)?.[1];
  };
}

interface History {
  readonly seed: number;
  readonly users: number;
  readonly vms: number;
  readonly actsEach: number;
  readonly faultRate: number;
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
  const lines = [...proxy.made, ...tally].map(([what, count]) => `${String(count).padStart(7)} ${what}`);
  console.log(['faults made and outcomes:', ...lines.sort()].join('\n'));
});

/** A pool, its users and its operator, and a time that jumps. */
class World {
  private jumpedMs = 0;
  readonly random: () => number;
  readonly vms;
  readonly instances;
  readonly borrowers: readonly Borrower[];
  private over = false;

  constructor(
    private readonly tableName: string,
    private readonly history: History,
  ) {
    this.random = seededRandom(history.seed);
    this.vms = someVms(history.vms);
    this.instances = Array.from({ length: 4 }, () => functionInstance({ tableName, vms: this.vms, clock: this.clock }));
    this.borrowers = Array.from({ length: history.users }, (_, index) => {
      const { clock, random, lookUp } = this;
      return new Borrower(`user-${String(index)}`, { instance: () => this.anyInstance(), clock, random, lookUp });
    });
  }

  readonly clock = (): number => Date.now() + this.jumpedMs;

  jump(minutes: number): void {
    this.jumpedMs += minutes * 60_000;
  }

  /** Users act, time jumps, the reaper comes by and an operator takes VMs out and puts them back, all at once. */
  async live(): Promise<void> {
    const others = [this.whileItLasts(300, () => this.operate()), this.whileItLasts(500, () => this.reap())];
    try {
      await Promise.all(this.borrowers.map((borrower) => this.actsOf(borrower)));
    } finally {
      this.over = true;
      await Promise.all(others);
    }
  }

  private async actsOf(borrower: Borrower): Promise<void> {
    for (let acts = 0; acts < this.history.actsEach; acts++) await borrower.act();
  }

  /** One tick; on a busy computer the database may be too slow for it without any fault, then the next one. */
  async tick(): Promise<void> {
    const outcome = await outcomeOf(this.anyInstance().tick());
    if ('refusal' in outcome) await this.tick();
  }

  async table(): Promise<PoolTable> {
    return PoolTable.read(database.client, this.tableName);
  }

  /** What is not as it must be whenever nothing is under way. */
  async faults(): Promise<string[]> {
    const inTable = (await this.table()).faults(this.vms, Math.floor(this.clock() / 1000));
    return [...inTable, ...this.borrowers.flatMap(({ complaints }) => complaints)];
  }

  private readonly lookUp = async (userId: string, nowSec: number): Promise<Lease | undefined> => {
    return PoolTable.leaseOf(database.client, this.tableName, userId, nowSec);
  };

  private anyInstance() {
    const instance = this.instances[Math.floor(this.random() * this.instances.length)];
    if (instance === undefined) throw new Error('no instance');
    return instance;
  }

  private async whileItLasts(everyMs: number, act: () => Promise<void>): Promise<void> {
    while (!this.over) {
      await act();
      await new Promise((resolve) => setTimeout(resolve, this.random() * everyMs * 2));
    }
  }

  private async operate(): Promise<void> {
    this.jump(this.random() < 0.2 ? Math.floor(this.random() * 20) : 0);
    const { id: vmId = '' } = this.vms[Math.floor(this.random() * this.vms.length)] ?? {};
    const order = this.random() < 0.4 ? 'drain' : 'return';
    const { operations } = this.anyInstance();
    await outcomeOf(operations.order({ order, vmId, reason: 'a test', operator: 'an operator' }, 'operate'));
  }

  private async reap(): Promise<void> {
    await outcomeOf(this.anyInstance().tick());
  }
}

/** Histories at once: they spend their time waiting, but this process and the database are to keep up with them. */
const AT_ONCE = 4;

/** Histories of one kind. The database loses more and more, in the end nearly everything. */
const HISTORIES: readonly History[][] = [
  seeds(1, 8).map((seed) => ({ seed, users: 16, vms: 8, actsEach: 15, faultRate: 0.15 })),
  seeds(9, 12).map((seed) => ({ seed, users: 16, vms: 20, actsEach: 15, faultRate: 0.3 })),
  seeds(13, 16).map((seed) => ({ seed, users: 12, vms: 10, actsEach: 2, faultRate: 0.97 })),
];

function seeds(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe('the store over a database that never answers in time', () => {
  it('says so in time, and tells the outcome when it is asked again', async () => {
    const vms = someVms(3);
    const { lending, upkeep } = functionInstance({ tableName: await database.freshTable(), vms, clock: Date.now });
    proxy.follow(NO_FAULTS);
    await upkeep.sync('prepare');
    const { lease } = await lending.acquire({ userId: 'holder' }, 'prepare');

    proxy.follow(() => ({ trouble: 'delay', at: 'before', ms: PAST_THE_TIME_OUT_MS }));
    const startedMs = performance.now();
    const acquire = () => lending.acquire({ userId: 'borrower', idempotencyKey: 'key' }, 'late');
    const calls = [acquire(), lending.renew({ userId: 'holder', minutes: 600 }, 'late'), lending.leaseOf('holder')];
    const outcomes = await Promise.all(calls.map((call) => outcomeOf<unknown>(call)));
    const codes = outcomes.map((outcome) => ('refusal' in outcome ? outcome.refusal.code : 'ok'));
    expect(codes).toEqual(calls.map(() => 'store_unavailable'));
    expect(performance.now() - startedMs).toBeLessThan(LONGEST_WAIT_MS);

    await proxy.quiet();
    proxy.follow(NO_FAULTS);
    const { lease: lent } = await acquire();
    expect((await lending.leaseOf('borrower')).lease.id).toBe(lent.id);
    expect((await lending.release({ userId: 'holder', leaseId: lease.id }, 'end')).state).toBe('free');
  }, 60_000);
});

describe('the store over a database that takes requests and never answers', () => {
  it('holds a sync no longer than its budget, reads included', async () => {
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
    const sync = store.sync(someVms(3), AT_NOON, INIT_BUDGET_MS);
    await expect(sync).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(performance.now() - startedMs).toBeLessThan(INIT_BUDGET_MS + 500);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('the store over a database that is slow', () => {
  it('adds as many VMs of a large inventory as the budget allows, and the rest with the next sync', async () => {
    const vms = someVms(150);
    const { upkeep } = functionInstance({ tableName: await database.freshTable(), vms, clock: Date.now });
    const free = async () => (await upkeep.counts()).get('default')?.free ?? 0;
    proxy.follow(({ transaction }) => transaction && { trouble: 'delay', at: 'before', ms: 1_200 });
    const startedMs = performance.now();
    const { changes, left } = await upkeep.sync('slow', INIT_BUDGET_MS);
    expect(performance.now() - startedMs).toBeLessThan(INIT_BUDGET_MS + 1_000);
    expect(changes).toBeGreaterThan(0);
    expect(left).toBe(150 - changes);
    await proxy.quiet(); // the last writes may arrive although nobody waits for them
    expect(await free()).toBeGreaterThanOrEqual(changes);

    proxy.follow(NO_FAULTS);
    await upkeep.sync('next');
    expect(await free()).toBe(150);
    expect(await upkeep.sync('last')).toEqual({ changes: 0, left: 0, wanted: 150 });
  }, 60_000);
});

describe('the store over a database that refuses to write one of the VMs', () => {
  it('takes in all the others, and frees them, and says that something is wrong', async () => {
    const vms = someVms(40);
    const [{ id: refused } = { id: '' }] = vms;
    const tableName = await database.freshTable();
    const clock = { offsetMs: 0 };
    const { lending, tick, upkeep } = functionInstance({ tableName, vms, clock: () => Date.now() + clock.offsetMs });
    const refuse: Plan = ({ transaction }) => {
      return JSON.stringify(transaction ?? '').includes(`"${refused}"`)
        ? { trouble: 'refuse', at: 'before' }
        : undefined;
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
  it('is undone by a return to the inventory of before', async () => {
    const tableName = await database.freshTable();
    const before = someVms(2);
    const synced = async (vms: readonly Vm[]) => {
      const { upkeep } = functionInstance({ tableName, vms, clock: Date.now });
      await upkeep.sync('sync');
      return (await upkeep.counts()).get('default')?.free;
    };
    proxy.follow(NO_FAULTS);
    await synced(before);
    expect(await synced(before)).toBe(2); // and this time it found nothing to do
    proxy.follow(({ transaction }) => {
      return JSON.stringify(transaction ?? '').includes('"vm-03"') ? { trouble: 'refuse', at: 'before' } : undefined;
    });
    await expect(synced(someVms(4))).rejects.toMatchObject({ name: 'ValidationException' });

    proxy.follow(NO_FAULTS);
    expect(await synced(before)).toBe(2);
  });
});

describe('the store over a database that throttles, fails, dawdles and loses answers', () => {
  it.each(HISTORIES.map((histories) => ({ histories, percent: 100 * (histories[0]?.faultRate ?? 0) })))(
    'gives no answer that contradicts the table, and is whole again after one tick ($percent % of requests faulty)',
    async ({ histories, percent }) => {
      proxy.follow(NO_FAULTS);
      const worlds = await Promise.all(
        histories.map(async (history) => new World(await database.freshTable(), history)),
      );
      for (const world of worlds) await world.tick();

      proxy.follow(atRandom(percent / 100, seededRandom(percent)));
      await pMap(worlds, (world) => world.live(), { concurrency: AT_ONCE });
      await proxy.quiet();

      proxy.follow(NO_FAULTS);
      for (const world of worlds) await expectWholeAgain(world);
    },
    180_000,
  );
});

async function expectWholeAgain(world: World): Promise<void> {
  expect(await world.faults()).toEqual([]);

  await world.tick();
  await Promise.all(world.borrowers.map((borrower) => borrower.settle()));
  expect(await world.faults()).toEqual([]);
  expect((await world.table()).vms.filter(({ state }) => state === 'checking')).toEqual([]);

  world.jump(24 * 60);
  await world.tick();
  expect(await world.faults()).toEqual([]);
  const states = (await world.table()).vms.map(({ state }) => state);
  expect(states.filter((state) => state !== 'free' && state !== 'drained')).toEqual([]);

  for (const { outcomes } of world.borrowers) {
    for (const [outcome, count] of outcomes) tally.set(outcome, (tally.get(outcome) ?? 0) + count);
  }
}
