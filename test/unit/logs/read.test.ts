import { describe, expect, it } from '@jest/globals';
import type { FoundEvent, Query } from '../../../scripts/lib/logs/events.ts';
import { asJson } from '../../../scripts/lib/logs/format.ts';
import type { Options } from '../../../scripts/lib/logs/options.ts';
import { readLog } from '../../../scripts/lib/logs/read.ts';

const OPTIONS: Options = {
  groups: { function: '/aws/lambda/vm-pool-dev' },
  environment: undefined,
  region: undefined,
  sinceMs: 1_000,
  follow: undefined,
  json: true,
  filter: { userId: 'al', vmId: undefined, requestId: undefined, errorsOnly: false },
  query: undefined,
};

function portsFor(events: readonly FoundEvent[]) {
  const asked: Query[] = [];
  const written: string[] = [];
  const noticed: string[] = [];
  let writing = 0;
  return {
    asked,
    written,
    noticed,
    ports: {
      clock: () => 2_000,
      openTail: async () => {
        throw new Error('no tail here');
      },
      notice: (sentence: string) => void noticed.push(sentence),
      signal: new AbortController().signal,
      sleep: async () => {
        throw new Error('slept');
      },
      fetchPage: async (query: Query) => {
        asked.push(query);
        return { events, nextToken: undefined };
      },
      write: async (text: string) => {
        expect((writing += 1)).toBe(1);
        await Promise.resolve();
        writing -= 1;
        written.push(text);
      },
    },
  };
}

const events = ['al', 'alice', 'al'].map((userId, index) => {
  return { id: String(index), stream: 's', timeMs: 1_500, text: `{"userId":"${userId}","n":${index}}` };
});

describe('readLog', () => {
  it('narrows on the server, filters exactly, and writes one line after the other', async () => {
    const { asked, written, ports } = portsFor(events);
    await expect(readLog(OPTIONS, asJson, ports)).resolves.toBe(2);
    expect(asked).toEqual([{ startMs: 1_000, pattern: '"al"' }]);
    expect(written).toEqual(['{"userId":"al","n":0}\n', '{"userId":"al","n":2}\n']);
  });

  it('keeps polling when it follows by polling', async () => {
    const { written, noticed, ports } = portsFor(events);
    await expect(readLog({ ...OPTIONS, follow: 'polling' }, asJson, ports)).rejects.toThrow('slept');
    expect({ written: written.length, noticed }).toEqual({ written: 2, noticed: [] });
  });

  it('asks for a live tail when it follows, and polls where there is none', async () => {
    const { written, noticed, ports } = portsFor(events);
    await expect(readLog({ ...OPTIONS, follow: 'live' }, asJson, ports)).rejects.toThrow('slept');
    expect({ written: written.length, noticed }).toEqual({
      written: 2,
      noticed: ['no live tail: no tail here; polling from here on'],
    });
  });
});
