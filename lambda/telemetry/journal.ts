import type { Journal, JournalEntry, Metric } from '../pool/journal.ts';
import type { Clock } from '../pool/ports.ts';

/** What the journal needs from outside. */
export interface JournalOptions {
  readonly clock: Clock;
  /** CloudWatch namespace of the metrics; without one no metric is written. */
  readonly metricsNamespace?: string | undefined;
  /** Takes one finished line. */
  readonly write: (line: string) => void;
}

/**
 * A journal of JSON lines, the metrics of an entry embedded in its line (CloudWatch embedded metric format, so that
 * CloudWatch makes them from the log and no call waits for it:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 *
 * Lambda passes a line that is JSON with `timestamp` and `level` on as it is
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
 */
export function createJournal({ clock, metricsNamespace, write }: JournalOptions): Journal {
  return (entry) => {
    const nowMs = clock();
    const line = { timestamp: new Date(nowMs).toISOString(), ...plainFields(entry) };
    write(
      JSON.stringify(
        metricsNamespace === undefined || entry.metrics === undefined
          ? line
          : { ...line, ...embedded(metricsNamespace, nowMs, entry.metrics) },
      ),
    );
  };
}

function plainFields({ level = 'INFO', message, fields }: JournalEntry): Record<string, unknown> {
  return { level, message, ...fields };
}

function embedded(namespace: string, nowMs: number, metrics: readonly Metric[]): Record<string, unknown> {
  const directives = metrics.map(({ name, unit, by = {} }) => ({
    Namespace: namespace,
    Dimensions: [Object.keys(by)],
    Metrics: [{ Name: name, Unit: unit }],
  }));
  const values = metrics.map(({ name, value, by }) => ({ ...by, [name]: value }));
  return Object.assign({ _aws: { Timestamp: nowMs, CloudWatchMetrics: directives } }, ...values) as Record<
    string,
    unknown
  >;
}

/** What a line may tell of a fault: never its `cause`, which may carry a whole request. */
export function faultFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error))
    return { error: { name: typeof error, message: 'something that is no Error was thrown' } };
  const { name, message, stack } = error;
  return { error: { name, message, stack } };
}
