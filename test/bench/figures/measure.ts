/** A bound for a figure. A ratio is relative to the measure's baseline. */
export interface Target {
  readonly of: 'ratio' | 'value';
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** `''` means a plain number. */
export type Unit = 'ms' | 'us' | 'ns' | 's' | 'req/s' | 'x' | '1/s' | 'bytes' | 'requests' | 'RCU' | 'WCU' | '';

/** One line of the result. */
export interface Measure {
  /** For programs, such as `cold.answer`; the same in all versions */
  readonly id: string;
  /** For people */
  readonly what: string;
  readonly unit: Unit;
  readonly value: number;
  /** In the same unit */
  readonly baseline?: number;
  readonly ratio?: number;
  readonly target?: Target;
}

/** The result of one part of the benchmark. */
export interface Findings {
  readonly measures: readonly Measure[];
  /** How it was measured, where a reader of the figures needs to know */
  readonly notes: readonly string[];
}

/** Whether a measure meets its target; undefined when it has none. */
export function meetsTarget({ value, ratio, target }: Measure): boolean | undefined {
  if (target === undefined) return undefined;
  const figure = target.of === 'value' ? value : (ratio ?? NaN);
  return figure <= (target.atMost ?? Infinity) && figure >= (target.atLeast ?? -Infinity);
}
