import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FoundEvent, LogEvent, Query } from '../../../scripts/lib/logs/events.ts';
import { LATE_MS, POLL_EVERY_MS } from '../../../scripts/lib/logs/events.ts';
import { INDEXED_WITHIN_MS, tailed } from '../../../scripts/lib/logs/tail.ts';

const START_MS = 1_700_000_000_000;
const QUERY: Query = { startMs: START_MS - 600_000, pattern: '"alice"' };

/** An event, and when CloudWatch had it and let searches find it, milliseconds from the start of the test. */
interface Arrival {
  readonly event: FoundEvent;
  readonly arrivesMs: number;
  readonly indexedMs: number;
}

function event(id: string, timeMs: number, text = id): FoundEvent {
  return { id, stream: 's', timeMs: START_MS + timeMs, text };
}

class Enough extends Error {}

/** A log whose tail begins when it is opened, and ends with an error after some seconds. */
function world(
  arrivals: readonly Arrival[],
  { tailSec = 30, opens = true, pollSec = 20, end = new Error('over') } = {},
) {
  const stop = new AbortController();
  const notices: string[] = [];
  const patterns: (string | undefined)[] = [];
  let nowMs = 0;
  let polled = 0;
  const ports = {
    clock: () => START_MS + nowMs,
    signal: stop.signal,
    notice: (sentence: string) => void notices.push(sentence),
    fetchPage: async ({ startMs, pattern }: Query) => {
      patterns.push(pattern);
      const known = arrivals.filter((one) => one.indexedMs <= nowMs && one.event.timeMs >= startMs);
      return { events: known.map((one) => one.event), nextToken: undefined };
    },
    sleep: async () => {
      nowMs += POLL_EVERY_MS;
      if ((polled += POLL_EVERY_MS / 1000) > pollSec) throw new Enough();
    },
    openTail: async (pattern: string | undefined) => {
      patterns.push(pattern);
      if (!opens) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
      return updates();
    },
  };

  async function* updates() {
    for (let sec = 0; sec < tailSec; sec++) {
      const came = arrivals.filter(({ arrivesMs }) => arrivesMs > nowMs && arrivesMs <= nowMs + 1000);
      nowMs += 1000;
      yield {
        events: came.map(({ event: { stream, timeMs, text } }): LogEvent => ({ stream, timeMs, text })),
        isSample: false,
      };
    }
    throw end;
  }

  async function shown(): Promise<string[]> {
    const texts: string[] = [];
    try {
      for await (const { text } of tailed(ports, QUERY)) texts.push(text);
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
    return texts;
  }

  return { ports, notices, patterns, shown, stop };
}

const timedOut = Object.assign(new Error('Session timed out'), { name: 'SessionTimeoutException' });

describe('tailed', () => {
  it('shows what there is, then what comes, then polls when the live tail has ended, and says so', async () => {
    const { notices, patterns, shown } = world(
      [
        { event: event('before', -60_000), arrivesMs: -50_000, indexedMs: -40_000 },
        { event: event('live', 3_000), arrivesMs: 3_500, indexedMs: 9_000 },
        { event: event('after', 35_000), arrivesMs: 36_000, indexedMs: 40_000 },
      ],
      { end: timedOut },
    );
    expect(await shown()).toEqual(['before', 'live', 'after']);
    expect(notices).toEqual(['no live tail: one lasts three hours; polling from here on']);
    expect(new Set(patterns)).toEqual(new Set([QUERY.pattern]));
  });

  it('shows what CloudWatch had before the live tail began, and found only later', async () => {
    const arrivals = [{ event: event('between', -1_000), arrivesMs: -500, indexedMs: 5_000 }];
    expect(await world(arrivals, { tailSec: (LATE_MS + 60_000) / 1000 }).shown()).toEqual(['between']);
  });

  it('polls where the live tail is refused, and says what it needs', async () => {
    const { notices, shown } = world([{ event: event('after', 5_000), arrivesMs: 5_500, indexedMs: 6_000 }], {
      opens: false,
    });
    expect(await shown()).toEqual(['after']);
    expect(notices).toEqual([
      'no live tail: these AWS credentials need logs:StartLiveTail and logs:DescribeLogGroups; polling from here on',
    ]);
  });

  it('shows the same line twice when it was logged twice in a millisecond', async () => {
    const twice = ['a', 'b'].map((id) => ({ event: event(id, 3_000, 'same'), arrivesMs: 3_500, indexedMs: 8_000 }));
    expect(await world(twice).shown()).toEqual(['same', 'same']);
  });

  it('does not poll after an abort', async () => {
    const { notices, ports, stop } = world([], { tailSec: 1 });
    stop.abort();
    await expect(async () => {
      for await (const { text } of tailed(ports, QUERY)) expect(text).toBe('');
    }).rejects.toThrow('over');
    expect(notices).toEqual([]);
  });

  it('says once that a live tail shows a sample', async () => {
    const { notices, ports, shown } = world([], { end: timedOut });
    ports.openTail = async () =>
      (async function* () {
        for (const isSample of [true, true, false]) yield { events: [], isSample };
        throw timedOut;
      })();
    await shown();
    expect(notices[0]).toBe('more than 500 lines a second: a live tail shows a sample, --poll shows all');
    expect(notices).toHaveLength(2);
  });

  /** A function logs, CloudWatch has it within half a minute, and searches find it within ten seconds more. */
  const arrival = fc
    .record({
      timeMs: fc.integer({ min: -200_000, max: 40_000 }),
      lateMs: fc.integer({ min: 0, max: 30_000 }),
      indexMs: fc.integer({ min: 0, max: INDEXED_WITHIN_MS - 1_000 }),
      text: fc.constantFrom('x', 'y', 'z'),
    })
    .map(({ timeMs, lateMs, indexMs, text }) => {
      const rounded = Math.round(timeMs / 5_000) * 5_000;
      const arrivesMs = rounded + lateMs;
      return { rounded, arrivesMs, indexedMs: arrivesMs + indexMs, text };
    });

  it('shows each event once, whichever way it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 30 }), fc.boolean(), async (drawn, opens) => {
        const arrivals = drawn.map(({ rounded, text, ...when }, at) => {
          return { event: event(String(at), rounded, `${text} ${String(rounded)}`), ...when };
        });
        const { shown } = world(arrivals, { opens, pollSec: (LATE_MS + 60_000) / 1000 });
        const logged = arrivals.map((one) => one.event.text);
        expect((await shown()).toSorted()).toEqual(logged.toSorted());
      }),
    );
  });
});
