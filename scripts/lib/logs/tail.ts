import type { FollowPorts, FoundEvent, LogEvent, Query } from './events.ts';
import { followed, found, LATE_MS } from './events.ts';
import type { OpenTail } from './live-tail.ts';
import { Recent } from './recent.ts';

/** What a live tail needs from outside. */
export interface TailPorts extends FollowPorts {
  readonly openTail: OpenTail;
  /** Says something about the tail itself. */
  readonly notice: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** How long after its arrival a search may miss an event. */
export const INDEXED_WITHIN_MS = 10_000;

/** Why a live tail did not begin or has ended, by the name of the error or the code of what Node could not do. */
const REASONS = new Map([
  ['SessionTimeoutException', 'one lasts three hours'],
  ['AccessDeniedException', 'these AWS credentials need logs:StartLiveTail and logs:DescribeLogGroups'],
  ['LimitExceededException', 'too many run at once in this account'],
  ['ENOTFOUND', "its endpoint can't be found from here"],
  // An emulator answers with a page.
  ['SyntaxError', 'this endpoint has none'],
]);

/**
 * All events so far, then new ones as soon as CloudWatch has them. Where a live tail can't begin, or has ended, it
 * polls as {@link followed} does, and says why. Each event comes once. Ends only with an error, such as an abort.
 *
 * A live tail would drop what comes while the events so far are read, so it begins afterwards. Two searches fill the
 * gap: one as the tail begins, one for what CloudWatch had received by then and found only later.
 */
export async function* tailed(ports: TailPorts, query: Query): AsyncGenerator<LogEvent> {
  const gap = { ...query, startMs: Math.max(query.startMs, ports.clock() - LATE_MS) };
  const recent = new Recent(gap.startMs);
  yield* newFound(found(ports.fetchPage, query), recent);
  try {
    yield* live(ports, gap, recent);
    ports.notice('the live tail ended; polling from here on');
  } catch (error) {
    if (ports.signal.aborted) throw error;
    ports.notice(`no live tail: ${reasonOf(error)}; polling from here on`);
  }
  // The clocks of those who log may be ahead.
  recent.endAt(ports.clock() + LATE_MS);
  const startMs = Math.max(gap.startMs, ports.clock() - LATE_MS);
  yield* newFound(followed(ports, { ...query, startMs }), recent);
}

async function* live(ports: TailPorts, gap: Query, recent: Recent): AsyncGenerator<LogEvent> {
  const updates = await ports.openTail(gap.pattern);
  const searchAtMs = [ports.clock(), ports.clock() + INDEXED_WITHIN_MS];
  let wasSample = false;
  for await (const { events, isSample } of updates) {
    if (isSample && !wasSample)
      ports.notice('more than 500 lines a second: a live tail shows a sample, --poll shows all');
    wasSample = isSample;
    yield* events.filter((event) => recent.isNewTailed(event));
    const [dueMs] = searchAtMs;
    if (dueMs === undefined) recent.forgetBefore(ports.clock() - LATE_MS);
    else if (ports.clock() >= dueMs) {
      searchAtMs.shift();
      yield* newFound(found(ports.fetchPage, gap), recent);
    }
  }
}

async function* newFound(events: AsyncIterable<FoundEvent>, recent: Recent): AsyncGenerator<FoundEvent> {
  for await (const event of events) if (recent.isNewFound(event)) yield event;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, code = '', message } = error as NodeJS.ErrnoException;
  const [line = name] = message.split('\n', 1);
  return REASONS.get(name) ?? REASONS.get(code) ?? line;
}
