/** The lists that operators read. Loaded for the first of them, so that borrowers pay nothing for it. */
import { defined } from '../../pool/defined.ts';
import type { PoolEvent } from '../../pool/event.ts';
import type { EventQuery, Page, PageQuery } from '../../pool/ports.ts';
import { InvalidCursor } from '../../pool/refusals.ts';
import type { VmStatus } from '../../pool/vm.ts';
import type { EventLog, LoggedEvent } from './event-log.ts';
import { statusOf } from './slot.ts';
import type { Vms } from './vms.ts';

/** One page of all VMs, by id. @throws {@link InvalidCursor} */
export function statusPage(vms: Vms, { cursor, limit }: PageQuery): Page<VmStatus> {
  const after = cursor === undefined ? '' : idOf(cursor);
  const rest = [...vms.all()].filter(({ vm }) => vm.id > after);
  const items = rest
    .sort((one, other) => (one.vm.id < other.vm.id ? -1 : 1))
    .slice(0, limit)
    .map(statusOf);
  const last = items.at(-1);
  return defined({ items, cursor: rest.length > limit && last !== undefined ? cursorOf(last) : undefined });
}

/** One page of events, newest first. @throws {@link InvalidCursor} */
export function eventPage(log: EventLog, query: EventQuery): Page<PoolEvent> {
  const { cursor, limit } = query;
  if (cursor !== undefined && !isEventId(cursor, log)) throw new InvalidCursor();
  const items: PoolEvent[] = [];
  for (const event of newestFirst(log)) {
    const isWanted = 'vmId' in query ? event.vmId === query.vmId : event.userId === query.userId;
    if (!isWanted || (cursor !== undefined && event.id >= cursor)) continue;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, cursor: last.id };
    items.push(event);
  }
  return { items };
}

/** Marks the cursors of {@link statusPage}, so that a made-up one is noticed. */
const CURSOR = 'after:';

function cursorOf({ vm }: VmStatus): string {
  return CURSOR + vm.id;
}

/** Id of the last VM of an earlier page. @throws {@link InvalidCursor} */
function idOf(cursor: string): string {
  if (!cursor.startsWith(CURSOR)) throw new InvalidCursor();
  return cursor.slice(CURSOR.length);
}

/** Whether an event has had this id; it may be dropped by now. */
function isEventId(text: string, log: EventLog): boolean {
  return /^\d{16}$/.test(text) && Number(text) < log.size;
}

function* newestFirst(log: EventLog): Iterable<PoolEvent> {
  for (let n = log.size - 1; ; n -= 1) {
    const logged = log.at(n);
    if (logged === undefined) return;
    yield poolEvent(n, logged);
  }
}

function poolEvent(n: number, { event, atMs, from, to }: LoggedEvent): PoolEvent {
  const id = String(n).padStart(16, '0');
  return { ...event, from, to, id, atMs };
}
