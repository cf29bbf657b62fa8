import { describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../../lambda/pool/journal.ts';
import { createJournal, faultFields } from '../../../lambda/telemetry/journal.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0, 5);

function written(entry: JournalEntry, metricsNamespace?: string): unknown {
  const lines: string[] = [];
  createJournal({ clock: () => NOW_MS, metricsNamespace, write: (line) => lines.push(line) })(entry);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return JSON.parse(lines[0] ?? '');
}

const entry: JournalEntry = {
  message: 'request',
  fields: { route: 'POST /getvm', userId: 'eve\n{"level":"ERROR"}' },
  metrics: [
    { name: 'Requests', unit: 'Count', value: 1, by: { route: 'POST /getvm', statusCode: '200' } },
    { name: 'Grants', unit: 'Count', value: 1 },
  ],
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

  it('embeds the metrics where a namespace is set', () => {
    expect(written(entry, 'vm-pool-dev')).toMatchObject({
      message: 'request',
      statusCode: '200',
      Requests: 1,
      Grants: 1,
      _aws: {
        Timestamp: NOW_MS,
        CloudWatchMetrics: [
          {
            Namespace: 'vm-pool-dev',
            Dimensions: [['route', 'statusCode']],
            Metrics: [{ Name: 'Requests', Unit: 'Count' }],
          },
          { Namespace: 'vm-pool-dev', Dimensions: [[]], Metrics: [{ Name: 'Grants', Unit: 'Count' }] },
        ],
      },
    });
  });
});

describe('faultFields', () => {
  it('tells name, message and stack of an error, but not its cause', () => {
    const error = new TypeError('broken', { cause: { privateKey: 'secret' } });
    expect(faultFields(error)).toEqual({ error: { name: 'TypeError', message: 'broken', stack: error.stack } });
  });

  it('tells nothing of a thrown value that is no error', () => {
    expect(JSON.stringify(faultFields({ privateKey: 'secret' }))).not.toContain('secret');
  });
});
