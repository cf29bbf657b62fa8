import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { lendingOver, someVms } from '../../support/pool/lending.ts';

const overMemory = () => lendingOver(async () => new MemoryStore(), someVms(3));

describe('Upkeep', () => {
  let service: Awaited<ReturnType<typeof overMemory>>;

  beforeEach(async () => {
    service = await overMemory();
    for (const userId of ['alice', 'bob', 'carol']) await service.lending.acquire({ userId, minutes: 1 }, 'r-1');
    service.clock.advance(60);
  });

  it('reaps ended leases, checks their VMs at once, and returns the counts', async () => {
    service.provider.failing.add('vm-01');
    expect(await service.upkeep.tidy('r-2', 10)).toEqual({ reaped: 3, checked: 3, faults: [] });
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 2, checking: 1 });
    expect(await service.upkeep.tidy('r-3', 10)).toEqual({ reaped: 0, checked: 0, faults: [] });
  });

  it('stops at the limit', async () => {
    expect(await service.upkeep.tidy('r-2', 2)).toMatchObject({ reaped: 2 });
    expect(await service.upkeep.backlog(10)).toEqual({ leasesOverdue: 1, oldestCheckSec: 0 });
  });

  it('continues with the other VMs when one fails', async () => {
    const change = service.store.change.bind(service.store);
    service.store.change = (before, ...rest) => {
      return before.vm.id === 'vm-02' ? Promise.reject(new Error('no')) : change(before, ...rest);
    };
    const { reaped, faults } = await service.upkeep.tidy('r-2', 10);
    expect(reaped).toBe(2);
    expect(faults).toEqual([{ vmId: 'vm-02', error: new Error('no') }]);
  });

  it('reports how long the most overdue check has waited', async () => {
    service.provider.failing.add('vm-01');
    await service.upkeep.tidy('r-2', 10);
    service.clock.advance(45);
    expect(await service.upkeep.backlog(10)).toEqual({ leasesOverdue: 0, oldestCheckSec: 35 });
  });
});
