import type { Journal, Metric } from '../pool/journal.ts';
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
  return ({ level = 'INFO', message, fields, metrics }) => {
    const nowMs = clock();
    const line: Record<string, unknown> = { timestamp: new Date(nowMs).toISOString(), level, message, ...fields };
    if (metricsNamespace !== undefined && metrics !== undefined) embed(metrics, line, metricsNamespace, nowMs);
    write(JSON.stringify(line));
  };
}

/** Adds to the line one by one: on every request, objects spread into objects would cost several times as much. */
function embed(metrics: readonly Metric[], line: Record<string, unknown>, namespace: string, nowMs: number): void {
  for (const { name, value, by } of metrics) Object.assign(line, by, { [name]: value });
  const directives = metrics.map(({ name, unit, by = {} }) => ({
    Namespace: namespace,
    Dimensions: [Object.keys(by)],
    Metrics: [{ Name: name, Unit: unit }],
  }));
  line._aws = { Timestamp: nowMs, CloudWatchMetrics: directives };
}

/** What a line may tell of a fault: never its `cause`, which may carry a whole request. */
export function faultFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error))
    return { error: { name: typeof error, message: 'something that is no Error was thrown' } };
  const { name, message, stack } = error;
  return { error: { name, message, stack } };
}
