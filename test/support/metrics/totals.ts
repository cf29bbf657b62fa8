/** What the values of a metric come to. */
export interface Total {
  /** CloudWatch's statistic Sum. */
  readonly sum: number;
  /** CloudWatch's statistic SampleCount. */
  readonly sampleCount: number;
}

/** The lines of the service's log in an output that has other lines too. */
export function logLinesIn(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
}
