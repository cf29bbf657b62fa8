import { describe, expect, it } from '@jest/globals';
import { arrived, isHostKeyReason, vacated, wrongHostKey } from '../../../lambda/pool/life.ts';
import type { Order } from '../../../lambda/pool/orders.ts';
import { ordered } from '../../../lambda/pool/orders.ts';
import type { PoolPolicy } from '../../../lambda/pool/pool.ts';
import type { Vm, VmState, VmStatus } from '../../../lambda/pool/vm.ts';
import { certificatePool, CHECKS, someVms } from '../../support/pool/lending.ts';

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

function policy(more: Partial<PoolPolicy>): PoolPolicy {
  return { ...certificatePool(), checkLimitSec: 20, retry: CHECKS, ...more };
}

/** What an operator's order must not lose. */
const TIMES = { closedAtSec: 900, waitUntilSec: 700, resetUntilSec: 530 };

describe('arrived', () => {
  it('frees a mock VM at once', () => {
    expect(arrived(vm, policy({ access: 'mock' }), 500, true)).toEqual({ state: 'free', failures: 0, draining: false });
  });

  it.each(['certificate', 'stored-key'] as const)('checks a VM with %s access before its first user', (access) => {
    const change = { state: 'checking', failures: 0, draining: false, dueAtSec: 500 };
    expect(arrived(vm, policy({ access }), 500, false)).toEqual(change);
  });

  it('treats a VM that may have been lent as open for as long as any certificate is valid', () => {
    expect(arrived(vm, policy({}), 500, true)).toMatchObject({ state: 'checking', closedAtSec: 500 + 300 + 60 });
  });

  it('resets a VM that may have been lent, as after a use of its own', () => {
    expect(arrived(vm, policy({}), 500, true)).toMatchObject({ use: { id: '500.vm-01', endedAtSec: 500 } });
    const long = { ...vm, id: 'x'.repeat(128) };
    expect(arrived(long, policy({}), 500, true).use?.id).toHaveLength(64);
  });

  it('leaves a VM alone until a reset from before it left must be over', () => {
    expect(arrived(vm, policy({ checkLimitSec: 20 }), 500, true)).toMatchObject({ dueAtSec: 530, resetUntilSec: 530 });
  });
});

describe('vacated', () => {
  const lease = { id: 'l-1', userId: 'alice', vmId: vm.id, acquiredAtSec: 0 };

  it.each([
    { rule: 'the longest that a certificate is valid', expiresAtSec: 10_000, closedAtSec: 500 + 10 + 300 + 60 },
    { rule: 'the end of the lease, if that is sooner', expiresAtSec: 700, closedAtSec: 700 + 60 },
    { rule: 'the end of a lease that has ended long ago', expiresAtSec: 400, closedAtSec: 400 + 60 },
  ])('knows that no certificate outlives $rule', ({ expiresAtSec, closedAtSec }) => {
    const leased = status({ state: 'leased', lease: { ...lease, expiresAtSec } });
    expect(vacated(leased, 500)).toMatchObject({ closedAtSec });
  });

  it('has nothing to undo on a VM that never became ready', () => {
    const starting = status({ state: 'leased', lease: { ...lease, expiresAtSec: 10_000, startingTtlSec: 3600 } });
    const after = { closedAtSec: undefined, use: undefined, ...vacated(starting, 500) };
    expect(after).toMatchObject({ state: 'checking', dueAtSec: 500, closedAtSec: undefined, use: undefined });
  });

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

describe('wrongHostKey', () => {
  it('is a failed check whose reason is recognised', () => {
    const verdict = wrongHostKey('ssh-ed25519 SHA256:abc');
    expect(verdict).toEqual({ passed: false, reason: 'wrong host key: ssh-ed25519 SHA256:abc' });
    expect(isHostKeyReason('wrong host key: ssh-ed25519 SHA256:abc')).toBe(true);
  });

  it.each([undefined, '', 'disk full', 'the wrong host key: x'])('is not the reason %j', (reason) => {
    expect(isHostKeyReason(reason)).toBe(false);
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

  it.each<{ order: Order; before: Partial<VmStatus> }>([
    { order: 'drain', before: { state: 'checking' } },
    { order: 'return', before: { state: 'checking', draining: true } },
    { order: 'quarantine', before: { state: 'checking' } },
  ])('$order keeps when a VM is closed, how long it waits, and how long its reset runs', ({ order, before }) => {
    expect(ordered(status({ ...before, ...TIMES }), order, 'why', 500)).toMatchObject(TIMES);
  });

  it.each(['quarantined', 'drained'] as const)(
    'return keeps when a %s VM is closed, and lets it wait anew',
    (state) => {
      const change = ordered(status({ state, ...TIMES }), 'return', 'mended', 600);
      expect(change).toEqual({
        state: 'checking',
        failures: 0,
        draining: false,
        dueAtSec: 600,
        closedAtSec: 900,
        resetUntilSec: 530,
      });
    },
  );

  it.each([
    { before: 'wrong host key: SHA256:new', hostKeys: [] },
    { before: 'disk full', hostKeys: undefined },
  ])('return forgets the learnt host keys of a VM only where they were wrong: $before', ({ before, hostKeys }) => {
    const learnt = {
      ...status({ state: 'quarantined', reason: before }),
      vm: { ...vm, hostKeys: ['ssh-ed25519 AAAA'] },
    };
    expect(ordered(learnt, 'return', 'new disk', 500).hostKeys).toEqual(hostKeys);
  });

  it('checks a returned VM only when the reset is over that ran when it was taken out', () => {
    const taken = ordered(status({ resetUntilSec: 530 }), 'quarantine', 'why', 500);
    expect(taken).toMatchObject({ state: 'quarantined', dueAtSec: undefined });
    expect(ordered({ ...status({}), ...taken, state: 'quarantined' }, 'return', 'why', 501)).toMatchObject({
      dueAtSec: 530,
    });
  });

  it('release knows until when certificates open the VM', () => {
    const lease = { id: 'l-1', userId: 'alice', vmId: vm.id, acquiredAtSec: 0, expiresAtSec: 10_000 };
    expect(ordered(status({ state: 'leased', lease }), 'release', 'why', 500)).toMatchObject({ closedAtSec: 870 });
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
