import { createHash } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import { freeItem, inventoryItem, keys, newVersion, userItem, vmItem } from '../../lambda/store/dynamodb/items.ts';
import { createDynamoStore } from '../../lambda/store/dynamodb/store.ts';
import { Table } from '../../lambda/store/dynamodb/table.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import { FaultProxy } from '../support/dynamodb/fault-proxy.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { dynamoDb, storeOver } from '../support/dynamodb/table-store.ts';
import { AT_NOON, NOON_SEC, someVms } from '../support/pool/lending.ts';
import { START_LIMIT_SEC, stopVm } from '../support/pool/stopped.ts';

let database: TestDatabase;
let proxy: FaultProxy;

beforeAll(async () => {
  database = await TestDatabase.start();
  proxy = await FaultProxy.start(database.local.endpoint);
  Object.assign(process.env, database.local.variables, { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await database.stop();
});

describe('a cursor', () => {
  it.each(['', 'abc', 'vm-01', 'VM#', 'default#free~0~vm-01'])(
    '%j is refused: no page has ended with it',
    async (cursor) => {
      const store = storeOver(await database.freshTable());
      const looks = [
        store.statuses({ cursor, limit: 10 }),
        store.events({ vmId: 'vm-01', cursor, limit: 10 }),
        store.events({ userId: 'alice', cursor, limit: 10 }),
      ];
      for (const look of looks) await expect(look).rejects.toMatchObject({ code: 'invalid_cursor' });
    },
  );
});

describe('a table', () => {
  it('returns an item for each key, even when a key occurs twice', async () => {
    const tableName = await database.freshTable();
    await storeOver(tableName).sync(someVms(2), AT_NOON);
    const [one, other] = [keys.vm('vm-01'), keys.vm('vm-02')];
    const items = await new Table(dynamoDb(), tableName).getAll([one, other, one]);
    expect(items.map((item) => item?.vm.id)).toEqual(['vm-01', 'vm-02', 'vm-01']);
  });
});

describe('counts', () => {
  const request = { pool: 'default', userId: 'alice', leaseId: 'l-1', expiresAtSec: NOON_SEC + 60, act: AT_NOON };

  async function storeWithCountsOfAge(countsMaxAgeMs: number) {
    const place = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    const tableName = await database.freshTable();
    const store = createDynamoStore({
      tableName,
      eventsKeptDays: 1,
      countsMaxAgeMs,
      endpoint: proxy.endpoint,
      ...place,
    });
    await store.sync(someVms(3), AT_NOON);
    return store;
  }

  it('are read once for all callers, until the result is too old', async () => {
    const store = await storeWithCountsOfAge(2_000);
    const before = proxy.seen.get('Query') ?? 0;
    const seen = await Promise.all(Array.from({ length: 50 }, () => store.counts(NOON_SEC)));
    await store.acquire(request);
    seen.push(await store.counts(NOON_SEC));
    expect(seen.map((counts) => counts.get('default')?.free)).toEqual(seen.map(() => 3));
    // Seven for the counts: VMs by pool, and five kinds of work, one of them in two parts. One for the free VM to lend.
    expect((proxy.seen.get('Query') ?? 0) - before).toBe(7 + 1);
    await new Promise((resolve) => setTimeout(resolve, 2_050));
    expect((await store.counts(NOON_SEC)).get('default')).toMatchObject({ free: 2, leased: 1 });
  });

  it('are read again after a failure', async () => {
    const store = await storeWithCountsOfAge(60_000);
    proxy.follow(({ operation }) => (operation === 'Query' ? { kind: 'refuse', at: 'before' } : undefined));
    await expect(store.counts(NOON_SEC)).rejects.toMatchObject({ name: 'ValidationException' });
    proxy.follow(() => undefined);
    expect((await store.counts(NOON_SEC)).get('default')).toMatchObject({ free: 3 });
  });
});

describe('a table of layout 1', () => {
  const vms = someVms(4);
  const [free, leased, checking, gone] = vms as [VmStatus['vm'], VmStatus['vm'], VmStatus['vm'], VmStatus['vm']];
  const lease = { id: 'l-1', userId: 'alice', vmId: leased.id, acquiredAtSec: NOON_SEC, expiresAtSec: NOON_SEC + 600 };

  function statusOf(vm: VmStatus['vm'], more: Partial<VmStatus> = {}): VmStatus {
    return { vm, state: 'free', version: newVersion(), failures: 0, draining: false, retired: false, ...more };
  }

  /** The hash of an inventory, as layout 1 stored it. */
  function hashOfLayout1(): string {
    const rows = vms.map(({ id, pool, ip, port, username }) => [id, pool, ip, port, username].join(' ')).sort();
    return createHash('sha256').update(rows.join('\n')).digest('hex');
  }

  async function tableOfLayout1(): Promise<string> {
    const tableName = await database.freshTable();
    const statuses = [
      statusOf(free),
      statusOf(leased, { state: 'leased', lease, dueAtSec: lease.expiresAtSec }),
      statusOf(checking, { state: 'checking', dueAtSec: NOON_SEC }),
      statusOf(gone),
    ];
    const vmItems = statuses.map((status) => ({ ...vmItem(status), layout: 1, listed: undefined, pool: undefined }));
    const freeItems = statuses.filter(({ state }) => state === 'free').map(freeItem);
    const mark = { ...inventoryItem(hashOfLayout1(), ['default']), layout: 1 };
    const options = { removeUndefinedValues: true };
    for (const item of [...vmItems, ...freeItems, userItem(lease, leased), mark]) {
      await database.client.send(new PutItemCommand({ TableName: tableName, Item: marshall(item, options) }));
    }
    return tableName;
  }

  it('is rewritten by a sync, with every VM listed in its state and every lease kept', async () => {
    const tableName = await tableOfLayout1();
    const store = storeOver(tableName);
    expect(await store.sync(vms, AT_NOON)).toEqual({ changes: 4, left: 0 });
    const { items } = await store.statuses({ limit: 10 });
    expect(items.map(({ vm, state }) => `${vm.id} ${state}`)).toEqual([
      `${free.id} free`,
      `${leased.id} leased`,
      `${checking.id} checking`,
      `${gone.id} free`,
    ]);
    expect(await store.find('alice', NOON_SEC)).toEqual({ vm: leased, lease });
    expect((await store.counts(NOON_SEC)).get('default')).toMatchObject({ free: 2, leased: 1, checking: 1 });
    expect((await PoolTable.read(database.client, tableName)).vms.map(({ layout }) => layout)).toEqual([2, 2, 2, 2]);
  });

  it('loses the VMs that have left the inventory, even when the first sync runs out of time', async () => {
    const store = storeOver(await tableOfLayout1());
    const wanted = [free, leased, checking];
    const { left } = await store.sync(wanted, AT_NOON, { budgetMs: 0 }).catch(() => ({ left: 4 }));
    expect(left).toBe(4);
    await store.sync(wanted, AT_NOON);
    expect(await store.status(gone.id)).toBeUndefined();
    await store.sync(wanted, AT_NOON);
    expect(await store.sync(wanted, AT_NOON)).toEqual({ changes: 0, left: 0 });
  });
});

describe('a table from before VMs could be stopped', () => {
  const vms = someVms(3);
  const [free, other, leased] = vms as [VmStatus['vm'], VmStatus['vm'], VmStatus['vm']];
  const lease = { id: 'l-1', userId: 'alice', vmId: leased.id, acquiredAtSec: NOON_SEC, expiresAtSec: NOON_SEC + 600 };
  const LATER = { ...AT_NOON, nowMs: AT_NOON.nowMs + 60_000 };

  /** The items as that version wrote them, each attribute spelled out. */
  function itemsOf(vm: VmStatus['vm'], version: number, state: 'free' | 'leased'): object[] {
    const key = { pk: `VM#${vm.id}`, sk: 'VM', layout: 2, listed: 'VM', pool: 'default' };
    const status = { vm, state, version, failures: 0, draining: false, retired: false };
    const work = { work: `default#${state}`, dueAtSec: state === 'leased' ? lease.expiresAtSec : 0 };
    const event = '2026-11-21T11:59:00.000Z-00000000';
    const offer = { pk: 'FREE#default', sk: `${version.toString(16).padStart(12, '0')}#${vm.id}`, vm, version };
    const holder = {
      pk: 'USER#alice',
      sk: 'LEASE',
      lease,
      vm,
      expiresAtSec: lease.expiresAtSec,
      ttl: NOON_SEC + 90_000,
    };
    const item = { ...key, ...status, ...work, lastEvent: event };
    return state === 'free' ? [item, offer] : [{ ...item, lease }, holder];
  }

  /** A table in which two VMs are free and one is leased. */
  async function tableOfBefore(): Promise<string> {
    const tableName = await database.freshTable();
    const mark = { ...inventoryItem(hashOf(vms), ['default']) };
    const items = [itemsOf(free, 1, 'free'), itemsOf(other, 2, 'free'), itemsOf(leased, 3, 'leased'), mark].flat();
    for (const item of items) {
      await database.client.send(new PutItemCommand({ TableName: tableName, Item: marshall(item) }));
    }
    return tableName;
  }

  function hashOf(inventory: readonly VmStatus['vm'][]): string {
    const rows = inventory.map(({ id, pool, ip, port, username }) => [id, pool, ip, port, username].join(' ')).sort();
    return createHash('sha256')
      .update(['layout 2', ...rows].join('\n'))
      .digest('hex');
  }

  it('needs no change: leases go on, and every VM is free, stopped and exchanged as in any other', async () => {
    const tableName = await tableOfBefore();
    const store = storeOver(tableName);
    expect(await store.sync(vms, AT_NOON)).toEqual({ changes: 0, left: 0 });
    expect((await store.free('default')).map(({ vm }) => vm)).toEqual([free, other]);
    expect(await store.find('alice', NOON_SEC)).toEqual({ vm: leased, lease });
    await stopVm(store, free.id, AT_NOON);
    const next = await store.exchange({ grant: { vm: leased, lease }, reason: 'it is gone', act: LATER });
    expect(next).toMatchObject({ vm: other, lease: { id: lease.id, expiresAtSec: NOON_SEC + 660 } });
    const wish = { pool: 'default', userId: 'bob', leaseId: 'l-2', expiresAtSec: NOON_SEC + 600, act: LATER };
    const grant = await store.acquire({ ...wish, startLimitSec: START_LIMIT_SEC });
    expect(grant).toMatchObject({ vm: free, lease: { startingTtlSec: 540 } });
    await store.begin({ userId: 'bob', act: LATER });
    expect(await store.release({ userId: 'alice', act: LATER })).toMatchObject({ vm: other, state: 'checking' });
    expect((await PoolTable.read(database.client, tableName)).vms.map(({ layout }) => layout)).toEqual([2, 2, 2]);
  });

  it('forgets no VM that a search misses for a moment', async () => {
    const store = storeOver(await tableOfBefore());
    const options = { isPatient: () => true };
    expect(await store.sync([free, leased], AT_NOON, options)).toEqual({ changes: 1, left: 1 });
    expect(await store.sync(vms, LATER, options)).toEqual({ changes: 1, left: 0 });
    expect(await store.status(other.id)).toMatchObject({ state: 'free' });
  });
});
