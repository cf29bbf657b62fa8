/**
 * Random histories go on in the old table after the time to which it is restored. Whatever happened in between, the
 * restored table lends nothing that somebody may use, and takes nothing from a holder whose lease both tables know.
 */
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checked } from '../../lambda/pool/checking.ts';
import { ordered } from '../../lambda/pool/orders.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { DynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { contentsOf } from '../../scripts/lib/restore-table/contents.ts';
import { fatesOf, takeOut } from '../../scripts/lib/restore-table/fencing.ts';
import { allItems, TestDatabase } from '../support/dynamodb/database.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { CHECKS, someVms, TestClock } from '../support/pool/lending.ts';

/** So few that a VM often has another user by now. */
const VMS = someVms(2);
const USERS = ['alice', 'bob', 'carol'];
const LEASE_SEC = 600;
const BATCH = 25;

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.start();
});
afterAll(() => database.stop());

type Step = readonly [act: 'acquire' | 'release' | 'check' | 'drain' | 'return' | 'wait', who: number];
const ACTS = ['acquire', 'acquire', 'release', 'release', 'check', 'check', 'drain', 'return', 'wait'] as const;
const steps = fc.array(fc.tuple(fc.constantFrom(...ACTS), fc.nat(USERS.length - 1)), { minLength: 3, maxLength: 16 });

/** A pool in a table, and its time. */
class Pool {
  readonly store: DynamoStore;
  private leases = 0;

  constructor(
    readonly tableName: string,
    readonly clock: TestClock,
  ) {
    this.store = createDynamoStore({
      endpoint: database.local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      tableName,
      eventsKeptDays: 1,
      countsMaxAgeMs: 0,
      clock: clock.read,
    });
  }

  act(who: string) {
    return { who, nowMs: this.clock.read(), requestId: 'test' };
  }

  acquire(userId: string) {
    const expiresAtSec = this.clock.nowSec + LEASE_SEC;
    const leaseId = `${userId}-${String((this.leases += 1))}`;
    return this.store.acquire({ userId, pool: 'default', leaseId, expiresAtSec, act: this.act(userId) });
  }

  async take(history: readonly Step[]): Promise<void> {
    for (const [act, number] of history) {
      try {
        await this.takeStep(act, number);
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
  }

  private async takeStep(act: Step[0], number: number): Promise<unknown> {
    const userId = USERS[number % USERS.length] ?? '';
    switch (act) {
      case 'acquire':
        return this.acquire(userId);
      case 'release':
        return this.store.release({ userId, act: this.act(userId) });
      case 'wait': {
        this.clock.advance(LEASE_SEC / 2);
        return;
      }
      case 'check':
        return this.check();
      default:
        return this.order(VMS[number]?.id ?? '', act);
    }
  }

  private async check(): Promise<void> {
    for (const before of await this.store.due(this.clock.nowSec, VMS.length)) {
      if (before.state !== 'checking') continue;
      const change = checked(before, { passed: true }, this.clock.read(), CHECKS);
      await this.store.change(before, change, { kind: 'check_passed', vmId: before.vm.id, act: this.act('check') });
    }
  }

  async order(vmId: string, order: 'drain' | 'return'): Promise<void> {
    const before = await this.store.status(vmId);
    if (before === undefined) return;
    const change = ordered(before, order, 'test', this.clock.nowSec);
    const kind = order === 'drain' ? 'drained' : 'returned';
    await this.store.change(before, change, { kind, vmId, reason: 'test', act: this.act('olivia') });
  }
}

/** Makes the table that a restore would make at this moment. */
async function restoredFrom(tableName: string): Promise<string> {
  const target = await database.freshTable();
  const items = await allItems(database.client, tableName);
  for (let start = 0; start < items.length; start += BATCH) {
    const puts = items.slice(start, start + BATCH).map((item) => ({ PutRequest: { Item: marshall(item) } }));
    await database.client.send(new BatchWriteItemCommand({ RequestItems: { [target]: puts } }));
  }
  return target;
}

/** A pool after a history, its restored table after the script has been there, and what it said. */
async function restoredAfter(before: readonly Step[], since: readonly Step[]) {
  const clock = new TestClock();
  const old = new Pool(await database.freshTable(), clock);
  await old.store.sync(VMS, old.act('tick'));
  await old.take(before);
  const restored = new Pool(await restoredFrom(old.tableName), clock);
  await old.take(since);
  const ports = { client: database.client, clock: clock.read, sleep: async () => undefined, say: () => undefined };
  const contents = [old, restored].map(({ tableName }) => contentsOf(ports, tableName));
  const [then, now] = (await Promise.all(contents)).reverse();
  if (then === undefined || now === undefined) throw new Error('two tables have two contents');
  const fates = fatesOf(now, then, clock.nowSec);
  await takeOut(restored.store, fates.out, 'restored', clock.read());
  return { old, restored, fates, clock };
}

describe('a restored table', () => {
  it('lends nothing, keeps the leases that both tables know, and breaks no invariant', async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, async (before, since) => {
        const { old, restored, fates, clock } = await restoredAfter(before, since);
        await expect(restored.acquire('dave')).rejects.toMatchObject({ code: 'pool_empty' });
        const table = await PoolTable.read(database.client, restored.tableName);
        expect(table.faults(VMS, clock.nowSec)).toEqual([]);
        for (const { vm, state, lease } of table.vms) {
          if (state !== 'leased') expect(['quarantined', 'drained']).toContain(state);
          else expect((await old.store.status(vm.id))?.lease?.id).toBe(lease?.id);
        }
        for (const lease of fates.kept) {
          expect((await restored.store.find(lease.userId, clock.nowSec))?.lease.id).toBe(lease.id);
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('lends each VM again once an operator has returned it and its check has passed', async () => {
    const before: Step[] = [
      ['acquire', 0],
      ['acquire', 1],
    ];
    const since: Step[] = [
      ['release', 0],
      ['check', 0],
      ['acquire', 2],
    ];
    const { restored, fates } = await restoredAfter(before, since);
    const [lost = { userId: 'nobody', vmId: 'none' }] = fates.lost;
    expect([fates.kept, fates.lost, fates.stale].map((leases) => leases.map(({ userId }) => userId))).toEqual([
      ['bob'],
      ['carol'],
      ['alice'],
    ]);
    const { items } = await restored.store.statuses({ limit: 10 });
    for (const { vm, state } of items) if (state === 'quarantined') await restored.order(vm.id, 'return');
    await restored.take([['check', 0]]);
    expect((await restored.acquire('dave')).vm.id).toBe(lost.vmId);
    expect(await restored.store.find('bob', restored.clock.nowSec)).toMatchObject({ lease: { userId: 'bob' } });
  });

  it('is left alone when somebody else changes its VMs meanwhile', async () => {
    const { restored } = await restoredAfter([], []);
    const stale = await restored.store.status('vm-01');
    await restored.order('vm-01', 'return');
    const store = { status: async () => stale, change: restored.store.change.bind(restored.store) };
    const out = takeOut(store, ['vm-01'], 'restored', restored.clock.read());
    await expect(out).rejects.toThrow('somebody else changes vm-01: the restored table is in use already');
  });
});
