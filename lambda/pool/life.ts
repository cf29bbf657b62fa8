import { CERTIFICATE_SEC, CLOCK_SKEW_SEC } from './access.ts';
import type { Lease } from './lease.ts';
import { hasEnded } from './lease.ts';
import type { PoolPolicy } from './pool.ts';
import type { Vm, VmState, VmStatus } from './vm.ts';

/** What a check found. A reason is for operators; it must name no secret. */
export type Verdict =
  | {
      readonly passed: true;
      /** Host keys that the check has learnt, if they are new. */
      readonly hostKeys?: readonly string[];
    }
  | { readonly passed: false; readonly reason: string }
  | {
      /** What the check waits for. It is neither passed nor failed yet. */
      readonly waitingFor: string;
      readonly againInSec: number;
      /** Longest that a VM waits in all, from its first such verdict. Then it is quarantined. */
      readonly withinSec: number;
    };

/** How the reason begins of a check that has met another host key than the VM's. */
const WRONG_HOST_KEY = 'wrong host key: ';

/** The verdict on a VM that shows another host key than its own: it may be another computer. */
export function wrongHostKey(what: string): Verdict {
  return { passed: false, reason: WRONG_HOST_KEY + what };
}

/** Whether a VM is out because of its host key. */
export function isHostKeyReason(reason: string | undefined): boolean {
  return reason?.startsWith(WRONG_HOST_KEY) ?? false;
}

/** Longest that a change takes, from the moment at which its call reads the clock, seconds. Stores give up sooner. */
export const CHANGE_SEC = 10;

/** Longest id of a use: EC2 takes it as a ClientToken. */
const LONGEST_USE_ID = 64;

/** A VM's next place in its life. The store no longer knows a VM that is `removed`. */
export interface VmChange extends Pick<
  VmStatus,
  | 'failures'
  | 'draining'
  | 'dueAtSec'
  | 'reason'
  | 'closedAtSec'
  | 'waitUntilSec'
  | 'resetUntilSec'
  | 'stopped'
  | 'freeSinceSec'
  | 'use'
> {
  readonly state: VmState | 'removed';
  /** Host keys that the VM has from now on. Undefined: those that it had. */
  readonly hostKeys?: readonly string[] | undefined;
}

/** A VM that its first user may have at once. */
export const FREE: VmChange = { state: 'free', failures: 0, draining: false };

/**
 * A VM that is new in the inventory, or whose address has changed while it was free. A mock VM is free; any other is
 * checked before its first user, but not while a reset may be running that began before the VM left the inventory.
 *
 * @param wasLent - whether it may have been lent before, under the same id. Nobody knows by whom, so its reset has to
 *   undo a use that ends now
 */
export function arrived({ id }: Vm, { access, checkLimitSec }: PoolPolicy, nowSec: number, wasLent: boolean): VmChange {
  if (access === 'mock') return FREE;
  const checking = { state: 'checking', failures: 0, draining: false } as const;
  if (!wasLent) return { ...checking, dueAtSec: nowSec };
  const resetUntilSec = resetEndSec(nowSec, checkLimitSec);
  const closedAtSec = nowSec + CERTIFICATE_SEC + CLOCK_SKEW_SEC;
  const use = { id: `${nowSec}.${id}`.slice(0, LONGEST_USE_ID), endedAtSec: nowSec };
  return { ...checking, dueAtSec: resetUntilSec, closedAtSec, resetUntilSec, use };
}

/**
 * A leased VM after its lease: due for a check at once, or removed if it has left the inventory. While a VM is being
 * started, its holder can't log in, so that there is nothing to close or to undo.
 */
export function vacated(status: VmStatus, nowSec: number): VmChange {
  const { retired, draining } = status;
  const lease = status.lease?.startingTtlSec === undefined ? status.lease : undefined;
  return {
    state: retired ? 'removed' : 'checking',
    failures: 0,
    draining,
    dueAtSec: nowSec,
    closedAtSec: lease && closedAfter(lease, nowSec),
    use: lease && { id: lease.id, endedAtSec: nowSec },
    ...drainReason(status),
  };
}

/**
 * When the last login certificate of a lease has ended, if the lease ends now. No certificate is made later than that,
 * and none is valid longer than {@link CERTIFICATE_SEC} or than its lease. The lease ends in the store a moment after
 * `nowSec`, so a certificate may have been asked for in between.
 */
function closedAfter({ expiresAtSec }: Lease, nowSec: number): number {
  return Math.min(nowSec + CHANGE_SEC + CERTIFICATE_SEC, expiresAtSec) + CLOCK_SKEW_SEC;
}

/** When a reset that begins now must be over, UTC epoch seconds. @param limitSec - longest that it may take */
export function resetEndSec(nowSec: number, limitSec: number): number {
  return nowSec + limitSec + CHANGE_SEC;
}

/** Status reported for a VM that has left the store. */
export function gone(vm: Vm): VmStatus {
  return { vm, state: 'drained', version: 0, failures: 0, draining: true, retired: true };
}

/** Why an operator wants the VM, as long as they do. */
export function drainReason({ draining, reason }: VmStatus): { readonly reason?: string } {
  return draining && reason !== undefined ? { reason } : {};
}

/** A VM that stays where it is. */
export function unchanged({ state, failures, draining, dueAtSec, reason, ...times }: VmStatus): VmChange {
  const { closedAtSec, waitUntilSec, resetUntilSec, stopped, freeSinceSec, use } = times;
  const kept = { closedAtSec, waitUntilSec, resetUntilSec, stopped, freeSinceSec, use };
  return { state, failures, draining, dueAtSec, reason, ...kept };
}

/** Whether the lease of a VM has ended but nobody has taken the VM back yet. */
export function isOverdue({ lease }: VmStatus, nowSec: number): boolean {
  return lease !== undefined && hasEnded(lease, nowSec);
}
