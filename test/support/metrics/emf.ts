/** What CloudWatch makes of the lines that a function has logged, by the rules of the embedded metric format. */

/** One metric of one log line. */
export interface EmbeddedMetric {
  readonly name: string;
  readonly unit: string;
  /** Values of its dimensions by their names. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** What the values of a metric come to. */
export interface Total {
  /** CloudWatch's statistic Sum. */
  readonly sum: number;
  /** CloudWatch's statistic SampleCount. */
  readonly sampleCount: number;
}

interface Embedding {
  readonly CloudWatchMetrics: readonly {
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}

type LogLine = Readonly<Record<string, unknown>>;

/** The log lines in an output that has other lines too. */
export function logLinesIn(output: string): LogLine[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** The metrics that a log line has embedded. */
export function embeddedIn(line: LogLine): EmbeddedMetric[] {
  const { CloudWatchMetrics } = (line._aws as Embedding | undefined) ?? { CloudWatchMetrics: [] };
  return CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name, Unit }) => ({
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(names.map((name) => [name, String(line[name])])),
        values: [line[Name]].flat() as number[],
      })),
    ),
  );
}

/** Totals of the metrics of log lines by name, over all their dimensions. */
export function totalsOf(lines: readonly LogLine[]): ReadonlyMap<string, Total> {
  const totals = new Map<string, Total>();
  for (const { name, values } of lines.flatMap(embeddedIn)) {
    const { sum, sampleCount } = totals.get(name) ?? { sum: 0, sampleCount: 0 };
    totals.set(name, {
      sum: values.reduce((all, value) => all + value, sum),
      sampleCount: sampleCount + values.length,
    });
  }
  return totals;
}
