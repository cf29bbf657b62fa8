import type { Journal, Metric } from '../pool/journal.ts';
import type { Clock } from '../pool/ports.ts';
import { errorBody } from './error-body.ts';

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
 * Lambda does not change a line that is JSON with `timestamp` and `level`
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
 */
export function createJournal({ clock, metricsNamespace, write }: JournalOptions): Journal {
  const declare = declarations(metricsNamespace);
  return ({ level = 'INFO', message, fields, error, metrics }) => {
    const nowMs = clock();
    const line: Record<string, unknown> = { timestamp: new Date(nowMs).toISOString(), level, message, ...fields };
    if (error !== undefined) line.error = errorBody(error);
    if (metricsNamespace === undefined || metrics === undefined) {
      write(JSON.stringify(line));
      return;
    }
    for (const { name, value, dimensions } of metrics) {
      Object.assign(line, dimensions);
      line[name] = value;
    }
    const declared = metrics.map(declare).join(',');
    // Appended as text: half of such a line is declarations, and they are the same each time.
    write(`${JSON.stringify(line).slice(0, -1)},"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":[${declared}]}}`);
  };
}

/** What CloudWatch needs to know of a metric beside its value, as JSON. Only values change, so each is made once. */
function declarations(namespace: string | undefined): (metric: Metric) => string {
  const made = new Map<string, string>();
  return ({ name, unit, dimensions = {} }) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const metrics = [{ Name: name, Unit: unit }];
    const declared = JSON.stringify({ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics });
    made.set(name, declared);
    return declared;
  };
}
