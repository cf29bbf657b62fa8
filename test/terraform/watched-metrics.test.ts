/**
 * Dashboard and alarms may only read metrics that exist. CloudWatch reports no misspelt name: its graph stays empty,
 * and its alarm never fires.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { FigureName } from '../../lambda/pool/meter.ts';
import { figureOf,FIGURES } from '../../lambda/telemetry/figures.ts';
import { cloudWatchNames } from '../../lambda/telemetry/figures-documentation.ts';
import { AWS_METRICS } from '../support/cloudwatch/aws-metrics.ts';
import { defaultThresholds } from '../support/cloudwatch/default-thresholds.ts';
import type { MetricNames } from '../support/cloudwatch/drawn-metrics.ts';
import { drawnMetrics, unknownIds } from '../support/cloudwatch/drawn-metrics.ts';
import type { PlannedWatch } from '../support/cloudwatch/planned-watch.ts';
import { metricsOf, planWatch, WATCHED } from '../support/cloudwatch/planned-watch.ts';

const PLAN_MS = 120_000;

/** The metrics that the function embeds in its log, as text. */
const EMITTED = (Object.keys(FIGURES) as FigureName[]).flatMap((figure) =>
  cloudWatchNames(figure).map((name) =>
    textOf({ namespace: WATCHED.metrics_namespace, name, dimensions: figureOf(figure).byPool ? ['pool'] : [] }),
  ),
);

const OF_AWS = Object.entries(AWS_METRICS).flatMap(([namespace, byDimensions]) =>
  Object.entries(byDimensions).flatMap(([dimensions, names]) =>
    names.map((name) => textOf({ namespace, name, dimensions: dimensions.split(',') })),
  ),
);

let watch: PlannedWatch;
let drawn: string[];
let alarmed: string[];

beforeAll(async () => {
  watch = await planWatch(defaultThresholds());
  drawn = drawnMetrics(watch.dashboard).map(textOf);
  const metrics = watch.alarms.flatMap(metricsOf);
  alarmed = metrics.map(({ dimensions, ...metric }) =>
    textOf({ ...metric, dimensions: Object.keys(dimensions).sort() }),
  );
}, PLAN_MS);

describe('the metrics', () => {
  it('of the dashboard exist', () => {
    expect(drawn.length).toBeGreaterThan(50);
    expect(drawn.filter((metric) => ![...EMITTED, ...OF_AWS].includes(metric))).toEqual([]);
  });

  it('of the alarms exist', () => {
    expect(alarmed.length).toBeGreaterThan(10);
    expect(alarmed.filter((metric) => ![...EMITTED, ...OF_AWS].includes(metric))).toEqual([]);
  });

  it('that the function emits are all on the dashboard, since each is paid for', () => {
    expect(EMITTED.filter((metric) => !drawn.includes(metric))).toEqual([]);
  });

  it('that a graph computes with are in the graph', () => {
    expect(watch.dashboard.widgets.flatMap(({ properties }) => unknownIds(properties))).toEqual([]);
  });
});

function textOf({ namespace, name, dimensions }: MetricNames): string {
  return `${namespace} ${name}(${dimensions.join(',')})`;
}
