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

/** A VM's next place in its life. The store no longer knows a VM that is `removed`. */
export interface VmChange extends Pick<VmStatus, 'failures' | 'draining' | 'dueAtSec' | 'reason'> {
  readonly state: VmState | 'removed';
}

/** A leased VM after its lease: due for a check at once, or removed if it has left the inventory. */
export function vacated(status: VmStatus, nowSec: number): VmChange {
  const { retired, draining } = status;
  return { state: retired ? 'removed' : 'checking', failures: 0, draining, dueAtSec: nowSec, ...drainReason(status) };
}

/** Status reported for a VM that has left the store. */
export function gone(vm: Vm): VmStatus {
  return { vm, state: 'drained', version: 0, failures: 0, draining: true, retired: true };
}

/**
 * A VM after a check. Passed: free, or drained if an operator wants that. Failed: due for another check, or quarantined
 * after `policy.maxFailures` failures in a row. A VM that an operator wants keeps the operator's reason while it is
 * checked.
 *
 * @param nowMs - time of the verdict, UTC epoch milliseconds
 */
export function checked(status: VmStatus, verdict: Verdict, nowMs: number, policy: CheckPolicy): VmChange {
  const { draining } = status;
  if (verdict.passed) return { state: draining ? 'drained' : 'free', failures: 0, draining, ...drainReason(status) };
  const failures = status.failures + 1;
  const { reason } = verdict;
  if (failures >= policy.maxFailures) return { state: 'quarantined', failures, draining, reason };
  const dueAtSec = nextCheckSec(nowMs, failures, policy);
  return { state: 'checking', failures, draining, dueAtSec, reason, ...drainReason(status) };
}

/** Rounded up: times are compared in whole seconds, and no check may come before its wait is over. */
function nextCheckSec(nowMs: number, failures: number, { backoffSec }: CheckPolicy): number {
  return Math.ceil(nowMs / 1000) + Math.min(backoffSec * 2 ** (failures - 1), LONGEST_BACKOFF_SEC);
}

/** Why an operator wants the VM, as long as they do. */
function drainReason({ draining, reason }: VmStatus): { readonly reason?: string } {
  return draining && reason !== undefined ? { reason } : {};
}

/** What an operator can order for a VM. */
export type Order = 'drain' | 'return' | 'quarantine' | 'release';

/**
 * A VM after an operator's order.
 * @throws {@link WrongState} when the order does not fit the VM's state, {@link VmInUse} when the VM is leased
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
  const kept = unchanged(status);
  if (status.state === 'free') return { ...kept, state: 'drained', draining: true, reason };
  if (status.state === 'quarantined') throw new WrongState(status, 'drain', ['free', 'leased', 'checking']);
  return { ...kept, draining: true, reason };
}

/** A VM that is out goes through a check. One that only waits to be drained stays in its state. */
function returned(status: VmStatus, nowSec: number): VmChange {
  if (status.state === 'quarantined' || status.state === 'drained') {
    return { state: 'checking', failures: 0, draining: false, dueAtSec: nowSec };
  }
  if (!status.draining) throw new WrongState(status, 'return', ['quarantined', 'drained']);
  return { ...unchanged(status), draining: false, reason: undefined };
}

function unchanged({ state, failures, draining, dueAtSec, reason }: VmStatus): VmChange {
  return { state, failures, draining, dueAtSec, reason };
}

/** Whether the lease of a VM has ended but nobody has taken the VM back yet. */
export function isOverdue({ lease }: VmStatus, nowSec: number): boolean {
  return lease !== undefined && hasEnded(lease, nowSec);
}
