import { randomBytes } from 'node:crypto';
import { defined } from '../../pool/defined.ts';
import type { NewEvent, PoolEvent } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import { InvalidCursor } from '../../pool/refusals.ts';
import type { EventItem } from './items.ts';
import { keys } from './items.ts';

const TIME_LENGTH = new Date(0).toISOString().length;

/**
 * A new id for an event: its time, then random digits. Ids sort by time.
 *
 * @param nowMs - time of this process, UTC epoch milliseconds
 * @param last - id of the VM's last event, if known. The new id is later, even if the clock of this process is behind
 */
export function newEventId(nowMs: number, last?: string): string {
  const atMs = last === undefined ? nowMs : Math.max(nowMs, timeOf(last) + 1);
  return `${new Date(atMs).toISOString()}-${randomBytes(4).toString('hex')}`;
}

/** Time of an event, UTC epoch milliseconds. */
export function timeOf(eventId: string): number {
  return Date.parse(eventId.slice(0, TIME_LENGTH));
}

/** Whether a text is the id of an event. */
export function isEventId(text: string): boolean {
  return /^.{24}-[0-9a-f]{8}$/.test(text) && !Number.isNaN(timeOf(text));
}

const EVENT = 'EVENT#';

/** Above all events of a VM, below the VM itself. */
const AFTER_EVENTS = 'EVENT$';

/** Item of an event. */
export function eventItem(event: NewEvent, id: string, keptDays: number): EventItem {
  return defined({
    pk: keys.vm(event.vmId).pk,
    sk: `${EVENT}${id}` as const,
    event,
    eventUser: event.userId,
    ttl: secondsOf(event.act) + keptDays * 24 * 3600,
  });
}

/** The event of an item. */
export function eventOf({ sk, event }: EventItem): PoolEvent {
  const id = sk.slice(EVENT.length);
  return { ...event, id, atMs: timeOf(id) };
}

/** A sort key above all events before `cursor`; without one, above all events. @throws {@link InvalidCursor} */
export function eventBound(cursor: string | undefined): string {
  if (cursor === undefined) return AFTER_EVENTS;
  if (!isEventId(cursor)) throw new InvalidCursor();
  return `${EVENT}${cursor}`;
}
