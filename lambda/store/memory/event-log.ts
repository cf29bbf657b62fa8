import type { ChangeEvent } from '../../pool/event.ts';
import type { VmState } from '../../pool/vm.ts';

/** How many events are kept; a process that lives on memory needs a bound. */
const KEPT = 10_000;

/** An event in parts: events are read far less often than written, so a reader puts the parts together. */
export interface LoggedEvent {
  readonly event: ChangeEvent;
  readonly atMs: number;
  readonly from: VmState | undefined;
  readonly to: VmState | undefined;
}

/** What has happened lately, in the memory of this process. */
export class EventLog {
  /** The event number n lies at n modulo {@link KEPT}, until a newer one takes its place. */
  private readonly ring: LoggedEvent[] = [];
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

  /** The event number `n`; undefined when it was dropped, or never appended. */
  at(n: number): LoggedEvent | undefined {
    return n < this.appended - KEPT ? undefined : this.ring[n % KEPT];
  }
}
