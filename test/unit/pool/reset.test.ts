import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { certificatePool, CHECKS, lendingOver, NOON_SEC, someVms } from '../../support/pool/lending.ts';

const LIMIT_SEC = 20;
/** A reset that begins at noon is over by then. */
const CLAIM_END_SEC = NOON_SEC + LIMIT_SEC + 10;
const CLOSED_SEC = NOON_SEC + 10 + 300 + 60;

let service: Awaited<ReturnType<typeof lendingOver>>;
let answer: (verdict: Verdict) => void = () => undefined;

afterEach(() => {
  answer({ passed: true });
});

beforeEach(async () => {
  service = await lendingOver(async () => new MemoryStore(), someVms(1));
  await service.lending.acquire({ userId: 'alice' }, 'r-1');
});

function useRules(reset: 'none' | 'command'): void {
  service.provider.pools.set('default', certificatePool({ reset, checkLimitSec: LIMIT_SEC }));
}

async function vm(): Promise<VmStatus> {
  const status = await service.store.status('vm-01');
  if (status === undefined) throw new Error('the VM is gone');
  return status;
}

/** Kinds and reasons of the VM's events, newest first. */
async function happened(count: number) {
  const { items } = await service.store.events({ vmId: 'vm-01', limit: count });
  return items.map(({ kind, reason }) => (reason === undefined ? kind : `${kind}: ${reason}`));
}

/** A check that gives its verdict when the test says so, at the latest when the test is over. */
function slowCheck() {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const verdict = new Promise<Verdict>((resolve) => {
    answer = resolve;
  });
  service.provider.check = async ({ vm: { id } }) => {
    service.provider.checked.push(id);
    begin();
    return verdict;
  };
  return begun;
}

describe('a reset by command', () => {
  const order = { vmId: 'vm-01', reason: 'repair', operator: 'ops' } as const;

  beforeEach(() => {
    useRules('command');
  });

  it('comes at once after the release, and is on record before it begins', async () => {
    expect(await service.lending.release({ userId: 'alice' }, 'r-2')).toMatchObject({ state: 'free' });
    expect(await happened(3)).toEqual(['check_passed', 'reset_started', 'released']);
  });

  it('begins without the reason of an earlier failure in its event', async () => {
    service.provider.failing.add('vm-01');
    await service.lending.release({ userId: 'alice' }, 'r-2');
    service.clock.advance(CHECKS.backoffSec);
    service.provider.failing.clear();
    await service.upkeep.tidy('r-3', 10);
    expect(await happened(3)).toEqual(['check_passed', 'reset_started', 'check_failed: disk full']);
  });

  it('is done by one of several processes that find it due at the same moment', async () => {
    await service.store.release({ userId: 'alice', act: { who: 'alice', nowMs: NOON_SEC * 1000, requestId: 'r-2' } });
    await Promise.all([1, 2, 3].map((tick) => service.upkeep.tidy(`r-${tick}`, 10)));
    expect(service.provider.checked).toEqual(['vm-01']);
    expect(await happened(3)).toEqual(['check_passed', 'reset_started', 'released']);
  });

  it('is not due again while it runs, nor counted as overdue', async () => {
    const begun = slowCheck();
    const release = service.lending.release({ userId: 'alice' }, 'r-2');
    await begun;
    service.clock.advance(LIMIT_SEC);
    await service.upkeep.tidy('r-3', 10);
    expect(await service.upkeep.backlog(10)).toEqual({ leasesOverdue: 0, oldestCheckSec: 0 });
    expect(service.provider.checked).toEqual(['vm-01']);
    answer({ passed: true });
    expect(await release).toMatchObject({ state: 'free' });
  });

  it('is begun again when its process has died', async () => {
    const begun = slowCheck();
    void service.lending.release({ userId: 'alice' }, 'r-2');
    await begun;
    await service.upkeep.tidy('r-3', 10);
    service.clock.advance(CLAIM_END_SEC - NOON_SEC - 1);
    await service.upkeep.tidy('r-4', 10);
    expect(service.provider.checked).toEqual(['vm-01']);
    service.clock.advance(1);
    service.provider.check = async () => ({ passed: true });
    await service.upkeep.tidy('r-5', 10);
    expect(await vm()).toMatchObject({ state: 'free' });
  });

  it('does not begin when an operator returns a VM whose last reset still runs', async () => {
    const begun = slowCheck();
    const release = service.lending.release({ userId: 'alice' }, 'r-2');
    await begun;
    await service.operations.order({ ...order, order: 'quarantine' }, 'r-3');
    expect(await service.operations.order({ ...order, order: 'return' }, 'r-4')).toMatchObject({
      state: 'checking',
      dueAtSec: CLAIM_END_SEC,
    });
    answer({ passed: true });
    // The verdict is about a reset from before the order.
    expect(await release).toMatchObject({ state: 'checking' });
    expect(service.provider.checked).toEqual(['vm-01']);
  });

  it('does not begin while one may run from before the VM left the inventory', async () => {
    const begun = slowCheck();
    void service.lending.release({ userId: 'alice' }, 'r-2');
    await begun;
    service.provider.facts = { isConfirmed: true };
    service.provider.vms = [];
    await service.upkeep.sync('r-3');
    service.provider.vms = someVms(1);
    await service.upkeep.sync('r-4');
    await service.upkeep.tidy('r-5', 10);
    expect(service.provider.checked).toEqual(['vm-01']);
    expect(await vm()).toMatchObject({ state: 'checking', dueAtSec: CLAIM_END_SEC, closedAtSec: NOON_SEC + 360 });
  });
});

describe('a VM that only time closes', () => {
  beforeEach(() => {
    useRules('none');
  });

  it('is checked when no certificate of its last lease opens it any longer', async () => {
    const released = await service.lending.release({ userId: 'alice' }, 'r-2');
    expect(released).toMatchObject({ state: 'checking', dueAtSec: CLOSED_SEC });
    service.clock.advance(CLOSED_SEC - NOON_SEC - 1);
    await service.upkeep.tidy('r-3', 10);
    expect(service.provider.checked).toEqual([]);
    service.clock.advance(1);
    await service.upkeep.tidy('r-4', 10);
    expect(await vm()).toMatchObject({ state: 'free' });
    expect(await happened(3)).toEqual([
      'check_passed',
      'waiting: waits until no login certificate of an earlier lease opens it',
      'released',
    ]);
  });

  it('stays closed to the next user when an operator takes it out and returns it', async () => {
    const order = { vmId: 'vm-01', reason: 'repair', operator: 'ops' } as const;
    await service.lending.release({ userId: 'alice' }, 'r-2');
    await service.operations.order({ ...order, order: 'quarantine' }, 'r-3');
    const returned = await service.operations.order({ ...order, order: 'return' }, 'r-4');
    expect(returned).toMatchObject({ state: 'checking', dueAtSec: CLOSED_SEC });
  });
});

describe('a check that waits', () => {
  const waits: Verdict = { waitingFor: 'the disk is being replaced', againInSec: 30, withinSec: 100 };

  beforeEach(async () => {
    useRules('command');
    service.provider.check = async () => waits;
    await service.lending.release({ userId: 'alice' }, 'r-2');
  });

  it('is on record with what it waits for, and is no failure', async () => {
    expect(await vm()).toMatchObject({ state: 'checking', failures: 0, dueAtSec: NOON_SEC + 30 });
    expect((await happened(2)).at(0)).toBe('waiting: the disk is being replaced');
  });

  it('is claimed for each look, and on record when it begins and when it waits for something else', async () => {
    await service.upkeep.tidy('r-3', 10);
    for (const waitingFor of ['the disk is being replaced', 'the instance boots', 'the instance boots']) {
      service.clock.advance(30);
      service.provider.check = async (status) => {
        // Nobody else begins with it meanwhile.
        expect(status.resetUntilSec).toBe(service.clock.nowSec + LIMIT_SEC + 10);
        return { ...waits, waitingFor, withinSec: 1_000 };
      };
      await service.upkeep.tidy('r-4', 10);
    }
    expect(await happened(4)).toEqual([
      'waiting: the instance boots',
      'waiting: the disk is being replaced',
      'reset_started',
      'released',
    ]);
  });

  it('ends in quarantine when it has waited as long as it said', async () => {
    for (const seconds of [30, 30, 30]) {
      service.clock.advance(seconds);
      await service.upkeep.tidy('r-3', 10);
      expect(await vm()).toMatchObject({ state: 'checking', failures: 0 });
    }
    service.clock.advance(10);
    await service.upkeep.tidy('r-4', 10);
    expect(await vm()).toMatchObject({ state: 'quarantined', failures: 0 });
    expect((await happened(1)).at(0)).toBe('quarantined: gave up waiting: the disk is being replaced');
  });
});
