import { describe, expect, it } from '@jest/globals';
import { checked, claimed, isNews, isReset, waitingToClose } from '../../../lambda/pool/checking.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { PoolPolicy } from '../../../lambda/pool/pool.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { certificatePool, CHECKS, someVms } from '../../support/pool/lending.ts';

const [vm] = someVms(1) as [Vm];

function status(some: Partial<VmStatus>): VmStatus {
  return { vm, state: 'checking', version: 1, failures: 0, draining: false, retired: false, ...some };
}

function policy(more: Partial<PoolPolicy>): PoolPolicy {
  return { ...certificatePool(), checkLimitSec: 20, retry: CHECKS, ...more };
}

const USE = { id: 'l-1', endedAtSec: 400 };

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
    { rule: 'the reset revokes certificates before it reboots', closedAtSec: 860, rules: policy({ reset: 'reboot' }) },
    { rule: 'no certificate opens the VM', closedAtSec: 860, rules: policy({ access: 'mock', reset: 'none' }) },
    { rule: 'the check ends all sessions', closedAtSec: 860, rules: policy({ access: 'session-manager' }) },
  ])('lets the check begin when $rule', ({ closedAtSec, rules }) => {
    expect(waitingToClose(status({ closedAtSec, use: USE }), 500, rules)).toBeUndefined();
  });

  it('waits for the end of the last certificate before a new root volume, which has no revocation list', () => {
    const rules = policy({ reset: 'replace-root-volume' });
    expect(waitingToClose(status({ closedAtSec: 860 }), 859, rules)).toMatchObject({ dueAtSec: 860 });
  });

  it.each(['none', 'replace-root-volume'] as const)(
    'waits until a VM takes no pushed key of the last lease, whatever its reset (%s)',
    (reset) => {
      const rules = policy({ access: 'instance-connect', reset });
      // A change takes 10 s, the call that pushes 30 s, and the VM takes the key for 60 s.
      const closedAtSec = USE.endedAtSec + 10 + 30 + 60;
      const before = status({ use: USE, closedAtSec: 9_000 });
      expect(waitingToClose(before, closedAtSec - 1, rules)).toEqual({
        ...{ state: 'checking', failures: 0, draining: false, closedAtSec: 9_000, use: USE },
        ...{ dueAtSec: closedAtSec, reason: 'waits until no key of an earlier lease opens it' },
      });
      expect(waitingToClose(before, closedAtSec, rules)).toBeUndefined();
      expect(waitingToClose(status({}), 500, rules)).toBeUndefined();
    },
  );
});

describe('isReset', () => {
  it.each([
    { rule: 'of a pool that resets nothing', use: USE, rules: { reset: 'none' }, is: false },
    { rule: 'after a use', use: USE, rules: { reset: 'reboot', areFound: true }, is: true },
    { rule: 'of an instance that nobody has used', rules: { reset: 'reboot', areFound: true }, is: false },
    { rule: 'of any other VM, as nobody knows who has used it', rules: { reset: 'command' }, is: true },
  ] as const)('is $is for a check $rule', ({ rules, is, ...some }) => {
    expect(isReset(status(some), policy(rules))).toBe(is);
  });
});

describe('isNews', () => {
  const waiting = { waitUntilSec: 900, reason: 'its disk' };

  it.each([
    { rule: 'the first wait', some: {}, is: true },
    { rule: 'the same wait once more', some: waiting, is: false },
    { rule: 'a wait for something else', some: { ...waiting, reason: 'its boot' }, is: true },
    {
      rule: 'a later wait behind the reason of an operator',
      some: { ...waiting, draining: true, reason: 'repair' },
      is: false,
    },
  ])('is $is for $rule', ({ some, is }) => {
    expect(isNews(status(some), 'its disk')).toBe(is);
  });
});

describe('claimed', () => {
  it('keeps others away until the reset must be over, and changes nothing else', () => {
    const before = status({
      failures: 2,
      draining: true,
      dueAtSec: 490,
      reason: 'repair',
      closedAtSec: 900,
      waitUntilSec: 700,
    });
    const claim = { ...before, ...claimed(before, 500, 20) };
    expect(claim).toEqual({ ...before, dueAtSec: 530, resetUntilSec: 530 });
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
