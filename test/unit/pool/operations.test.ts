import { beforeEach, describe, expect, it } from '@jest/globals';
import { wrongHostKey } from '../../../lambda/pool/life.ts';
import { Operations } from '../../../lambda/pool/operations.ts';
import { StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { CHECKS, lendingOver, someVms } from '../../support/pool/lending.ts';

const overMemory = () => lendingOver(async () => new MemoryStore(), someVms(1));

describe('an order', () => {
  const drain = { order: 'drain', vmId: 'vm-01', reason: 'repair', operator: 'ops' } as const;
  let service: Awaited<ReturnType<typeof overMemory>>;
  let waitsMs: number[];
  let operations: Operations;

  beforeEach(async () => {
    service = await overMemory();
    waitsMs = [];
    const { clock, tally, ...ports } = service;
    const pause = async (ms: number) => {
      waitsMs.push(ms);
      clock.advance(ms / 1000);
    };
    operations = new Operations({ ...ports, clock: clock.read, meter: tally.meter, pause });
  });

  /** Lets somebody else change the VM just before each of the next `times` changes. */
  function disturb(times: number): void {
    const { store } = service;
    const change = store.change.bind(store);
    let left = times;
    store.change = async (before, ...rest) => {
      if (left-- <= 0) return change(before, ...rest);
      return { applied: false, status: before };
    };
  }

  it('is carried out on a VM that keeps changing for a while', async () => {
    disturb(10);
    expect(await operations.order(drain, 'r-1')).toMatchObject({ state: 'drained', reason: 'repair' });
    expect(waitsMs).toHaveLength(10);
  });

  it('waits longer before each attempt, but at most 400 ms', async () => {
    disturb(10);
    await operations.order(drain, 'r-1');
    waitsMs.forEach((ms, attempt) => {
      expect(ms).toBeLessThanOrEqual(Math.min(400, 10 * 2 ** attempt));
    });
  });

  it('is refused as vm_busy, not as store_unavailable, when the VM changes for too long', async () => {
    disturb(Infinity);
    const startedSec = service.clock.nowSec;
    await expect(operations.order(drain, 'r-1')).rejects.toMatchObject({ code: 'vm_busy', vmId: 'vm-01' });
    expect(service.clock.nowSec - startedSec).toBeGreaterThan(2);
    expect(service.clock.nowSec - startedSec).toBeLessThanOrEqual(3);
  });

  it("succeeds although the result of its check can't be written", async () => {
    await operations.order(drain, 'r-1');
    const { store } = service;
    const change = store.change.bind(store);
    store.change = async (before, to, event) => {
      if (event?.kind === 'check_passed') throw new StoreUnavailable();
      return change(before, to, event);
    };
    const returned = await operations.order({ ...drain, order: 'return' }, 'r-2');
    expect(returned).toMatchObject({ state: 'checking', draining: false });
  });
});

describe('the return of a VM whose host key has changed', () => {
  const order = { order: 'return', vmId: 'vm-01', reason: 'new disk', operator: 'ops' } as const;
  let service: Awaited<ReturnType<typeof overMemory>>;

  beforeEach(async () => {
    service = await overMemory();
    service.provider.check = async () => wrongHostKey('SHA256:old');
    await service.lending.acquire({ userId: 'alice' }, 'r-1');
    await service.lending.release({ userId: 'alice' }, 'r-1');
  });

  async function quarantine(): Promise<void> {
    for (let failures = 1; failures < CHECKS.maxFailures; failures++) {
      service.clock.advance(60);
      await service.upkeep.tidy('r-2', 10);
    }
    expect(await service.store.status('vm-01')).toMatchObject({ state: 'quarantined' });
    service.provider.check = async () => ({ passed: true });
  }

  it.each([undefined, '', 'SHA256:old'])(
    'is refused with the key %j, and shows the keys to choose from',
    async (hostKey) => {
      await quarantine();
      service.provider.fingerprints = ['SHA256:new', 'SHA256:newer'];
      await expect(service.operations.order({ ...order, hostKey }, 'r-3')).rejects.toMatchObject({
        code: 'host_key_changed',
        hostKeys: ['SHA256:new', 'SHA256:newer'],
      });
      expect(await service.store.status('vm-01')).toMatchObject({ state: 'quarantined' });
    },
  );

  it('names a key that the inventory has, as it is read at that moment', async () => {
    await quarantine();
    service.provider.onRefresh = () => {
      service.provider.fingerprints = ['SHA256:new'];
    };
    const returned = await service.operations.order({ ...order, hostKey: 'SHA256:new' }, 'r-3');
    expect(returned).toMatchObject({ state: 'free' });
  });

  it('is refused as every return is while the VM is not out', async () => {
    await expect(service.operations.order(order, 'r-3')).rejects.toMatchObject({ code: 'wrong_state' });
  });

  it('needs no key when something else was wrong last', async () => {
    await quarantine();
    await service.operations.order({ ...order, order: 'quarantine', reason: 'repair' }, 'r-3');
    expect(await service.operations.order(order, 'r-4')).toMatchObject({ state: 'free' });
  });
});
