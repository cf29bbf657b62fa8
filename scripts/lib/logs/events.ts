/** One log event, as CloudWatch keeps it. */
export interface LogEvent {
  /** Name of its log stream: one for each process of a function. */
  readonly stream: string;
  /** When it happened, epoch milliseconds. */
  readonly timeMs: number;
  readonly text: string;
}

/** A log event that a search found. */
export interface FoundEvent extends LogEvent {
  /** Unique in the log. */
  readonly id: string;
}

/** What to look for. */
export interface Query {
  /** Earliest time of an event, epoch milliseconds. */
  readonly startMs: number;
  /** Latest time of an event; absent: none. */
  readonly endMs?: number;
  /** Narrows the search on the server. */
  readonly pattern: string | undefined;
}

/** Some of the events that a query finds, oldest first; a page may be empty although others follow. */
interface Page {
  readonly events: readonly FoundEvent[];
  /** Leads to the next page, if there is one. */
  readonly nextToken: string | undefined;
}

/** Fetches one page of a query's events: the first, or the one that a token leads to. */
export type FetchPage = (query: Query, nextToken: string | undefined) => Promise<Page>;

/** What following needs from outside. */
export interface FollowPorts {
  readonly fetchPage: FetchPage;
  /** Current time, epoch milliseconds. */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How often to look for more. */
export const POLL_EVERY_MS = 2_000;

/**
 * How long after its time an event may still appear: Lambda sends its log in batches, and CloudWatch indexes it later.
 */
export const LATE_MS = 120_000;

/** Everything there is. */
export async function* found(fetchPage: FetchPage, query: Query): AsyncGenerator<FoundEvent> {
  let nextToken: string | undefined;
  do {
    const page = await fetchPage(query, nextToken);
    yield* page.events;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

/**
 * All events so far, then new ones without end, each event once.
 *
 * Each look starts {@link LATE_MS} before the one ahead of it began, not at the newest event seen: a filter may find
 * nothing for hours, and every look would search all of them again.
 */
export async function* followed({ fetchPage, clock, sleep }: FollowPorts, query: Query): AsyncGenerator<FoundEvent> {
  const seen = new Map<string, number>();
  let startMs = query.startMs;
  for (;;) {
    const nextStartMs = Math.max(startMs, clock() - LATE_MS);
    for await (const event of found(fetchPage, { ...query, startMs })) {
      if (seen.has(event.id)) continue;
      if (event.timeMs >= nextStartMs) seen.set(event.id, event.timeMs);
      yield event;
    }
    forgetBefore(nextStartMs, seen);
    startMs = nextStartMs;
    await sleep(POLL_EVERY_MS);
  }
}

/** What lies before the next look can't be found again; to remember it would only fill the memory. */
function forgetBefore(timeMs: number, seen: Map<string, number>): void {
  for (const [id, eventMs] of seen) {
    if (eventMs < timeMs) seen.delete(id);
  }
}
