/**
 * Dashboard and alarms may only read metrics that exist. CloudWatch reports no misspelt name: its graph stays empty,
 * and its alarm never fires.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { AWS_METRICS } from '../support/cloudwatch/aws-metrics.ts';
import { declaredMetrics, textOfNames } from '../support/cloudwatch/declared-metrics.ts';
import { defaultThresholds } from '../support/cloudwatch/default-thresholds.ts';
import { drawnMetrics, unknownIds } from '../support/cloudwatch/drawn-metrics.ts';
import type { PlannedWatch } from '../support/cloudwatch/planned-watch.ts';
import { metricsOf, planWatch, WATCHED } from '../support/cloudwatch/planned-watch.ts';

const PLAN_MS = 120_000;

const EMITTED = declaredMetrics(WATCHED.metrics_namespace).map(textOfNames);

const OF_AWS = Object.entries(AWS_METRICS).flatMap(([namespace, byDimensions]) =>
  Object.entries(byDimensions).flatMap(([dimensions, names]) =>
    names.map((name) => textOfNames({ namespace, name, dimensions: dimensions.split(',') })),
  ),
);

let watch: PlannedWatch;
let drawn: string[];
let alarmed: string[];

beforeAll(async () => {
  watch = await planWatch(defaultThresholds());
  drawn = drawnMetrics(watch.dashboard).map(textOfNames);
  const metrics = watch.alarms.flatMap(metricsOf);
  alarmed = metrics.map(({ dimensions, ...metric }) => textOfNames({ ...metric, dimensions: Object.keys(dimensions) }));
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
