import { randomBytes } from 'node:crypto';

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
