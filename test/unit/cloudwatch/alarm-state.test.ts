/** The rules by which the tests of the alarms decide, against the tables and examples that AWS has published. */
import { describe, expect, it } from '@jest/globals';
import type { AlarmRule, AlarmState } from '../../support/cloudwatch/alarm-state.ts';
import { nextState } from '../../support/cloudwatch/alarm-state.ts';
import { ruleHolds } from '../../support/cloudwatch/composite-rule.ts';
import { evaluateMath } from '../../support/cloudwatch/metric-math.ts';
import type { Sample } from '../../support/cloudwatch/samples.ts';
import { statisticOf } from '../../support/cloudwatch/samples.ts';

const RULE: AlarmRule = {
  comparison: 'GreaterThanThreshold',
  threshold: 1,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  treatMissingData: 'missing',
};

/** `0` is within the threshold, `X` breaches it, `-` is missing; the latest is last. */
function datapoints(text: string): (number | undefined)[] {
  return text.split(' ').map((point) => ({ '0': 0, X: 2 })[point]);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html (both tables) */
describe('an alarm with missing data', () => {
  it.each([
    { m: 3, points: '0 - X - X', missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' },
    { m: 3, points: '0 - - - -', missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' },
    { m: 3, points: '- - - - -', missing: 'INSUFFICIENT_DATA', ignore: 'same', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 3, points: '0 X X - X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
    { m: 3, points: '- - X - -', missing: 'ALARM', ignore: 'same', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 2, points: '0 - X - X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
    { m: 2, points: '0 0 X 0 X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
    { m: 2, points: '0 - X - -', missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 2, points: '- - - - 0', missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' },
    { m: 2, points: '- - - X -', missing: 'ALARM', ignore: 'same', breaching: 'ALARM', notBreaching: 'OK' },
  ])('$m of 3, $points: $missing, $ignore, $breaching, $notBreaching', ({ m, points, ...expected }) => {
    for (const before of ['OK', 'ALARM'] as const) {
      const after = Object.keys(expected).map((treatMissingData) => {
        const rule = { ...RULE, datapointsToAlarm: m, treatMissingData } as AlarmRule;
        return [treatMissingData, nextState(rule, datapoints(points), before)];
      });
      const wanted = Object.entries(expected).map(([name, state]) => [name, state === 'same' ? before : state]);
      expect(Object.fromEntries(after)).toEqual(Object.fromEntries(wanted));
    }
  });

  it.each(['- - - - X', '- - - X -'])('does not fire too early: 3 of 3, %s', (points) => {
    expect(nextState(RULE, datapoints(points))).toBe('OK');
  });
});

describe('a threshold', () => {
  it.each([
    { comparison: 'GreaterThanThreshold', breaching: [2] },
    { comparison: 'GreaterThanOrEqualToThreshold', breaching: [1, 2] },
    { comparison: 'LessThanThreshold', breaching: [0] },
    { comparison: 'LessThanOrEqualToThreshold', breaching: [0, 1] },
  ] as const)('$comparison 1 is breached by $breaching', ({ comparison, breaching }) => {
    const breached = [0, 1, 2].filter((value) => nextState({ ...RULE, comparison }, [value, value, value]) === 'ALARM');
    expect(breached).toEqual(breaching);
  });
});

describe('a statistic', () => {
  const samples = [3, 1, 2, 10].map((value, atSec) => ({ value, atSec }) as Sample);

  it.each([
    { statistic: 'Sum', value: 6 },
    { statistic: 'SampleCount', value: 3 },
    { statistic: 'Average', value: 2 },
    { statistic: 'Minimum', value: 1 },
    { statistic: 'Maximum', value: 3 },
    { statistic: 'p50', value: 2 },
    { statistic: 'p99', value: 3 },
  ])('$statistic of 3, 1 and 2 is $value; the period ends before the fourth', ({ statistic, value }) => {
    expect(statisticOf(statistic, samples, 0, 3)).toBe(value);
    expect(statisticOf(statistic, samples, 4, 9)).toBeUndefined();
  });

  it('must be known', () => {
    expect(() => statisticOf('TM(10%:90%)', samples, 0, 3)).toThrow('unknown statistic');
  });
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
describe('metric math', () => {
  const values = new Map<string, number | undefined>([
    ['a', 7],
    ['b', 2],
    ['none', undefined],
  ]);

  it.each([
    { formula: 'a - b - 1', result: 4 },
    { formula: 'a - none', result: undefined },
    { formula: 'FILL(none, 0)', result: 0 },
    { formula: 'FILL(a, 0) - FILL(b, 0) - FILL(none, 0)', result: 5 },
    { formula: 'SUM(METRICS())', result: 9 },
    { formula: 'SUM(FILL(METRICS(), 1))', result: 10 },
  ])('$formula is $result', ({ formula, result }) => {
    expect(evaluateMath(formula, values)).toBe(result);
  });

  it.each(['unknown', 'a * b', 'RATE(a)', 'METRICS()', 'a b'])('refuses what it does not know: %s', (formula) => {
    expect(() => evaluateMath(formula, values)).toThrow();
  });
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
describe('the rule of a composite alarm', () => {
  const states = new Map<string, AlarmState>([
    ['on', 'ALARM'],
    ['off', 'OK'],
    ['new one', 'INSUFFICIENT_DATA'],
  ]);

  it.each([
    { rule: 'ALARM("on") OR ALARM("off")', holds: true },
    { rule: 'ALARM(off) OR ALARM("new one")', holds: false },
    { rule: 'ALARM(on) AND NOT ALARM(off)', holds: true },
    { rule: 'ALARM(on) OR ALARM(on) AND ALARM(off)', holds: true },
    { rule: '(ALARM(on) OR ALARM(on)) AND ALARM(off)', holds: false },
    { rule: 'INSUFFICIENT_DATA("new one") AND OK(off) AND NOT FALSE', holds: true },
  ])('$rule: $holds', ({ rule, holds }) => {
    expect(ruleHolds(rule, states)).toBe(holds);
  });

  it.each(['ALARM("unknown")', 'ALARM(on) ALARM(off)', '(ALARM(on)', 'RINGS(on)'])('refuses %s', (rule) => {
    expect(() => ruleHolds(rule, states)).toThrow();
  });
});
