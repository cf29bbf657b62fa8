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
  const declare = declarations(metricsNamespace);
  return ({ level = 'INFO', message, fields, metrics }) => {
    const nowMs = clock();
    const line: Record<string, unknown> = { timestamp: new Date(nowMs).toISOString(), level, message, ...fields };
    if (metricsNamespace === undefined || metrics === undefined) {
      write(JSON.stringify(line));
      return;
    }
    for (const { name, value, by } of metrics) {
      Object.assign(line, by);
      line[name] = value;
    }
    const declared = metrics.map(declare).join(',');
    // Put on as text: half of such a line is declarations, and they are the same each time.
    write(`${JSON.stringify(line).slice(0, -1)},"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":[${declared}]}}`);
  };
}

/** What CloudWatch is to know of a metric beside its value, as JSON. Only the value changes, so each is made once. */
function declarations(namespace: string | undefined): (metric: Metric) => string {
  const made = new Map<string, string>();
  return ({ name, unit, by = {} }) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const metrics = [{ Name: name, Unit: unit }];
    const declared = JSON.stringify({ Namespace: namespace, Dimensions: [Object.keys(by)], Metrics: metrics });
    made.set(name, declared);
    return declared;
  };
}

/** What a line may tell of a fault: never its `cause`, which may carry a whole request. */
export function faultFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error))
    return { error: { name: typeof error, message: 'something that is no Error was thrown' } };
  const { name, message, stack } = error;
  return { error: { name, message, stack } };
}
