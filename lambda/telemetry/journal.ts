import type { Journal, JournalEntry } from '../pool/journal.ts';
import type { Clock } from '../pool/ports.ts';
import type { Embedded, EmbeddedMetrics } from './embedded-metrics.ts';
import { errorBody } from './error-body.ts';

/** What the journal needs from outside. */
export interface JournalOptions {
  readonly clock: Clock;
  /** Metrics that the lines carry; without it they carry none. */
  readonly metrics?: Pick<EmbeddedMetrics, 'take'> | undefined;
  /** Takes one finished line. */
  readonly write: (line: string) => void;
}

/**
 * A journal of JSON lines, each with the metrics that have come up since the line before.
 *
 * Lambda does not change a line that is JSON with `timestamp` and `level`
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
 */
export function createJournal({ clock, metrics, write }: JournalOptions): Journal {
  return (entry) => {
    const nowMs = clock();
    write(lineOf(entry, nowMs, metrics?.take(nowMs)));
    // Rare: more pools or more values than one line can carry.
    for (let more = metrics?.take(nowMs); more !== undefined; more = metrics?.take(nowMs)) {
      write(lineOf({ message: 'metrics' }, nowMs, more));
    }
  };
}

function lineOf(
  { level = 'INFO', message, fields, error }: JournalEntry,
  nowMs: number,
  metrics: Embedded | undefined,
): string {
  const line: Record<string, unknown> = { timestamp: new Date(nowMs).toISOString(), level, message, ...fields };
  if (error !== undefined) line.error = errorBody(error);
  if (metrics === undefined) return JSON.stringify(line);
  if (metrics.pool !== undefined) line.pool = metrics.pool;
  return `${JSON.stringify(line).slice(0, -1)},${metrics.members}}`;
}
