import { describe, expect, it } from '@jest/globals';
import type { LogEvent, Query } from '../../../scripts/lib/logs/events.ts';
import { asJson } from '../../../scripts/lib/logs/format.ts';
import type { Options } from '../../../scripts/lib/logs/options.ts';
import { readLog } from '../../../scripts/lib/logs/read.ts';

const OPTIONS: Options = {
  logGroup: '/aws/lambda/vm-pool-dev',
  environment: undefined,
  region: undefined,
  sinceMs: 1_000,
  follow: false,
  json: true,
  filter: { userId: 'al', vmId: undefined, requestId: undefined, errorsOnly: false },
};

function portsFor(events: readonly LogEvent[]) {
  const asked: Query[] = [];
  const written: string[] = [];
  let writing = 0;
  return {
    asked,
    written,
    ports: {
      clock: () => 2_000,
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
  return { id: String(index), timeMs: 1_500, text: `{"userId":"${userId}","n":${index}}` };
});

describe('readLog', () => {
  it('narrows on the server, filters exactly, and writes one line after the other', async () => {
    const { asked, written, ports } = portsFor(events);
    await expect(readLog(OPTIONS, asJson, ports)).resolves.toBe(2);
    expect(asked).toEqual([{ startMs: 1_000, pattern: '"al"' }]);
    expect(written).toEqual(['{"userId":"al","n":0}\n', '{"userId":"al","n":2}\n']);
  });

  it('keeps polling only when it follows', async () => {
    const { written, ports } = portsFor(events);
    await expect(readLog({ ...OPTIONS, follow: true }, asJson, ports)).rejects.toThrow('slept');
    expect(written).toHaveLength(2);
  });
});
