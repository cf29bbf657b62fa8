import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { certificatePool, lendingOver, someVms } from '../../support/pool/lending.ts';

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

  it('reads the rules of the pools before it checks a VM that has just come back', async () => {
    const [status] = await service.store.due(service.clock.nowSec, 1);
    let hasRead = false;
    service.provider.onRefresh = () => {
      hasRead = true;
    };
    if (status !== undefined) await service.upkeep.checkAtOnce(status, 'r-2');
    expect(hasRead).toBe(true);
  });

  it('reports how long the most overdue check has waited', async () => {
    service.provider.failing.add('vm-01');
    await service.upkeep.tidy('r-2', 10);
    service.clock.advance(45);
    expect(await service.upkeep.backlog(10)).toEqual({ leasesOverdue: 0, oldestCheckSec: 35 });
  });
});

describe('a sync', () => {
  let service: Awaited<ReturnType<typeof overMemory>>;

  beforeEach(async () => {
    service = await overMemory();
  });

  it('frees a mock VM at once', async () => {
    service.provider.vms = someVms(4);
    expect(await service.upkeep.sync('r-2')).toMatchObject({ changes: 1, left: 0, wanted: 4 });
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 4 });
  });

  it('checks any other VM before its first user', async () => {
    service.provider.pools.set('default', certificatePool());
    service.provider.vms = someVms(4);
    await service.upkeep.sync('r-2');
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 3, checking: 1 });
  });

  it('that would empty a pool changes nothing, and says how to confirm it', async () => {
    service.provider.vms = someVms(1);
    service.provider.facts = { confirmation: 'set CONFIRMED_INVENTORY=abc' };
    const { fault, ...progress } = await service.upkeep.sync('r-2');
    expect(progress).toEqual({ changes: 0, left: 0, wanted: 1 });
    expect(fault?.message).toBe(
      'the inventory would remove 2 of the 3 VMs of the pool default, so nothing was changed; ' +
        'if that is right, set CONFIRMED_INVENTORY=abc',
    );
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 3 });
  });

  it('that would empty a pool also says what is wrong with the inventory', async () => {
    service.provider.vms = [];
    service.provider.facts = { fault: new Error('instance i-1: its tag vm-pool:port must be a port') };
    const { fault } = await service.upkeep.sync('r-2');
    expect(fault?.message).toBe(
      'instance i-1: its tag vm-pool:port must be a port; ' +
        'the inventory would remove 3 of the 3 VMs of the pool default, so nothing was changed; if that is right, confirm it',
    );
  });

  it('that an operator has confirmed may empty a pool', async () => {
    service.provider.vms = someVms(1);
    service.provider.facts = { isConfirmed: true };
    expect(await service.upkeep.sync('r-2')).toMatchObject({ changes: 2, fault: undefined });
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 1 });
  });

  it('leaves a VM that a search misses in its place for a moment, and not one of a list', async () => {
    service.provider.pools.set('default', certificatePool({ areFound: true }));
    service.provider.vms = someVms(2);
    await service.upkeep.sync('r-2');
    expect(await service.store.status('vm-03')).toMatchObject({ state: 'free', missingSinceSec: service.clock.nowSec });
    service.clock.advance(60);
    await service.upkeep.sync('r-3');
    expect(await service.store.status('vm-03')).toBeUndefined();
    service.provider.pools.clear();
    service.provider.vms = someVms(1);
    service.provider.facts = { isConfirmed: true };
    await service.upkeep.sync('r-4');
    expect(await service.store.status('vm-02')).toBeUndefined();
  });

  it('counts VMs that surely no longer exist as no mistake', async () => {
    service.provider.vms = someVms(1);
    service.provider.facts = { gone: new Set(['vm-02', 'vm-03']) };
    expect(await service.upkeep.sync('r-2')).toMatchObject({ changes: 2, fault: undefined });
  });

  it('does not reset an instance that is new, but one that comes back', async () => {
    const rules = { areFound: true, reset: 'replace-root-volume', access: 'session-manager' } as const;
    service.provider.pools.set('default', certificatePool(rules));
    service.provider.vms = someVms(4);
    await service.upkeep.sync('r-2');
    expect((await service.store.status('vm-04'))?.use).toBeUndefined();
    service.provider.facts = { isConfirmed: true, gone: new Set(['vm-04']) };
    service.provider.vms = someVms(3);
    for (const seconds of [0, 60]) {
      service.clock.advance(seconds);
      await service.upkeep.sync('r-3');
    }
    service.provider.vms = someVms(4);
    await service.upkeep.sync('r-4');
    const { nowSec } = service.clock;
    expect(await service.store.status('vm-04')).toMatchObject({ use: { id: `${nowSec}.vm-04`, endedAtSec: nowSec } });
  });

  it('with the last good inventory passes on why the newest one is bad', async () => {
    const fault = new Error('vms[3].port: 0 is too small');
    service.provider.facts = { fault };
    expect(await service.upkeep.sync('r-2')).toMatchObject({ changes: 0, fault });
  });
});
