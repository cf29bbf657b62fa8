import type { ChangeEvent, PoolEvent } from '../../pool/event.ts';
import type { EventQuery, Page } from '../../pool/ports.ts';
import { InvalidCursor } from '../../pool/refusals.ts';
import type { VmState } from '../../pool/vm.ts';

/** How many events are kept; a process that lives on memory needs a bound. */
const KEPT = 10_000;

/** An event in parts: events are read far less often than written, so a reader puts the parts together. */
interface Entry {
  readonly event: ChangeEvent;
  readonly atMs: number;
  readonly from: VmState | undefined;
  readonly to: VmState | undefined;
}

/** What has happened lately, in the memory of this process. */
export class EventLog {
  /** The event number n lies at n modulo {@link KEPT}, until a newer one takes its place. */
  private readonly ring: Entry[] = [];
  private appended = 0;
  private lastAtMs = -Infinity;

  /** How many events were appended since the start. */
  get size(): number {
    return this.appended;
  }

  /**
   * Appends one event, at constant cost. A request that started earlier but comes later gets the time of the last
   * event.
   */
  append(event: ChangeEvent, from: VmState | undefined, to: VmState | undefined): void {
    this.lastAtMs = Math.max(this.lastAtMs, event.act.nowMs);
    this.ring[this.appended % KEPT] = { event, atMs: this.lastAtMs, from, to };
    this.appended += 1;
  }

  /** Newest first. @throws {@link InvalidCursor} */
  page(query: EventQuery): Page<PoolEvent> {
    const { cursor, limit } = query;
    if (cursor !== undefined && !this.isId(cursor)) throw new InvalidCursor();
    const items: PoolEvent[] = [];
    for (const event of this.newestFirst()) {
      const isWanted = 'vmId' in query ? event.vmId === query.vmId : event.userId === query.userId;
      if (!isWanted || (cursor !== undefined && event.id >= cursor)) continue;
      const last = items.at(-1);
      if (items.length === limit && last !== undefined) return { items, cursor: last.id };
      items.push(event);
    }
    return { items };
  }

  /** Whether an event has had this id; it may be dropped by now. */
  private isId(text: string): boolean {
    return /^\d{16}$/.test(text) && Number(text) < this.appended;
  }

  private *newestFirst(): Iterable<PoolEvent> {
    for (let n = this.appended - 1; n >= Math.max(0, this.appended - KEPT); n -= 1) {
      const entry = this.ring[n % KEPT];
      if (entry !== undefined) yield poolEvent(n, entry);
    }
  }
}

function poolEvent(n: number, { event, atMs, from, to }: Entry): PoolEvent {
  const id = String(n).padStart(16, '0');
  return { ...event, from, to, id, atMs };
}
