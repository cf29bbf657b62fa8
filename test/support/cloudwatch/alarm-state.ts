/**
 * How CloudWatch decides on the state of an alarm. The emulated AWS keeps alarms and never evaluates one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The part of an alarm that decides. */
export interface AlarmRule {
  readonly comparison: keyof typeof COMPARISONS;
  readonly threshold: number;
  /** N: periods that are looked at */
  readonly evaluationPeriods: number;
  /** M: periods of them that have to breach */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching';
}

/** How CloudWatch's operators compare a value with the threshold. */
const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

/** CloudWatch reads some periods more than it evaluates; in its examples 5 for 3. */
const MORE_PERIODS = 2;

/** Periods that CloudWatch reads for an alarm. */
export function evaluationRange({ evaluationPeriods }: Pick<AlarmRule, 'evaluationPeriods'>): number {
  return evaluationPeriods + MORE_PERIODS;
}

/**
 * The state after one evaluation.
 *
 * @param datapoints - one for each period of {@link evaluationRange}, the latest last; undefined where one is missing
 * @param state - the state before
 */
export function nextState(
  rule: AlarmRule,
  datapoints: readonly (number | undefined)[],
  state: AlarmState = 'OK',
): AlarmState {
  const breaches = datapoints.map((value) =>
    value === undefined ? undefined : COMPARISONS[rule.comparison](value, rule.threshold),
  );
  const real = breaches.filter((breach) => breach !== undefined);
  const enough = real.length >= rule.evaluationPeriods;
  const breaching = (enough ? real.slice(-rule.evaluationPeriods) : real).filter(Boolean).length;
  if (breaching >= rule.datapointsToAlarm) return 'ALARM';
  return enough ? 'OK' : withGaps(rule, breaches, breaching, state);
}

/** Too few datapoints: as many as are needed are filled in, and none more. */
function withGaps(
  rule: AlarmRule,
  breaches: readonly (boolean | undefined)[],
  breaching: number,
  state: AlarmState,
): AlarmState {
  const real = breaches.filter((breach) => breach !== undefined);
  const filled = rule.evaluationPeriods - real.length;
  switch (rule.treatMissingData) {
    case 'notBreaching':
      return 'OK';
    case 'breaching':
      return breaching + filled >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
    case 'ignore':
      return real.includes(false) ? 'OK' : state;
    case 'missing':
      if (real.length === 0) return 'INSUFFICIENT_DATA';
      return isPremature(rule, breaches) ? 'ALARM' : 'OK';
  }
}

/** Whether data stopped after a breach that is old enough, with nothing good since. */
function isPremature(
  { evaluationPeriods, datapointsToAlarm }: AlarmRule,
  breaches: readonly (boolean | undefined)[],
): boolean {
  if (breaches.includes(false)) return false;
  const recent = breaches.slice(-evaluationPeriods);
  const oldest = recent.indexOf(true);
  return oldest !== -1 && recent.length - oldest >= datapointsToAlarm;
}
