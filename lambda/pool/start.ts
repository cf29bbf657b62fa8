/** What becomes of a lease whose VM has to be started, and of a VM that its holder can't use. */
import type { Lease } from './lease.ts';
import type { VmChange } from './life.ts';
import { unchanged, vacated } from './life.ts';
import type { Vm, VmStatus } from './vm.ts';

/** How long after one look at a start the next one comes, seconds. */
const LOOK_AGAIN_SEC = 30;

/** A lease whose VM is ready: its time begins now. One whose time has begun stays as it is. */
export function begun(lease: Lease, nowSec: number): Lease {
  const { startingTtlSec, ...rest } = lease;
  if (startingTtlSec === undefined) return lease;
  return { ...rest, acquiredAtSec: nowSec, expiresAtSec: nowSec + startingTtlSec };
}

/** A leased VM that has become ready. It is due at the end of its lease; only an operator's reason stays. */
export function started(status: VmStatus, { expiresAtSec }: Lease): VmChange {
  const reason = status.draining ? status.reason : undefined;
  return { ...unchanged(status), dueAtSec: expiresAtSec, reason };
}

/** A leased VM that is not ready yet: its start is looked at again soon, at the latest when its lease ends. */
export function stillStarting(status: VmStatus, nowSec: number, why: string): VmChange {
  const { draining, lease, reason } = status;
  const dueAtSec = Math.min(nowSec + LOOK_AGAIN_SEC, lease?.expiresAtSec ?? Infinity);
  return { ...unchanged(status), dueAtSec, reason: draining ? reason : why };
}

/**
 * The same lease on another VM, with its whole length from now on.
 *
 * @param startLimitSec - longest that the VM may take to start; undefined when it runs
 */
export function moved(lease: Lease, { id: vmId }: Vm, nowSec: number, startLimitSec?: number): Lease {
  const { startingTtlSec, ...rest } = lease;
  const ttlSec = startingTtlSec ?? lease.expiresAtSec - lease.acquiredAtSec;
  const whole = { ...rest, vmId, acquiredAtSec: nowSec };
  if (startLimitSec === undefined) return { ...whole, expiresAtSec: nowSec + ttlSec };
  return { ...whole, startingTtlSec: ttlSec, expiresAtSec: nowSec + ttlSec + startLimitSec };
}

/** A leased VM that its holder can't use: quarantined, or removed if it has left the inventory. */
export function exchanged(
  status: VmStatus,
  reason: string,
  nowSec: number,
): VmChange & { readonly state: 'quarantined' | 'removed' } {
  const state = status.retired ? 'removed' : 'quarantined';
  return { ...vacated(status, nowSec), state, dueAtSec: undefined, reason };
}
