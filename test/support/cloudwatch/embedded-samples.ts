import type { Sample } from './samples.ts';

interface EmbeddedLine extends Readonly<Record<string, unknown>> {
  readonly _aws?: {
    /** Milliseconds */
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/**
 * What CloudWatch makes of the lines of a log: a line may carry metrics in the embedded format, and a metric of it one
 * value or several.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedSamples(lines: readonly string[]): Sample[] {
  return lines.flatMap((line) => samplesOf(JSON.parse(line) as EmbeddedLine));
}

function samplesOf(line: EmbeddedLine): Sample[] {
  const { Timestamp = 0, CloudWatchMetrics = [] } = line._aws ?? {};
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((keys) => {
      const dimensions = Object.fromEntries(keys.map((key) => [key, String(line[key])]));
      return Metrics.flatMap(({ Name: name }) =>
        [line[name]]
          .flat()
          .map((value) => ({ namespace, name, dimensions, atSec: Timestamp / 1000, value: Number(value) })),
      );
    }),
  );
}
