import type { NewEvent, PoolEvent } from '../pool/event.ts';
import type { EventQuery, Page } from '../pool/ports.ts';

/** How many events are kept at least; a process that lives on memory needs a bound. */
const KEPT = 10_000;

/** What has happened lately, in the memory of this process. */
export class EventLog {
  private readonly events: PoolEvent[] = [];
  private appended = 0;

  /** Appends one event, at constant cost. */
  append(event: NewEvent): void {
    this.appended += 1;
    this.events.push({ ...event, id: String(this.appended).padStart(16, '0') });
    if (this.events.length >= 2 * KEPT) this.events.splice(0, KEPT);
  }

  /** Newest first. */
  page(query: EventQuery): Page<PoolEvent> {
    const { cursor, limit } = query;
    const wanted = this.events.filter((event) => {
      return 'vmId' in query ? event.vmId === query.vmId : event.userId === query.userId;
    });
    const older = cursor === undefined ? wanted : wanted.filter(({ id }) => id < cursor);
    const items = older.slice(-limit).reverse();
    const last = items.at(-1);
    return { items, ...(older.length > limit && last !== undefined && { cursor: last.id }) };
  }
}
