import { describe, expect, it } from '@jest/globals';
import type { Lease } from '../../../lambda/pool/lease.ts';
import { begun, exchanged, moved, started, stillStarting } from '../../../lambda/pool/start.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { someVms } from '../../support/pool/lending.ts';

const [vm, other] = someVms(2) as [Vm, Vm];
const running: Lease = { id: 'l-1', userId: 'alice', vmId: vm.id, acquiredAtSec: 500, expiresAtSec: 800 };
const starting: Lease = { ...running, expiresAtSec: 1_400, startingTtlSec: 300 };

function status(some: Partial<VmStatus> = {}): VmStatus {
  const leased = { state: 'leased', lease: starting, dueAtSec: 500 } as const;
  return { vm, version: 1, failures: 0, draining: false, retired: false, ...leased, ...some };
}

describe('begun', () => {
  it('begins the time of a lease when its VM is ready', () => {
    expect(begun(starting, 560)).toEqual({ ...running, acquiredAtSec: 560, expiresAtSec: 860 });
  });

  it('leaves a lease alone whose time has begun', () => {
    expect(begun(running, 560)).toBe(running);
  });
});

describe('started', () => {
  it('makes a VM due at the end of its lease, and forgets what it waited for', () => {
    expect(started(status({ reason: 'it boots' }), running)).toMatchObject({ state: 'leased', dueAtSec: 800 });
    expect(started(status({ reason: 'it boots' }), running).reason).toBeUndefined();
  });

  it("keeps an operator's reason", () => {
    const wanted = status({ draining: true, reason: 'repair' });
    expect(started(wanted, running)).toMatchObject({ draining: true, reason: 'repair' });
  });
});

describe('stillStarting', () => {
  it('looks at a start again soon, and says what it waits for', () => {
    expect(stillStarting(status(), 500, 'it boots')).toMatchObject({ dueAtSec: 530, reason: 'it boots' });
  });

  it('looks at the latest when the lease ends', () => {
    expect(stillStarting(status(), 1_390, 'it boots')).toMatchObject({ dueAtSec: 1_400 });
  });

  it("keeps an operator's reason", () => {
    const wanted = status({ draining: true, reason: 'repair' });
    expect(stillStarting(wanted, 500, 'it boots')).toMatchObject({ draining: true, reason: 'repair' });
  });
});

describe('moved', () => {
  it.each([
    { rule: 'a VM that runs', lease: starting, limit: undefined, expect: { acquiredAtSec: 560, expiresAtSec: 860 } },
    {
      rule: 'a VM that has to be started',
      lease: starting,
      limit: 600,
      expect: { acquiredAtSec: 560, expiresAtSec: 1_460, startingTtlSec: 300 },
    },
    {
      rule: 'another VM after its time has begun',
      lease: running,
      limit: undefined,
      expect: { acquiredAtSec: 560, expiresAtSec: 860 },
    },
  ])('gives a lease its whole length on $rule', ({ lease, limit, expect: term }) => {
    expect(moved(lease, other, 560, limit)).toEqual({ id: 'l-1', userId: 'alice', vmId: other.id, ...term });
  });
});

describe('exchanged', () => {
  it('quarantines a VM that never became ready, with the reason', () => {
    expect(exchanged(status(), 'it does not start', 560)).toEqual({
      state: 'quarantined',
      failures: 0,
      draining: false,
      reason: 'it does not start',
    });
  });

  it('quarantines a VM that is gone, and knows its use', () => {
    expect(exchanged(status({ lease: { ...running, expiresAtSec: 4_000 } }), 'it is gone', 560)).toEqual({
      state: 'quarantined',
      failures: 0,
      draining: false,
      closedAtSec: 560 + 10 + 300 + 60,
      use: { id: 'l-1', endedAtSec: 560 },
      reason: 'it is gone',
    });
  });

  it('drops a VM that has left the inventory', () => {
    expect(exchanged(status({ retired: true }), 'it is gone', 560)).toMatchObject({ state: 'removed' });
  });
});
