import { describe, expect, it } from '@jest/globals';
import type { Order } from '../../../lambda/pool/life.ts';
import { checked, ordered, vacated } from '../../../lambda/pool/life.ts';
import type { Vm, VmState, VmStatus } from '../../../lambda/pool/vm.ts';
import { someVms } from '../../support/pool/lending.ts';

const [vm] = someVms(1) as [Vm];

function status(some: Partial<VmStatus>): VmStatus {
  return {
    vm,
    state: 'checking',
    version: 1,
    failures: 0,
    draining: false,
    retired: false,
    ...some,
  };
}

describe('vacated', () => {
  it('sends a VM to its check at once', () => {
    expect(vacated(status({ state: 'leased' }), 500)).toEqual({
      state: 'checking',
      failures: 0,
      draining: false,
      dueAtSec: 500,
    });
  });

  it('remembers that an operator wants the VM', () => {
    expect(vacated(status({ state: 'leased', draining: true }), 500)).toMatchObject({
      state: 'checking',
      draining: true,
    });
  });

  it('keeps the reason of a drain', () => {
    const wanted = status({ state: 'leased', draining: true, reason: 'repair' });
    expect(vacated(wanted, 500)).toMatchObject({ state: 'checking', draining: true, reason: 'repair' });
  });

  it('drops a VM that has left the inventory', () => {
    expect(vacated(status({ state: 'leased', retired: true }), 500)).toMatchObject({ state: 'removed' });
  });
});

describe('checked', () => {
  const policy = { maxFailures: 4, backoffSec: 10 };
  const failed = { passed: false, reason: 'disk full' } as const;

  it('frees a VM that passed, and forgets its failures', () => {
    expect(checked(status({ failures: 3 }), { passed: true }, 500_000, policy)).toEqual({
      state: 'free',
      failures: 0,
      draining: false,
    });
  });

  it('drains a VM that passed and that an operator wants', () => {
    expect(checked(status({ draining: true }), { passed: true }, 500_000, policy)).toMatchObject({ state: 'drained' });
  });

  it('keeps the reason of a drain, whatever the check found on the way', () => {
    const wanted = status({ draining: true, reason: 'repair' });
    expect(checked(wanted, { passed: true }, 500_000, policy)).toMatchObject({ state: 'drained', reason: 'repair' });
    expect(checked(wanted, failed, 500_000, policy)).toMatchObject({ state: 'checking', reason: 'repair' });
  });

  it('shows why the last check failed when it quarantines a VM that an operator wants', () => {
    const wanted = status({ draining: true, reason: 'repair', failures: 3 });
    expect(checked(wanted, failed, 500_000, policy)).toMatchObject({ state: 'quarantined', reason: 'disk full' });
  });

  it('never checks again before the wait is over, though due times are whole seconds', () => {
    expect(checked(status({}), failed, 500_001, policy)).toMatchObject({ dueAtSec: 511 });
    expect(checked(status({}), failed, 500_999, policy)).toMatchObject({ dueAtSec: 511 });
  });

  it.each([
    { failures: 0, dueAtSec: 510 },
    { failures: 1, dueAtSec: 520 },
    { failures: 2, dueAtSec: 540 },
  ])('checks a VM that failed after $failures failures again at $dueAtSec', ({ failures, dueAtSec }) => {
    const change = { state: 'checking', failures: failures + 1, draining: false, dueAtSec, reason: 'disk full' };
    expect(checked(status({ failures }), failed, 500_000, policy)).toEqual(change);
  });

  it('waits a quarter of an hour at most', () => {
    const patient = { maxFailures: 100, backoffSec: 3600 };
    expect(checked(status({ failures: 50 }), failed, 500_000, patient)).toMatchObject({ dueAtSec: 500 + 15 * 60 });
  });

  it('quarantines a VM that failed as often as it may', () => {
    const change = { state: 'quarantined', failures: 4, draining: false, reason: 'disk full' };
    expect(checked(status({ failures: 3 }), failed, 500_000, policy)).toEqual(change);
    expect(checked(status({}), failed, 500_000, { ...policy, maxFailures: 1 })).toMatchObject({ state: 'quarantined' });
  });
});

describe('ordered', () => {
  const after = (order: Order, some: Partial<VmStatus>) => {
    const { state, draining } = ordered(status(some), order, 'why', 500);
    return { state, draining };
  };

  it.each<[Order, Partial<VmStatus>, string, boolean]>([
    ['drain', { state: 'free' }, 'drained', true],
    ['drain', { state: 'leased' }, 'leased', true],
    ['drain', { state: 'checking' }, 'checking', true],
    ['drain', { state: 'drained', draining: true }, 'drained', true],
    ['return', { state: 'drained', draining: true }, 'checking', false],
    ['return', { state: 'quarantined' }, 'checking', false],
    ['return', { state: 'leased', draining: true }, 'leased', false],
    ['quarantine', { state: 'free' }, 'quarantined', false],
    ['quarantine', { state: 'checking' }, 'quarantined', false],
    ['quarantine', { state: 'drained', draining: true }, 'quarantined', false],
    ['release', { state: 'leased' }, 'checking', false],
  ])('%s takes %j to %s (draining: %s)', (order, some, state, draining) => {
    expect(after(order, some)).toEqual({ state, draining });
  });

  it.each<[Order, VmState, string]>([
    ['drain', 'quarantined', 'wrong_state'],
    ['return', 'free', 'wrong_state'],
    ['return', 'leased', 'wrong_state'],
    ['quarantine', 'leased', 'vm_in_use'],
    ['release', 'free', 'wrong_state'],
    ['release', 'checking', 'wrong_state'],
  ])('%s is refused for a VM that is %s', (order, state, code) => {
    expect(() => after(order, { state })).toThrow(expect.objectContaining({ code }));
  });

  it('drops the reason of a drain that is taken back while somebody has the VM', () => {
    const wanted = status({ state: 'leased', draining: true, reason: 'repair', dueAtSec: 900 });
    expect(ordered(wanted, 'return', 'mended', 500)).toEqual({
      state: 'leased',
      failures: 0,
      draining: false,
      dueAtSec: 900,
    });
  });

  it('checks a VM that comes back at once, as if it had never failed', () => {
    const change = ordered(status({ state: 'quarantined', failures: 3, reason: 'disk full' }), 'return', 'mended', 500);
    expect(change).toEqual({ state: 'checking', failures: 0, draining: false, dueAtSec: 500 });
  });
});
