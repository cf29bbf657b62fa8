import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../../lambda/pool/journal.ts';
import type { Embedded } from '../../../lambda/telemetry/embedded-metrics.ts';
import { createJournal } from '../../../lambda/telemetry/journal.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0, 5);

function written(entry: JournalEntry, metrics?: Embedded): unknown {
  const lines: string[] = [];
  const waiting = [metrics];
  const take = () => waiting.shift();
  createJournal({ clock: () => NOW_MS, metrics: { take }, write: (line) => lines.push(line) })(entry);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return JSON.parse(lines[0] ?? '');
}

const entry: JournalEntry = {
  message: 'request',
  fields: { route: 'POST /getvm', userId: 'eve\n{"level":"ERROR"}' },
};

describe('the journal', () => {
  it('writes an entry as one line of JSON, whatever is in it', () => {
    expect(written(entry)).toEqual({
      timestamp: '2026-11-21T12:00:00.005Z',
      level: 'INFO',
      message: 'request',
      route: 'POST /getvm',
      userId: 'eve\n{"level":"ERROR"}',
    });
  });

  it('embeds the metrics that have come up since the line before', () => {
    const line = written(entry, { pool: 'lab', members: '"Grants":1,"_aws":{"Timestamp":5}' });
    expect(line).toMatchObject({ message: 'request', pool: 'lab', Grants: 1, _aws: { Timestamp: 5 } });
  });

  it('writes one more line for metrics that do not fit into the line of the entry', () => {
    const lines: string[] = [];
    const waiting = [
      { pool: undefined, members: '"A":1' },
      { pool: undefined, members: '"B":1' },
    ];
    const metrics = { take: () => waiting.shift() };
    createJournal({ clock: () => NOW_MS, metrics, write: (line) => lines.push(line) })(entry);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { message: 'request', A: 1 },
      { message: 'metrics', level: 'INFO', B: 1 },
    ]);
  });
});

describe('an error in the journal', () => {
  const loggedError = (error: unknown) => (written({ message: 'request', error }) as { error: unknown }).error;

  it('is logged with name, message and stack', () => {
    const error = new TypeError('broken');
    expect(loggedError(error)).toEqual({ name: 'TypeError', message: 'broken', stack: error.stack });
  });

  it('is logged with the name and message of each cause, and nothing else of them', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8000'), { request: { key: 'secret' } });
    const failed = new TypeError('fetch failed', { cause: refused });
    expect(loggedError(new Error('the store did not answer', { cause: failed }))).toMatchObject({
      message: 'the store did not answer',
      causes: [
        { name: 'TypeError', message: 'fetch failed' },
        { name: 'Error', message: 'connect ECONNREFUSED 127.0.0.1:8000' },
      ],
    });
    expect(JSON.stringify(loggedError(failed))).not.toContain('secret');
  });

  it('is logged with its code when its message is empty, as when every address of a host refuses', () => {
    const error = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(loggedError(error)).toMatchObject({ name: 'AggregateError', message: 'ECONNREFUSED' });
  });

  it('cuts a circular chain of causes', () => {
    const error = new Error('one');
    error.cause = new Error('other', { cause: error });
    expect((loggedError(error) as { causes: unknown[] }).causes).toHaveLength(5);
  });

  it.each([{ privateKey: 'secret' }, new Error('broken', { cause: { privateKey: 'secret' } })])(
    'shows nothing of a value that is not an error: %j',
    (thrown) => {
      expect(JSON.stringify(loggedError(thrown))).not.toContain('secret');
    },
  );
});
