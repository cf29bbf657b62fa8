/** The lease that a holder's call is about, as the table has it. */
import { secondsOf } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { Grant, LeaseQuery } from '../../pool/ports.ts';
import { LeaseSuperseded, NoLease } from '../../pool/refusals.ts';
import type { UserItem, VmItem } from './items.ts';

/** The grant of a user's item, unless its lease has ended. */
export function liveGrant(item: UserItem | undefined, nowSec: number): Grant | undefined {
  if (item === undefined) return undefined;
  const { lease, vm } = item;
  return hasEnded(lease, nowSec) ? undefined : { lease, vm };
}

/** The grant of a user's item. @throws {@link NoLease}, {@link LeaseSuperseded} */
export function heldGrant(item: UserItem | undefined, { userId, leaseId, act }: LeaseQuery): Grant {
  const grant = liveGrant(item, secondsOf(act));
  if (grant === undefined) throw new NoLease(userId);
  if (leaseId !== undefined && grant.lease.id !== leaseId) throw new LeaseSuperseded(userId, leaseId);
  return grant;
}

/**
 * The VM of a grant. The reaper may have taken it back meanwhile, if its clock is ahead or this call is slow. Then
 * somebody else may have it.
 *
 * @param seen - the grant of an earlier look
 * @param known - the VM of `seen`, read before `grant`
 * @returns nothing when that VM was not read: there was no earlier look, or the lease has moved to another VM since
 * @throws {@link NoLease} when the VM no longer has the lease
 */
export function holderOf({ vm, lease }: Grant, seen: Grant | undefined, known: VmItem | undefined): VmItem | undefined {
  if (seen?.vm.id !== vm.id) return undefined;
  if (known?.lease?.id !== lease.id) throw new NoLease(lease.userId);
  return known;
}
