import { describe, expect, it } from '@jest/globals';
import type { FetchPage, FoundEvent, Query } from '../../../scripts/lib/logs/events.ts';
import { followed, found, LATE_MS, POLL_EVERY_MS } from '../../../scripts/lib/logs/events.ts';

const SINCE_MS = 1_000_000;
const QUERY: Query = { startMs: SINCE_MS, pattern: '"alice"' };

function event(id: string, timeMs = SINCE_MS): FoundEvent {
  return { id, stream: 's', timeMs, text: id };
}

async function idsOf(events: AsyncIterable<FoundEvent>): Promise<string[]> {
  const ids = [];
  for await (const { id } of events) ids.push(id);
  return ids;
}

describe('found', () => {
  it('reads all pages, also past an empty one', async () => {
    const pages: Record<string, { events: FoundEvent[]; nextToken: string | undefined }> = {
      first: { events: [event('a'), event('b')], nextToken: 'empty' },
      empty: { events: [], nextToken: 'last' },
      last: { events: [event('c')], nextToken: undefined },
    };
    const asked: Query[] = [];
    const fetchPage: FetchPage = async (query, token = 'first') => {
      asked.push(query);
      return pages[token] ?? { events: [], nextToken: undefined };
    };
    expect(await idsOf(found(fetchPage, QUERY))).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([QUERY, QUERY, QUERY]);
  });
});

/** A log that grows while it is followed: `arrivals[n]` appears after the nth poll. */
function growingLog(arrivals: readonly (readonly FoundEvent[])[], pollMs = POLL_EVERY_MS) {
  const log: FoundEvent[] = [...(arrivals[0] ?? [])];
  const starts: number[] = [];
  const slept: number[] = [];
  let nowMs = SINCE_MS;
  const end = new Error('enough');
  return {
    starts,
    slept,
    end,
    setClock: (ms: number) => (nowMs = ms),
    ports: {
      clock: () => nowMs,
      fetchPage: async ({ startMs }: Query) => {
        starts.push(startMs);
        return { events: log.filter(({ timeMs }) => timeMs >= startMs), nextToken: undefined };
      },
      sleep: async (ms: number) => {
        slept.push(ms);
        if (slept.length >= arrivals.length) throw end;
        nowMs += pollMs;
        log.push(...(arrivals[slept.length] ?? []));
      },
    },
  };
}

async function follow(log: ReturnType<typeof growingLog>, query = QUERY): Promise<string[]> {
  const ids: string[] = [];
  try {
    for await (const { id } of followed(log.ports, query)) ids.push(id);
  } catch (error) {
    if (error !== log.end) throw error;
  }
  return ids;
}

describe('followed', () => {
  it('shows each event once although the polls overlap', async () => {
    const log = growingLog([[event('a'), event('b')], [event('c')], [], [event('d')]]);
    expect(await follow(log)).toEqual(['a', 'b', 'c', 'd']);
    expect(log.slept).toEqual([POLL_EVERY_MS, POLL_EVERY_MS, POLL_EVERY_MS, POLL_EVERY_MS]);
  });

  it('keeps events of the same time and text apart', async () => {
    const twins = [
      { ...event('a'), text: 'same' },
      { ...event('b'), text: 'same' },
    ];
    expect(await follow(growingLog([twins.slice(0, 1), twins.slice(1)]))).toEqual(['a', 'b']);
  });

  it('shows an event that arrives long after a later one', async () => {
    const pollMs = LATE_MS / 2;
    const late = event('late', SINCE_MS + pollMs - LATE_MS / 4);
    const log = growingLog([[], [event('early', SINCE_MS + pollMs)], [late]], pollMs);
    expect(await follow(log)).toEqual(['early', 'late']);
  });

  it('looks back from the start of the previous poll, so that a slow poll misses no event', async () => {
    const log = growingLog([[], []], LATE_MS * 3);
    const slow = { ...log.ports };
    const { fetchPage } = log.ports;
    slow.fetchPage = async (query) => {
      const page = await fetchPage(query);
      log.setClock(SINCE_MS + LATE_MS * 10);
      return page;
    };
    await follow({ ...log, ports: slow }, { ...QUERY, startMs: 0 });
    expect(log.starts).toEqual([0, SINCE_MS - LATE_MS]);
  });

  it('searches only the overlap again, also when nothing is found for hours', async () => {
    const hourMs = 3_600_000;
    const log = growingLog([[], [], [], []], hourMs);
    await follow(log);
    expect(log.starts).toEqual([SINCE_MS, SINCE_MS, SINCE_MS + hourMs - LATE_MS, SINCE_MS + 2 * hourMs - LATE_MS]);
  });

  it('never looks back further than asked', async () => {
    const log = growingLog([[], [event('before', SINCE_MS - 1)], []]);
    expect(await follow(log)).toEqual([]);
    expect(log.starts).toEqual([SINCE_MS, SINCE_MS, SINCE_MS]);
  });

  it('shows nothing twice when the clock is set back', async () => {
    const laterMs = SINCE_MS + 10 * LATE_MS;
    const log = growingLog([[], [event('a', laterMs - LATE_MS / 2)], [], []], 10 * LATE_MS);
    const { sleep } = log.ports;
    const ports = {
      ...log.ports,
      sleep: async (ms: number) => {
        await sleep(ms);
        if (log.slept.length === 3) log.setClock(SINCE_MS);
      },
    };
    expect(await follow({ ...log, ports })).toEqual(['a']);
    expect(log.starts).toEqual([...log.starts].sort((a, b) => a - b));
  });
});
