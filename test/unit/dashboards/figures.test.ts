/** Dashboards and rules name figures. A misspelt one is an empty graph, and an alert on it never fires. */
import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '../../../lambda/http/refusals.ts';
import type { FigureName } from '../../../lambda/pool/meter.ts';
import { VM_STATES } from '../../../lambda/pool/vm.ts';
import { figureOf, FIGURES } from '../../../lambda/telemetry/figures.ts';
import { FIGURE_DOCUMENTATION, prometheusName } from '../../../lambda/telemetry/figures-documentation.ts';
import { declaredMetrics } from '../../support/cloudwatch/declared-metrics.ts';
import type { Variable } from '../../support/metrics/dashboards.ts';
import { graphsOf, readDashboard, readRules, withVariables } from '../../support/metrics/dashboards.ts';
import type { Selector } from '../../support/metrics/promql.ts';
import { selectorsOf } from '../../support/metrics/promql.ts';

const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[];

/** Labels that Prometheus gives everything that it scrapes. */
const OF_THE_SCRAPE = ['job', 'instance'];

/** Figures of the store belong to no process. */
const OF_THE_STORE: readonly FigureName[] = ['vms', 'leasesOverdue', 'oldestCheckSeconds'];

const KNOWN_VALUES: Readonly<Record<string, readonly string[]>> = { state: VM_STATES, code: Object.keys(REFUSALS) };

const rules = readRules();

/** Labels of each series by its name. */
const LABELS: ReadonlyMap<string, readonly string[]> = new Map([
  ...FIGURE_NAMES.filter((name) => FIGURE_DOCUMENTATION[name].notInPrometheus === undefined).flatMap(seriesOf),
  ['vm_pool_process_start_time_seconds', [...OF_THE_SCRAPE, 'process']],
  ['up', OF_THE_SCRAPE],
  ...rules.flatMap(recorded),
]);

function seriesOf(name: FigureName): [string, readonly string[]][] {
  const { kind, labels } = figureOf(name);
  const all = [...OF_THE_SCRAPE, ...labels, ...(OF_THE_STORE.includes(name) ? [] : ['process'])];
  const full = prometheusName(name);
  if (kind !== 'histogram') return [[full, all]];
  return [
    [`${full}_bucket`, [...all, 'le']],
    [`${full}_sum`, all],
    [`${full}_count`, all],
  ];
}

/** What a recording rule makes has the labels by which its last operation groups. */
function recorded({ record, expr }: { record?: string; expr: string }): [string, readonly string[]][] {
  if (record === undefined) return [];
  return [[record, (selectorsOf(expr)[0]?.grouped ?? []).filter((label) => label !== 'le')]];
}

const queries = [
  ...graphsOf(readDashboard('prometheus')).flatMap(({ title, targets = [] }) =>
    targets.map(({ expr = '', legendFormat = '' }) => ({
      of: title,
      query: withVariables(expr),
      legend: legendFormat,
    })),
  ),
  ...readDashboard('prometheus').templating.list.flatMap(queriesOfVariable),
  ...rules.map(({ alert, record, expr, annotations = {} }) => ({
    of: alert ?? record ?? '',
    query: expr,
    legend: Object.values(annotations).join('\n').replaceAll('$labels.', ''),
  })),
];

/** `label_values(SERIES, LABEL)` is not PromQL; `sum by (LABEL) (SERIES)` asks for the same. */
function queriesOfVariable({ name, query }: Variable) {
  const text = typeof query === 'string' ? query : (query.query ?? '');
  const [, series = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(text) ?? [];
  return series === '' ? [] : [{ of: `$${name}`, query: withVariables(`sum by (${label}) (${series})`), legend: '' }];
}

describe('what Prometheus is asked for', () => {
  const selected = queries.flatMap(({ of, query }) => selectorsOf(query).map((selector) => ({ of, ...selector })));

  it.each(selected)('in "$of" is a figure: $metric', ({ metric }) => {
    expect([...LABELS.keys()]).toContain(metric);
  });

  it.each(selected)('in "$of" has the labels that the query names: $metric', ({ metric, matched, grouped }) => {
    const named = [...matched.map(({ label }) => label), ...grouped];
    expect(named.filter((label) => LABELS.get(metric)?.includes(label) !== true)).toEqual([]);
  });

  it.each(selected)('in "$of" may have the values that the query names: $metric', ({ matched }: Selector) => {
    const fixed = matched.filter(({ label, value }) => label in KNOWN_VALUES && value !== undefined);
    expect(fixed.filter(({ label, value = '' }) => KNOWN_VALUES[label]?.includes(value) !== true)).toEqual([]);
  });

  // A graph or an alert of each process alone would change its name with each deployment.
  it.each(selected)('in "$of" is summed over processes: $metric', ({ metric, grouped }) => {
    if (LABELS.get(metric)?.includes('process') === true) expect(grouped).not.toContain('process');
  });

  it.each(queries)('in "$of" keeps the labels that its text shows', ({ query, legend }) => {
    const shown = [...legend.matchAll(/\{\{ ?(\w+) ?\}\}/g)].map(([, label = '']) => label);
    for (const { metric, grouped } of selectorsOf(query)) {
      const kept = grouped.length > 0 ? grouped : LABELS.get(metric);
      if (shown.length > 0) expect(kept).toEqual(expect.arrayContaining(shown));
    }
  });

  it('covers every figure that Prometheus gets', () => {
    const used = selected.map(({ metric }) => metric.replace(/_(bucket|count|sum)$/, ''));
    const all = FIGURE_NAMES.filter((name) => FIGURE_DOCUMENTATION[name].notInPrometheus === undefined);
    expect(all.map(prometheusName).filter((name) => !used.includes(name))).toEqual([]);
  });
});

describe('what CloudWatch is asked for', () => {
  const dashboard = readDashboard('cloudwatch');
  const dimensionsOf = new Map(declaredMetrics('vm-pool-dev').map(({ name, dimensions }) => [name, dimensions]));
  const asked = graphsOf(dashboard).flatMap(({ title, targets = [] }) =>
    targets.flatMap(({ metricName, dimensions = {} }) =>
      metricName === undefined ? [] : { title, metricName, dimensions },
    ),
  );

  it.each(asked)('in "$title" is a metric with its dimensions: $metricName', ({ metricName, dimensions }) => {
    expect(dimensionsOf.get(metricName)).toEqual(Object.keys(dimensions));
  });

  it('names the pools by a dimension that exists', () => {
    const pool = dashboard.templating.list.find(({ name }) => name === 'pool');
    expect(pool?.query).toMatchObject({ metricName: 'VmsFree', dimensionKey: 'pool' });
    expect(dimensionsOf.get('VmsFree')).toEqual(['pool']);
  });

  it('covers every metric', () => {
    const used = asked.map(({ metricName }) => metricName);
    expect([...dimensionsOf.keys()].filter((name) => !used.includes(name))).toEqual([]);
  });
});

describe('a query', () => {
  it('is read by the grammar of Prometheus', () => {
    expect(selectorsOf('sum by (a) (rate(x_total{b="c", d=~"e"}[1m])) / y')).toEqual([
      {
        metric: 'x_total',
        matched: [
          { label: 'b', value: 'c' },
          { label: 'd', value: undefined },
        ],
        grouped: ['a'],
      },
      { metric: 'y', matched: [], grouped: [] },
    ]);
    expect(() => selectorsOf('sum by (a) (x')).toThrow('not PromQL');
  });
});
