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

  it('keeps a drain that an operator has ordered', () => {
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

  it('drains a VM that passed after an operator ordered a drain', () => {
    expect(checked(status({ draining: true }), { passed: true }, 500_000, policy)).toMatchObject({ state: 'drained' });
  });

  it('keeps the reason of a drain, whatever the check finds', () => {
    const wanted = status({ draining: true, reason: 'repair' });
    expect(checked(wanted, { passed: true }, 500_000, policy)).toMatchObject({ state: 'drained', reason: 'repair' });
    expect(checked(wanted, failed, 500_000, policy)).toMatchObject({ state: 'checking', reason: 'repair' });
  });

  it('shows why the last check failed when it quarantines a VM with a drain ordered', () => {
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

  it('quarantines a VM at the last failure that the policy allows', () => {
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

  it.each<{ order: Order; before: Partial<VmStatus>; state: VmState; draining: boolean }>([
    { order: 'drain', before: { state: 'free' }, state: 'drained', draining: true },
    { order: 'drain', before: { state: 'leased' }, state: 'leased', draining: true },
    { order: 'drain', before: { state: 'checking' }, state: 'checking', draining: true },
    { order: 'drain', before: { state: 'drained', draining: true }, state: 'drained', draining: true },
    { order: 'return', before: { state: 'drained', draining: true }, state: 'checking', draining: false },
    { order: 'return', before: { state: 'quarantined' }, state: 'checking', draining: false },
    { order: 'return', before: { state: 'leased', draining: true }, state: 'leased', draining: false },
    { order: 'quarantine', before: { state: 'free' }, state: 'quarantined', draining: false },
    { order: 'quarantine', before: { state: 'checking' }, state: 'quarantined', draining: false },
    { order: 'quarantine', before: { state: 'drained', draining: true }, state: 'quarantined', draining: false },
    { order: 'release', before: { state: 'leased' }, state: 'checking', draining: false },
  ])('$order changes $before to $state (draining: $draining)', ({ order, before, state, draining }) => {
    expect(after(order, before)).toEqual({ state, draining });
  });

  it.each<{ order: Order; state: VmState; code: string }>([
    { order: 'drain', state: 'quarantined', code: 'wrong_state' },
    { order: 'return', state: 'free', code: 'wrong_state' },
    { order: 'return', state: 'leased', code: 'wrong_state' },
    { order: 'quarantine', state: 'leased', code: 'vm_in_use' },
    { order: 'release', state: 'free', code: 'wrong_state' },
    { order: 'release', state: 'checking', code: 'wrong_state' },
  ])('$order is refused with $code for a VM that is $state', ({ order, state, code }) => {
    expect(() => after(order, { state })).toThrow(expect.objectContaining({ code }));
  });

  it('drops the reason of a drain that is withdrawn while the VM is leased', () => {
    const wanted = status({ state: 'leased', draining: true, reason: 'repair', dueAtSec: 900 });
    expect(ordered(wanted, 'return', 'mended', 500)).toEqual({
      state: 'leased',
      failures: 0,
      draining: false,
      dueAtSec: 900,
    });
  });

  it('checks a returned VM at once, and forgets its failures', () => {
    const change = ordered(status({ state: 'quarantined', failures: 3, reason: 'disk full' }), 'return', 'mended', 500);
    expect(change).toEqual({ state: 'checking', failures: 0, draining: false, dueAtSec: 500 });
  });
});
