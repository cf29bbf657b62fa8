import { describe, expect, it } from '@jest/globals';
import { checked, claimed, waitingToClose } from '../../../lambda/pool/checking.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
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
    expect(arrived(policy({ access: 'mock' }), 500, true)).toEqual({ state: 'free', failures: 0, draining: false });
  });

  it.each(['certificate', 'stored-key'] as const)('checks a VM with %s access before its first user', (access) => {
    const change = { state: 'checking', failures: 0, draining: false, dueAtSec: 500 };
    expect(arrived(policy({ access }), 500, false)).toEqual(change);
  });

  it('treats a VM that may have been lent as open for as long as any certificate is valid', () => {
    expect(arrived(policy({}), 500, true)).toMatchObject({ state: 'checking', closedAtSec: 500 + 300 + 60 });
  });

  it('leaves a VM alone until a reset from before it left must be over', () => {
    expect(arrived(policy({ checkLimitSec: 20 }), 500, true)).toMatchObject({ dueAtSec: 530, resetUntilSec: 530 });
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

describe('waitingToClose', () => {
  const byTime = policy({ reset: 'none' });

  it('waits until no certificate of the last lease opens the VM', () => {
    expect(waitingToClose(status({ closedAtSec: 860, failures: 1, draining: true }), 859, byTime)).toMatchObject({
      state: 'checking',
      failures: 1,
      draining: true,
      dueAtSec: 860,
      closedAtSec: 860,
      reason: 'waits until no login certificate of an earlier lease opens it',
    });
  });

  it("keeps an operator's reason", () => {
    const wanted = status({ closedAtSec: 860, draining: true, reason: 'repair' });
    expect(waitingToClose(wanted, 500, byTime)).toMatchObject({ reason: 'repair' });
  });

  it.each([
    { rule: 'the last certificate has ended', closedAtSec: 500, rules: byTime },
    { rule: 'the VM was never lent', closedAtSec: undefined, rules: byTime },
    { rule: 'the reset revokes certificates', closedAtSec: 860, rules: policy({ reset: 'command' }) },
    { rule: 'no certificate opens the VM', closedAtSec: 860, rules: policy({ access: 'mock', reset: 'none' }) },
  ])('lets the check begin when $rule', ({ closedAtSec, rules }) => {
    expect(waitingToClose(status({ closedAtSec }), 500, rules)).toBeUndefined();
  });
});

describe('claimed', () => {
  it('keeps others away until the reset must be over, and changes nothing else', () => {
    const before = status({ failures: 2, draining: true, dueAtSec: 490, reason: 'repair', ...TIMES });
    const claim = { ...before, ...claimed(before, 500, 20) };
    expect(claim).toEqual({ ...before, dueAtSec: 530, resetUntilSec: 530 });
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

describe('a check that waits', () => {
  const patience = { maxFailures: 4, backoffSec: 10 };
  const waits: Verdict = { waitingFor: 'the last reset still runs', againInSec: 15, withinSec: 40 };
  const waiting = (some: Partial<VmStatus>, nowMs: number, verdict = waits) => {
    return checked(status(some), verdict, nowMs, patience);
  };

  it('is no failure, and comes again when the VM says', () => {
    expect(waiting({ failures: 2, closedAtSec: 900, resetUntilSec: 530 }, 500_000)).toEqual({
      state: 'checking',
      failures: 2,
      draining: false,
      dueAtSec: 515,
      waitUntilSec: 540,
      closedAtSec: 900,
      reason: 'the last reset still runs',
    });
  });

  it('keeps the end that its first wait has set, and is made once more at that end', () => {
    expect(waiting({ waitUntilSec: 510 }, 500_000)).toMatchObject({ dueAtSec: 510, waitUntilSec: 510 });
  });

  it('ends sooner when a later wait may not take as long, such as a reset after a day without AWS', () => {
    expect(waiting({ waitUntilSec: 90_000 }, 500_000)).toMatchObject({ waitUntilSec: 540 });
  });

  it('ends in quarantine, from the second on in which it has waited long enough', () => {
    expect(waiting({ waitUntilSec: 540 }, 539_000)).toMatchObject({ state: 'checking' });
    expect(waiting({ waitUntilSec: 540, failures: 1, closedAtSec: 900 }, 540_000)).toEqual({
      state: 'quarantined',
      failures: 1,
      draining: false,
      closedAtSec: 900,
      reason: 'gave up waiting: the last reset still runs',
    });
  });

  it("keeps an operator's reason while it waits", () => {
    expect(waiting({ draining: true, reason: 'repair' }, 500_000)).toMatchObject({ reason: 'repair' });
  });

  it('never comes again in the same second, so that a tick does not make it all the time', () => {
    expect(waiting({}, 500_000, { ...waits, againInSec: 0 })).toMatchObject({ dueAtSec: 501 });
  });

  it('waits anew when a check in between has failed or passed', () => {
    const before = status({ waitUntilSec: 540 });
    for (const verdict of [{ passed: true }, { passed: false, reason: 'disk full' }] as const) {
      expect(checked(before, verdict, 500_000, patience).waitUntilSec).toBeUndefined();
    }
  });
});

describe('checked', () => {
  const policy = { maxFailures: 4, backoffSec: 10 };
  const failed = { passed: false, reason: 'disk full' } as const;

  it('frees a VM that passed, from now on, and forgets its failures and its last use', () => {
    const used = status({ failures: 3, use: { id: 'l-1', endedAtSec: 400 } });
    expect(checked(used, { passed: true }, 500_900, policy)).toEqual({
      state: 'free',
      failures: 0,
      draining: false,
      freeSinceSec: 500,
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

  it.each([{ failures: 0 }, { failures: 3 }])(
    'knows until when certificates open a VM that failed after $failures failures',
    ({ failures }) => {
      expect(checked(status({ failures, closedAtSec: 900 }), failed, 500_000, policy)).toMatchObject({
        closedAtSec: 900,
      });
    },
  );

  it.each([{ passed: true } as const, failed])('ends the claim of the reset (%j)', (verdict) => {
    expect(checked(status({ resetUntilSec: 530 }), verdict, 500_000, policy).resetUntilSec).toBeUndefined();
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
