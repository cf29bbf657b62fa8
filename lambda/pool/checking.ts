/** What becomes of a VM that is checked. Loaded for the first check, so that a cold start pays nothing for it. */
import { PUSHED_KEY_SEC } from './access.ts';
import type { Verdict, VmChange } from './life.ts';
import { CHANGE_SEC, drainReason, resetEndSec, unchanged } from './life.ts';
import type { CheckPolicy, PoolRules } from './pool.ts';
import type { Use, VmStatus } from './vm.ts';

/** Longest wait between two checks, seconds. */
const LONGEST_BACKOFF_SEC = 15 * 60;

/**
 * Longest that a call goes on after it has read a lease, seconds: API Gateway gives up after 30 s, and Lambda ends the
 * function before.
 */
const CALL_SEC = 30;

/**
 * Resets with the cleaner: it revokes every certificate of an earlier lease. A new root volume has no revocation list,
 * so such a VM has to wait for the end of the last certificate.
 */
const REVOKING: ReadonlySet<PoolRules['reset']> = new Set(['command', 'reboot']);

/** A VM whose check must wait, since something of an earlier lease still opens it; undefined when it need not wait. */
export function waitingToClose(status: VmStatus, nowSec: number, rules: PoolRules): VmChange | undefined {
  const closedAtSec = closedSec(status, rules);
  if (closedAtSec <= nowSec) return undefined;
  const opener = rules.access === 'certificate' ? 'login certificate' : 'key';
  const why = status.reason ?? `waits until no ${opener} of an earlier lease opens it`;
  return { ...unchanged(status), dueAtSec: closedAtSec, reason: why };
}

/** From when on nothing of an earlier lease opens a VM; 0 if the check itself sees to that, or nothing ever does. */
function closedSec({ closedAtSec = 0, use }: VmStatus, { access, reset }: PoolRules): number {
  if (access === 'certificate') return REVOKING.has(reset) ? 0 : closedAtSec;
  if (access !== 'instance-connect') return 0;
  return use === undefined ? closedAtSec : lastOpeningSec(use) + PUSHED_KEY_SEC;
}

/**
 * Until when a call may push a key or begin a session for the holder of a use, UTC epoch seconds: it read the lease
 * just before that ended in the store, and goes on.
 */
export function lastOpeningSec({ endedAtSec }: Use): number {
  return endedAtSec + CHANGE_SEC + CALL_SEC;
}

/** Whether a check makes the VM clean first. A VM that a search has found and that nobody has used is clean. */
export function isReset({ use }: VmStatus, { reset, areFound = false }: PoolRules): boolean {
  return reset !== 'none' && (use !== undefined || !areFound);
}

/** Whether a check that waits says something new. A VM that an operator wants shows the operator's reason meanwhile. */
export function isNews(status: VmStatus, waitingFor: string): boolean {
  return status.waitUntilSec === undefined || (!status.draining && status.reason !== waitingFor);
}

/** A VM whose reset begins. It is not due again until the reset must be over, so that nobody else begins one. */
export function claimed(status: VmStatus, nowSec: number, limitSec: number): VmChange {
  const resetUntilSec = resetEndSec(nowSec, limitSec);
  return { ...unchanged(status), state: 'checking', dueAtSec: resetUntilSec, resetUntilSec };
}

/**
 * A VM after a check. Passed: free, or drained if an operator wants that. Failed: due for another check, or quarantined
 * after `policy.maxFailures` failures in a row. A VM that an operator wants keeps the operator's reason while it is
 * checked.
 *
 * @param nowMs - time of the verdict, UTC epoch milliseconds
 */
export function checked(status: VmStatus, verdict: Verdict, nowMs: number, policy: CheckPolicy): VmChange {
  const { draining, closedAtSec, use } = status;
  if ('waitingFor' in verdict) return stillWaiting(status, verdict, nowMs);
  if (verdict.passed) {
    const { hostKeys } = verdict;
    const freeSinceSec = Math.floor(nowMs / 1000);
    return {
      state: draining ? 'drained' : 'free',
      failures: 0,
      draining,
      freeSinceSec,
      hostKeys,
      ...drainReason(status),
    };
  }
  const failures = status.failures + 1;
  const { reason } = verdict;
  if (failures >= policy.maxFailures) return { state: 'quarantined', failures, draining, reason, closedAtSec, use };
  const dueAtSec = nextCheckSec(nowMs, failures, policy);
  return { state: 'checking', failures, draining, dueAtSec, reason, closedAtSec, use, ...drainReason(status) };
}

/**
 * Waiting does not count as a failure, but it has an end: a verdict that allows less time than is left moves it
 * forward.
 */
function stillWaiting(status: VmStatus, verdict: Extract<Verdict, { waitingFor: string }>, nowMs: number): VmChange {
  const { failures, draining, closedAtSec, use } = status;
  const { waitingFor, againInSec, withinSec } = verdict;
  const nowSec = Math.ceil(nowMs / 1000);
  const waitUntilSec = Math.min(status.waitUntilSec ?? Infinity, nowSec + withinSec);
  if (nowSec >= waitUntilSec) {
    return { state: 'quarantined', failures, draining, closedAtSec, use, reason: `gave up waiting: ${waitingFor}` };
  }
  const dueAtSec = Math.min(nowSec + Math.max(1, againInSec), waitUntilSec);
  const waiting = { dueAtSec, waitUntilSec, reason: waitingFor, ...drainReason(status) };
  return { state: 'checking', failures, draining, closedAtSec, use, ...waiting };
}

/** Rounded up: times are compared in whole seconds, and no check may come before its wait is over. */
function nextCheckSec(nowMs: number, failures: number, { backoffSec }: CheckPolicy): number {
  return Math.ceil(nowMs / 1000) + Math.min(backoffSec * 2 ** (failures - 1), LONGEST_BACKOFF_SEC);
}
