import type { ChangeEvent, NewEvent } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import { firstDueSec } from '../../pool/lease.ts';
import type { Clock } from '../../pool/ports.ts';
import type { VmStatus } from '../../pool/vm.ts';
import { isLastEvent, isOfLease, isThere, isVersion } from './conditions.ts';
import { newEventId } from './events.ts';
import { eventItem } from './events.ts';
import type { Action } from './expressions.ts';
import { all } from './expressions.ts';
import type { FreeItem } from './items.ts';
import { freeItem, keyItem, keys, leasedPartition, newVersion, vmItem } from './items.ts';

/** Makes the ids of events and the actions that write them. */
export class EventWriter {
  /**
   * @param keptDays - how long events are kept, days
   * @param clock - time of this process
   */
  constructor(
    private readonly keptDays: number,
    private readonly clock: Clock = Date.now,
  ) {}

  /** An id for an event that is written now. @param last - id of the VM's last event, if known */
  newId(last?: string): string {
    return newEventId(this.clock(), last);
  }

  /** The action that appends an event; it belongs to the transaction of the change. */
  append(id: string, event: NewEvent): Action {
    return { put: eventItem(event, id, this.keptDays) };
  }

  /** Appends the event of a VM's step from one state to another. */
  appendChange(id: string, before: VmStatus, after: VmStatus | undefined, event: ChangeEvent): Action {
    return this.append(id, { ...event, from: before.state, to: after?.state });
  }
}

/**
 * Takes a VM from one place in life to another, or out of the table. The first action is that of the VM item.
 * @param eventId - id of the event of this change
 */
export function changeActions(before: VmStatus, after: VmStatus | undefined, eventId: string): Action[] {
  return [vmAction(before, after, eventId), ...freeActions(before, after), ...endedLeaseActions(before, after)];
}

/** Writes the VM item, if the VM has not changed since it was read and no event of it is later than this one. */
export function vmAction(before: VmStatus, after: VmStatus | undefined, eventId: string): Action {
  const asRead = all(isVersion(before.version), isLastEvent(eventId));
  return after === undefined
    ? { delete: keys.vm(before.vm.id), if: asRead }
    : { put: vmItem(after, eventId), if: asRead };
}

/**
 * Takes a free VM for a lease. The second action is that of the VM item.
 * @param eventId - id of the event of this change
 */
export function takeActions(free: FreeItem, lease: Lease, eventId: string): Action[] {
  const { vm, version } = free;
  const terms = { lease, dueAtSec: firstDueSec(lease), work: leasedPartition(vm, lease) };
  const set = { ...terms, state: 'leased', version: newVersion(), lastEvent: eventId } as const;
  const asRead = all(isVersion(version), isLastEvent(eventId));
  return [
    { delete: keys.free(free), if: isThere },
    { update: keys.vm(vm.id), set, remove: ['stopped', 'freeSinceSec'], if: asRead },
  ];
}

/** Lets the user's idempotency key know the new term of its lease. */
export function keyActions(lease: Lease): Action[] {
  const { idempotency } = lease;
  return idempotency === undefined ? [] : [{ put: keyItem(lease, idempotency) }];
}

function freeActions(before: VmStatus, after: VmStatus | undefined): Action[] {
  return [
    ...(before.state === 'free' ? [{ delete: keys.free(before), if: isThere }] : []),
    ...(after?.state === 'free' ? [{ put: freeItem(after) }] : []),
  ];
}

/** The item under the user may belong to a later lease by now; then it stays. */
function endedLeaseActions({ lease }: VmStatus, after: VmStatus | undefined): Action[] {
  if (lease === undefined || after?.state === 'leased') return [];
  return [{ delete: keys.user(lease.userId), if: isOfLease(lease.id), optional: true }];
}
