import { expect, it } from '@jest/globals';
import type { JournalEntry } from '../../../lambda/pool/journal.ts';
import { createTick } from '../../../lambda/pool/tick.ts';
import { MemoryStore } from '../../../lambda/store/memory.ts';
import { lendingOver, someVms } from '../../support/lending.ts';

it('frees what has ended and tells how the pools stand', async () => {
  const { lending, clock } = await lendingOver(async (vms) => new MemoryStore(vms, 1), someVms(2));
  await lending.acquire({ userId: 'alice', minutes: 1 });
  await lending.acquire({ userId: 'bob', minutes: 2 });
  clock.advance(60);
  const entries: JournalEntry[] = [];

  await createTick(lending, (entry) => entries.push(entry), clock.read)('r-1');

  const by = { pool: 'default' };
  expect(entries).toEqual([
    {
      message: 'pool',
      fields: { pool: 'default', free: 1, leased: 1, checking: 0, quarantined: 0 },
      metrics: [
        { name: 'VmsFree', unit: 'Count', value: 1, by },
        { name: 'VmsLeased', unit: 'Count', value: 1, by },
        { name: 'VmsChecking', unit: 'Count', value: 0, by },
        { name: 'VmsQuarantined', unit: 'Count', value: 0, by },
      ],
    },
    { message: 'tick', fields: { requestId: 'r-1', durationMs: 0, reaped: 1, checked: 1 } },
  ]);
});
