import type { Act } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import type { BeginRequest, Grant, RenewRequest } from '../../pool/ports.ts';
import { begun, started } from '../../pool/start.ts';
import { renewed } from '../../pool/term.ts';
import type { EventWriter } from './actions.ts';
import { keyActions, vmAction } from './actions.ts';
import { isLastEvent, isOfLease, isTermOf } from './conditions.ts';
import type { Action } from './expressions.ts';
import { all } from './expressions.ts';
import { heldGrant, holderOf } from './held.ts';
import { changedStatus, keys, newVersion, statusOf, userItem } from './items.ts';
import { Cancelled, retryCancelled } from './retry.ts';
import type { Table } from './table.ts';

/** Changes how long leases last: renews them, and begins those whose VM is ready. */
export class Terms {
  constructor(
    private readonly table: Table,
    private readonly events: EventWriter,
  ) {}

  /** One read and one transaction. */
  async renew(request: RenewRequest): Promise<Lease> {
    const { userId, act, termIn } = request;
    let seen: Grant | undefined;
    return retryCancelled(this.table.meter, async (deadline) => {
      const known = seen && (await this.table.get(keys.vm(seen.vm.id), deadline));
      const grant = heldGrant(await this.table.get(keys.user(userId), deadline), request);
      const holder = holderOf(grant, seen, known);
      seen = grant;
      const longer = renewed(grant.lease, secondsOf(act), termIn(grant.vm.pool));
      const eventId = this.events.newId(holder?.lastEvent);
      await this.table.transact(this.renewActions(grant, longer, act, eventId), deadline);
      return longer;
    });
  }

  /** Two reads and one transaction; one read when the time of the lease has begun. */
  async begin(request: BeginRequest): Promise<Lease> {
    const { userId, act } = request;
    return retryCancelled(this.table.meter, async (deadline) => {
      const grant = heldGrant(await this.table.get(keys.user(userId), deadline), request);
      const { id: leaseId, vmId } = grant.lease;
      const lease = begun(grant.lease, secondsOf(act));
      if (lease === grant.lease || (request.vmId ?? vmId) !== vmId) return grant.lease;
      const item = await this.table.get(keys.vm(vmId), deadline);
      // The lease has ended or moved since it was read: the next look says which.
      if (item?.lease?.id !== leaseId) throw new Cancelled([]);
      const before = statusOf(item);
      const after = changedStatus({ ...before, lease }, 'leased', started(before, lease));
      const eventId = this.events.newId(item.lastEvent);
      const event = { kind: 'started', vmId, userId, leaseId, act } as const;
      const atVm = [vmAction(before, after, eventId), this.events.appendChange(eventId, before, after, event)];
      await this.table.transact([termAction(grant, lease), ...atVm, ...keyActions(lease)], deadline);
      return lease;
    });
  }

  private renewActions(grant: Grant, longer: Lease, act: Act, eventId: string): Action[] {
    const { id, userId, vmId, expiresAtSec, startingTtlSec } = longer;
    // While its VM is being started, it is due for the next look.
    const due = startingTtlSec === undefined ? { dueAtSec: expiresAtSec } : {};
    const set = { lease: longer, ...due, version: newVersion(), lastEvent: eventId };
    return [
      termAction(grant, longer),
      { update: keys.vm(vmId), set, if: all(isOfLease(id), isLastEvent(eventId)) },
      this.events.append(eventId, {
        kind: 'renewed',
        vmId,
        userId,
        leaseId: id,
        from: 'leased',
        to: 'leased',
        act,
      }),
      ...keyActions(longer),
    ];
  }
}

/** Changes the term of a lease under its user. */
function termAction({ vm, lease }: Grant, changed: Lease): Action {
  const { expiresAtSec, ttl } = userItem(changed, vm);
  const set = { lease: changed, expiresAtSec, ttl };
  return { update: keys.user(lease.userId), set, if: isTermOf(lease) };
}
