/** What operators order, and what becomes of the VM. */
import type { VmChange } from './life.ts';
import { isHostKeyReason, unchanged, vacated } from './life.ts';
import { VmInUse, WrongState } from './order-refusals.ts';
import type { Use, VmStatus } from './vm.ts';

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
      return { ...unchanged(status), state: 'quarantined', draining: false, dueAtSec: undefined, reason };
    case 'release':
      if (status.state !== 'leased') throw new WrongState(status, order, ['leased']);
      return vacated(status, nowSec);
  }
}

/**
 * The same use under another name: a reset that has failed under the old one is to be tried anew. The id of a lease has
 * 36 characters.
 */
function again(use: Use | undefined, nowSec: number): Use | undefined {
  return use && { ...use, id: `${use.id.slice(0, 36)}.${nowSec}` };
}

/** A VM that nobody has is drained at once, any other as soon as it has passed its check. */
function drained(status: VmStatus, reason: string): VmChange {
  const kept = unchanged(status);
  if (status.state === 'free') return { ...kept, state: 'drained', draining: true, reason };
  if (status.state === 'quarantined') throw new WrongState(status, 'drain', ['free', 'leased', 'checking']);
  return { ...kept, draining: true, reason };
}

/** Learnt host keys that have turned out wrong are forgotten, so that the check learns them anew. */
function forgotten({ vm, reason }: VmStatus): VmChange['hostKeys'] {
  return vm.hostKeys !== undefined && isHostKeyReason(reason) ? [] : undefined;
}

/** A VM that is out goes through a check, after a reset that still runs. One that only waits to be drained stays. */
function returned(status: VmStatus, nowSec: number): VmChange {
  const { closedAtSec, resetUntilSec, use } = status;
  if (status.state === 'quarantined' || status.state === 'drained') {
    const dueAtSec = Math.max(nowSec, resetUntilSec ?? 0);
    return {
      state: 'checking',
      failures: 0,
      draining: false,
      dueAtSec,
      closedAtSec,
      resetUntilSec,
      use: again(use, nowSec),
      hostKeys: forgotten(status),
    };
  }
  if (!status.draining) throw new WrongState(status, 'return', ['quarantined', 'drained']);
  return { ...unchanged(status), draining: false, reason: undefined };
}
