import { expect, it } from '@jest/globals';
import { MemoryStore } from '../../../../lambda/store/memory/store.ts';
import { lendingOver, someVms } from '../../../support/pool/lending.ts';

it.each(['drain', 'quarantine'] as const)(
  'lends every VM in turn after one went through %s and return',
  async (order) => {
    const { lending, operations } = await lendingOver(async () => new MemoryStore(), someVms(5));
    for (let n = 0; n < 20; n++) {
      await operations.order({ order, vmId: 'vm-01', reason: 'test', operator: 'ops' }, 'r-1');
      await operations.order({ order: 'return', vmId: 'vm-01', reason: 'test', operator: 'ops' }, 'r-1');
    }
    const lent: string[] = [];
    for (let n = 0; n < 15; n++) {
      lent.push((await lending.acquire({ userId: 'alice' }, 'r-2')).vm.id);
      await lending.release({ userId: 'alice' }, 'r-2');
    }
    for (let n = 0; n < 15; n += 5) expect(new Set(lent.slice(n, n + 5)).size).toBe(5);
  },
);
