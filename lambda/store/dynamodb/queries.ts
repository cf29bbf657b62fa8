import { eventBound } from './events.ts';
import { all, compares } from './expressions.ts';
import type { EventItem } from './items.ts';
import { keys } from './items.ts';
import type { Query } from './table.ts';

/** Events of a VM, or those of them that are older than the event `cursor`. */
export function eventsOfVm(vmId: string, cursor?: string): Query<EventItem> {
  return { key: all(compares('pk', '=', keys.vm(vmId).pk), compares('sk', '<', eventBound(cursor))) };
}

/** The same for the events of a user. */
export function eventsOfUser(userId: string, cursor?: string): Query<EventItem> {
  const key = all(compares('eventUser', '=', userId), compares('sk', '<', eventBound(cursor)));
  return { index: 'by-user', key };
}
