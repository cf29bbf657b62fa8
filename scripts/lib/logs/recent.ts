import type { FoundEvent, LogEvent } from './events.ts';

/** How many equal events have come in one way and not in the other. */
interface Surplus {
  readonly timeMs: number;
  count: number;
}

/**
 * What a search and a live tail have brought lately, so that an event that both bring is shown once. A live tail gives
 * its events no ids, so stream, time and text stand for an id; the same line twice in a millisecond is
 * two events in each way.
 */
export class Recent {
  private readonly ids = new Map<string, number>();
  private readonly found = new Map<string, Surplus>();
  private readonly tailed = new Map<string, Surplus>();

  private untilMs = Infinity;

  /** @param sinceMs - earlier events come in one way only, epoch milliseconds */
  constructor(private sinceMs: number) {}

  /** Notes an event that a search found. @returns whether it is new */
  isNewFound(event: FoundEvent): boolean {
    if (!this.isShared(event)) return true;
    if (this.ids.has(event.id)) return false;
    this.ids.set(event.id, event.timeMs);
    return isNew(event, this.found, this.tailed);
  }

  /** Notes an event of a live tail. @returns whether it is new */
  isNewTailed(event: LogEvent): boolean {
    return !this.isShared(event) || isNew(event, this.tailed, this.found);
  }

  /** Forgets what happened earlier: nothing will bring it again. */
  forgetBefore(timeMs: number): void {
    this.sinceMs = timeMs;
    for (const [id, eventMs] of this.ids) if (eventMs < timeMs) this.ids.delete(id);
    for (const events of [this.found, this.tailed]) {
      for (const [key, surplus] of events) if (surplus.timeMs < timeMs) events.delete(key);
    }
  }

  /** From then on events come in one way only; none of them is remembered. */
  endAt(timeMs: number): void {
    this.untilMs = timeMs;
  }

  private isShared({ timeMs }: LogEvent): boolean {
    return timeMs >= this.sinceMs && timeMs <= this.untilMs;
  }
}

/** Pairs an event with one that came the other way, or else notes that it waits for that. */
function isNew(event: LogEvent, here: Map<string, Surplus>, there: ReadonlyMap<string, Surplus>): boolean {
  const key = `${event.timeMs} ${event.stream} ${event.text}`;
  const other = there.get(key);
  if (other !== undefined && other.count > 0) {
    other.count -= 1;
    return false;
  }
  const waiting = here.get(key);
  if (waiting === undefined) here.set(key, { timeMs: event.timeMs, count: 1 });
  else waiting.count += 1;
  return true;
}
