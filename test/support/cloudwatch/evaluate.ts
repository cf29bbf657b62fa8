import type { AlarmState } from './alarm-state.ts';
import { evaluationRange, nextState } from './alarm-state.ts';
import { ruleHolds } from './composite-rule.ts';
import { evaluateMath } from './metric-math.ts';
import type { PlannedAlarm, PlannedWatch } from './planned-watch.ts';
import type { MetricId, Sample } from './samples.ts';
import { statisticOf, textOf } from './samples.ts';

const MINUTE_SEC = 60;

/**
 * The state of every alarm and of the alarm of the environment, by name, after CloudWatch has evaluated them each
 * minute from `startSec` to `endSec`. All begin with `OK`.
 */
export function statesAfter(
  watch: PlannedWatch,
  samples: readonly Sample[],
  startSec: number,
  endSec: number,
): ReadonlyMap<string, AlarmState> {
  const byMetric = grouped(samples);
  const states = new Map<string, AlarmState>();
  for (const alarm of watch.alarms) {
    let state: AlarmState = 'OK';
    for (let nowSec = startSec + MINUTE_SEC; nowSec <= endSec; nowSec += MINUTE_SEC) {
      if (hasTooFewSamples(alarm, byMetric, nowSec)) continue;
      state = nextState(alarm.rule, datapointsOf(alarm, byMetric, nowSec), state);
    }
    states.set(alarm.name, state);
  }
  return states.set(watch.composite.name, ruleHolds(watch.composite.rule, states) ? 'ALARM' : 'OK');
}

type ByMetric = ReadonlyMap<string, readonly Sample[]>;

function grouped(samples: readonly Sample[]): ByMetric {
  const byMetric = new Map<string, Sample[]>();
  for (const sample of samples) {
    const known = byMetric.get(textOf(sample));
    if (known === undefined) byMetric.set(textOf(sample), [sample]);
    else known.push(sample);
  }
  return byMetric;
}

/**
 * Whether CloudWatch waits for more samples before it evaluates a percentile.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
 */
function hasTooFewSamples(alarm: PlannedAlarm, samples: ByMetric, nowSec: number): boolean {
  const { watched, rule, periodSec, ignoresFewSamples } = alarm;
  if (!ignoresFewSamples || !('metric' in watched)) return false;
  const part = Number(watched.statistic.slice(1)) / 100;
  const startSec = nowSec - rule.evaluationPeriods * periodSec;
  const count = statisticOf('SampleCount', samples.get(textOf(watched.metric)) ?? [], startSec, nowSec) ?? 0;
  return count < 10 / Math.min(1 - part, part);
}

/** One datapoint for each period that CloudWatch reads, the latest last. Periods end now, not at a full hour. */
function datapointsOf({ rule, periodSec, watched }: PlannedAlarm, samples: ByMetric, nowSec: number) {
  const range = evaluationRange(rule);
  return Array.from({ length: range }, (_, index) => {
    const endSec = nowSec - (range - 1 - index) * periodSec;
    const valueOf = ({ metric, statistic }: { metric: MetricId; statistic: string }) =>
      statisticOf(statistic, samples.get(textOf(metric)) ?? [], endSec - periodSec, endSec);
    if ('metric' in watched) return valueOf(watched);
    return evaluateMath(watched.formula, new Map([...watched.metrics].map(([id, query]) => [id, valueOf(query)])));
  });
}
