import { hasEnded } from './lease.ts';
import { VmInUse, WrongState } from './refusals.ts';
import type { Vm, VmState, VmStatus } from './vm.ts';

/** What a check found. A reason is for operators; it must name no secret. */
export type Verdict = { readonly passed: true } | { readonly passed: false; readonly reason: string };

/** How often a VM may fail its check, and how soon it is tried again. */
export interface CheckPolicy {
  /** Failed checks in a row after which a VM is quarantined. */
  readonly maxFailures: number;
  /** Wait before the second check; doubled for each further one. */
  readonly backoffSec: number;
}

/** Longest wait between two checks, seconds. */
const LONGEST_BACKOFF_SEC = 15 * 60;

/** The next place of a VM in its life. A VM that is `removed` is known no more. */
export interface VmChange extends Pick<VmStatus, 'failures' | 'draining' | 'dueAtSec' | 'reason'> {
  readonly state: VmState | 'removed';
}

/** A leased VM whose lease is over: to its check at once, or out when it has left the inventory meanwhile. */
export function vacated({ retired, draining }: VmStatus, nowSec: number): VmChange {
  return { state: retired ? 'removed' : 'checking', failures: 0, draining, dueAtSec: nowSec };
}

/** What there is to tell of a VM that is known no more: nobody will get it. */
export function gone(vm: Vm): VmStatus {
  return { vm, state: 'drained', version: 0, failures: 0, draining: true, retired: true };
}

/**
 * A VM after a check: free when it passed (drained when an operator wants that), quarantined when it failed as often as it
 * may, else due for another check.
 */
export function checked(status: VmStatus, verdict: Verdict, nowSec: number, policy: CheckPolicy): VmChange {
  const { draining } = status;
  if (verdict.passed) return { state: draining ? 'drained' : 'free', failures: 0, draining };
  const failures = status.failures + 1;
  const { reason } = verdict;
  if (failures >= policy.maxFailures) return { state: 'quarantined', failures, draining, reason };
  const waitSec = Math.min(policy.backoffSec * 2 ** (failures - 1), LONGEST_BACKOFF_SEC);
  return { state: 'checking', failures, draining, dueAtSec: nowSec + waitSec, reason };
}

/** What an operator can order for a VM. */
export type Order = 'drain' | 'return' | 'quarantine' | 'release';

/**
 * A VM after an operator's order.
 * @throws {@link WrongState} when the order makes no sense for the VM as it is, {@link VmInUse} when somebody has it
 */
export function ordered(status: VmStatus, order: Order, reason: string, nowSec: number): VmChange {
  switch (order) {
    case 'drain':
      return drained(status, reason);
    case 'return':
      return returned(status, nowSec);
    case 'quarantine':
      if (status.state === 'leased') throw new VmInUse(status);
      return { state: 'quarantined', failures: status.failures, draining: false, reason };
    case 'release':
      if (status.state !== 'leased') throw new WrongState(status, order, ['leased']);
      return vacated(status, nowSec);
  }
}

/** A VM that nobody has is drained at once, any other as soon as it has passed its check. */
function drained(status: VmStatus, reason: string): VmChange {
  const asItIs = unchanged(status);
  if (status.state === 'free') return { ...asItIs, state: 'drained', draining: true, reason };
  if (status.state === 'quarantined') throw new WrongState(status, 'drain', ['free', 'leased', 'checking']);
  return { ...asItIs, draining: true, reason };
}

/** Back through a check; a VM that is only waiting to be drained just stays what it is. */
function returned(status: VmStatus, nowSec: number): VmChange {
  if (status.state === 'quarantined' || status.state === 'drained') {
    return { state: 'checking', failures: 0, draining: false, dueAtSec: nowSec };
  }
  if (!status.draining) throw new WrongState(status, 'return', ['quarantined', 'drained']);
  return { ...unchanged(status), draining: false };
}

function unchanged({ state, failures, draining, dueAtSec, reason }: VmStatus): VmChange {
  return {
    state,
    failures,
    draining,
    ...(dueAtSec !== undefined && { dueAtSec }),
    ...(reason !== undefined && { reason }),
  };
}

/** Whether the lease of a VM has ended but nobody has taken the VM back yet. */
export function isOverdue({ lease }: VmStatus, nowSec: number): boolean {
  return lease !== undefined && hasEnded(lease, nowSec);
}
