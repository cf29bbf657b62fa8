import type { ChangeEvent, NewEvent } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import type { VmStatus } from '../../pool/vm.ts';
import { isKeyOf, isOfLease, isThere, isVersion } from './conditions.ts';
import { eventItem, freeItem, keys, vmItem } from './layout.ts';
import type { Action } from './table.ts';

/** Writes events, which expire. */
export class EventWriter {
  /** @param keptDays - how long events are kept, days */
  constructor(private readonly keptDays: number) {}

  /** The action that appends an event, for the transaction of what happens. */
  append(event: NewEvent): Action {
    return { put: eventItem(event, this.keptDays) };
  }

  /** The same for a VM's way from one state to another. */
  appendChange(before: VmStatus, after: VmStatus | undefined, event: ChangeEvent): Action {
    return this.append({ ...event, from: before.state, ...(after !== undefined && { to: after.state }) });
  }
}

/** Takes a VM from one place in life to another, or out of the table; the first action is that of the VM itself. */
export function changeActions(before: VmStatus, after: VmStatus | undefined): Action[] {
  return [vmAction(before, after), ...freeActions(before, after), ...endedLeaseActions(before, after)];
}

/** The item of the VM itself, if it has not changed since it was read. */
export function vmAction(before: VmStatus, after: VmStatus | undefined): Action {
  const asRead = isVersion(before.version);
  return after === undefined ? { delete: keys.vm(before.vm.id), if: asRead } : { put: vmItem(after), if: asRead };
}

/** Takes away the key of a lease that is over. */
export function keyActions({ id, idempotency }: Lease): Action[] {
  return idempotency === undefined
    ? []
    : [{ delete: keys.idempotency(idempotency.key), if: isKeyOf(id), optional: true }];
}

function freeActions(before: VmStatus, after: VmStatus | undefined): Action[] {
  return [
    ...(before.state === 'free' ? [{ delete: keys.free(before), if: isThere }] : []),
    ...(after?.state === 'free' ? [{ put: freeItem(after) }] : []),
  ];
}

/** The items of a lease that had ended may be those of a later lease by now; then they stay. */
function endedLeaseActions({ lease }: VmStatus, after: VmStatus | undefined): Action[] {
  if (lease === undefined || after?.state === 'leased') return [];
  return [{ delete: keys.user(lease.userId), if: isOfLease(lease.id), optional: true }, ...keyActions(lease)];
}
