import { embeddedSamples } from '../cloudwatch/embedded-samples.ts';
import type { Sample } from '../cloudwatch/samples.ts';
import type { EmulatedAws } from '../emulated-aws/server.ts';
import type { Total } from './totals.ts';

const CLOUDWATCH = 'GraniteServiceVersion20100801';

/** Most metrics that one PutMetricData takes. */
const BATCH = 1000;
const MINUTE_SEC = 60;

/**
 * What CloudWatch shows of a log: totals of the metrics without dimensions, by name. CloudWatch Logs makes metrics of
 * lines in the embedded format; the emulated one does not, so they are put by hand.
 */
export async function shownByCloudWatch(
  aws: EmulatedAws,
  lines: readonly string[],
): Promise<ReadonlyMap<string, Total>> {
  const samples = embeddedSamples(lines).filter(({ dimensions }) => Object.keys(dimensions).length === 0);
  for (let at = 0; at < samples.length; at += BATCH) await put(aws, samples.slice(at, at + BATCH));
  const names = [...new Set(samples.map(({ name }) => name))];
  const totals = await Promise.all(
    names.map((name) =>
      total(
        aws,
        samples.filter((sample) => sample.name === name),
      ),
    ),
  );
  return new Map(names.map((name, at) => [name, totals[at] ?? { sum: 0, sampleCount: 0 }]));
}

async function put(aws: EmulatedAws, samples: readonly Sample[]): Promise<void> {
  const MetricData = samples.map(({ name, atSec, value }) => ({ MetricName: name, Timestamp: atSec, Value: value }));
  await aws.act('monitoring', `${CLOUDWATCH}.PutMetricData`, { Namespace: samples[0]?.namespace, MetricData });
}

/** Sum and SampleCount of one metric over all minutes. */
async function total(aws: EmulatedAws, samples: readonly Sample[]): Promise<Total> {
  const times = samples.map(({ atSec }) => atSec);
  const answer = await aws.act('monitoring', `${CLOUDWATCH}.GetMetricStatistics`, {
    Namespace: samples[0]?.namespace,
    MetricName: samples[0]?.name,
    StartTime: Math.floor(Math.min(...times) / MINUTE_SEC) * MINUTE_SEC,
    EndTime: Math.ceil(Math.max(...times) / MINUTE_SEC + 1) * MINUTE_SEC,
    Period: MINUTE_SEC,
    Statistics: ['Sum', 'SampleCount'],
  });
  const { Datapoints } = JSON.parse(answer) as { Datapoints: { Sum: number; SampleCount: number }[] };
  return Datapoints.reduce(
    ({ sum, sampleCount }, point) => ({ sum: sum + point.Sum, sampleCount: sampleCount + point.SampleCount }),
    { sum: 0, sampleCount: 0 },
  );
}
