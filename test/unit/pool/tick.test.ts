import { expect, it } from '@jest/globals';
import type { JournalEntry } from '../../../lambda/pool/journal.ts';
import { createTick } from '../../../lambda/pool/tick.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { figureOf } from '../../../lambda/telemetry/figures.ts';
import { lendingOver, someVms } from '../../support/pool/lending.ts';

const overMemory = () => lendingOver(async () => new MemoryStore(), someVms(2));

async function ticked(
  { upkeep, clock, tally }: Awaited<ReturnType<typeof overMemory>>,
  watchesInventory = true,
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  const journal = (entry: JournalEntry) => entries.push(entry);
  await createTick({ upkeep, clock: clock.read, journal, meter: tally.meter, watchesInventory })('r-1', 1_000);
  return entries;
}

it('reaps ended leases, and logs and counts the VMs of each pool', async () => {
  const service = await overMemory();
  await service.lending.acquire({ userId: 'alice', minutes: 1 }, 'r-0');
  await service.lending.acquire({ userId: 'bob', minutes: 2 }, 'r-0');
  service.clock.advance(60);
  const run = { requestId: 'r-1', durationMs: 0, reaped: 1, checked: 1, failed: 0 };
  expect(await ticked(service)).toEqual([
    { message: 'pool', fields: { pool: 'default', free: 1, leased: 1, checking: 0, quarantined: 0, drained: 0 } },
    { message: 'tick', fields: { ...run, leasesOverdue: 0, oldestCheckSec: 0 } },
  ]);
  expect(gauges(service)).toEqual({
    'vms free': 1,
    'vms leased': 1,
    'vms checking': 0,
    'vms quarantined': 0,
    'vms drained': 0,
    leasesOverdue: 0,
    oldestCheckSeconds: 0,
    inventoryFaults: 0,
  });
});

it('says of each tick whether the inventory can be used, where there is one', async () => {
  const service = await overMemory();
  service.provider.facts = { fault: new Error('no JSON') };
  await ticked(service, false);
  expect(gauges(service)).not.toHaveProperty('inventoryFaults');
  await ticked(service);
  expect(gauges(service)).toMatchObject({ inventoryFaults: 1 });
});

function gauges({ tally }: Awaited<ReturnType<typeof overMemory>>): Record<string, number> {
  const found = tally.series().filter(({ name }) => figureOf(name).kind === 'gauge');
  return Object.fromEntries(
    found.map(({ name, labels, value }) => [[name, labels.state ?? []].flat().join(' '), value]),
  );
}

it('adds VMs that are new in the provider', async () => {
  const service = await overMemory();
  service.provider.inventory = async () => ({ vms: someVms(5) });
  await ticked(service);
  expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 5 });
});

it("reaps although the inventory can't be read, and fails afterwards", async () => {
  const service = await overMemory();
  await service.lending.acquire({ userId: 'alice', minutes: 1 }, 'r-0');
  service.clock.advance(60);
  service.provider.inventory = () => {
    throw new Error('no inventory');
  };
  await expect(ticked(service)).rejects.toThrow('no inventory');
  expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 2 });
});

it('finishes the other VMs although hundreds fail', async () => {
  const service = await lendingOver(async () => new MemoryStore(), someVms(1_000));
  for (let n = 0; n < 1_000; n++) await service.lending.acquire({ userId: `user-${String(n)}`, minutes: 1 }, 'r-0');
  service.clock.advance(60);
  const change = service.store.change.bind(service.store);
  // These are due first, and they are more than one batch.
  const failing = new Set((await service.store.due(service.clock.nowSec, 400)).map(({ vm }) => vm.id));
  service.store.change = (before, ...rest) => {
    return failing.has(before.vm.id) ? Promise.reject(new Error('no')) : change(before, ...rest);
  };
  const entries = await ticked(service);
  expect(entries.filter(({ level }) => level === 'ERROR')).toHaveLength(400);
  expect(entries.at(-1)).toMatchObject({ message: 'tick', fields: { reaped: 600, checked: 600, failed: 400 } });
});

it('logs a VM whose upkeep fails, and finishes', async () => {
  const service = await overMemory();
  await service.lending.acquire({ userId: 'alice', minutes: 1 }, 'r-0');
  service.clock.advance(60);
  service.store.change = () => Promise.reject(new Error('no'));
  const entries = await ticked(service);
  expect(entries[0]).toMatchObject({ level: 'ERROR', fields: { vmId: 'vm-01' }, error: new Error('no') });
  expect(entries.at(-1)).toMatchObject({ message: 'tick', fields: { failed: 1, leasesOverdue: 1 } });
});

it('reaps first, and gives the sync all the time that is left', async () => {
  const service = await overMemory();
  await service.lending.acquire({ userId: 'alice', minutes: 1 }, 'r-0');
  service.clock.advance(60);
  const reaped: unknown[] = [];
  service.store.sync = async (_inventory, _act, { budgetMs } = {}) => {
    reaped.push(budgetMs, (await service.store.status('vm-01'))?.state);
    return { changes: 0, left: 0 };
  };
  await ticked(service);
  expect(reaped).toEqual([1_000, 'free']);
});

it('leaves the sync a quarter of the budget when reaping could use all of it', async () => {
  const service = await lendingOver(async () => new MemoryStore(), someVms(1_000));
  for (let n = 0; n < 1_000; n++) await service.lending.acquire({ userId: `user-${String(n)}`, minutes: 1 }, 'r-0');
  service.clock.advance(60);
  const change = service.store.change.bind(service.store);
  let changes = 0;
  service.store.change = async (...args) => {
    if (++changes % 500 === 0) service.clock.advance(1);
    return change(...args);
  };
  const budgets: unknown[] = [];
  service.store.sync = async (_inventory, _act, { budgetMs } = {}) => {
    budgets.push(budgetMs);
    return { changes: 0, left: 0 };
  };
  const { upkeep, clock, tally } = service;
  const parts = { upkeep, clock: clock.read, journal: () => undefined, meter: tally.meter };
  const tick = createTick({ ...parts, watchesInventory: false });
  await tick('r-1', 4_000);
  expect(budgets).toEqual([1_000]);
});

it('logs how far the sync of a large inventory has come', async () => {
  const service = await overMemory();
  service.provider.inventory = async () => ({ vms: someVms(10) });
  service.store.sync = async () => ({ changes: 5, left: 3 });
  expect((await ticked(service))[0]).toEqual({
    message: 'the inventory is being synced',
    fields: { requestId: 'r-1', vmsWanted: 10, vmsDone: 7, changes: 5, left: 3 },
  });
});
