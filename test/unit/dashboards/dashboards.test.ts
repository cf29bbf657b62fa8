/** What Grafana needs of a dashboard: it imports a broken one without a word, and shows empty graphs. */
import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, it } from '@jest/globals';
import type { Panel, Target, Variable } from '../../support/metrics/dashboards.ts';
import { graphsOf, readDashboard } from '../../support/metrics/dashboards.ts';

const COLUMNS = 24;

/** Variables that Grafana sets: https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/#global-variables */
const GLOBAL = ['__rate_interval'];

const dashboards = (['prometheus', 'cloudwatch'] as const).map((source) => ({
  source,
  dashboard: readDashboard(source),
}));

const targets = dashboards.flatMap(({ source, dashboard }) =>
  graphsOf(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({ source, title: panel.title, target })),
  ),
);

/** Names of the variables in a text: `$name`, `${name}`. */
function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
}

function queryOf({ query }: Variable): string {
  return typeof query === 'string' ? query : JSON.stringify(query);
}

function overlap(one: Panel, other: Panel): boolean {
  const [a, b] = [one.gridPos, other.gridPos];
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe.each(dashboards)('the dashboard for $source', ({ source, dashboard }) => {
  const variables = dashboard.templating.list.map(({ name }) => name);
  const graphs = graphsOf(dashboard);

  it('has the schema of Grafana 10', () => {
    expect(dashboard).toMatchObject({ uid: `vm-pool-${source}`, schemaVersion: 38 });
    expect(dashboard).not.toHaveProperty('id');
  });

  it('gives each panel an id of its own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it('fills whole lines, and no panel covers another', () => {
    const area = dashboard.panels.reduce((sum, { gridPos: { w, h } }) => sum + w * h, 0);
    const end = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
    expect(area).toBe(COLUMNS * end);
    const pairs = dashboard.panels.flatMap((one, index) =>
      dashboard.panels.slice(index + 1).map((other) => [one, other] as const),
    );
    expect(pairs.filter(([one, other]) => overlap(one, other)).map(([one]) => one.title)).toEqual([]);
  });

  it('asks the data source that its reader chooses, nowhere another one', () => {
    const { list } = dashboard.templating;
    expect(list.filter(({ type }) => type === 'datasource')).toMatchObject([{ name: 'datasource', query: source }]);
    const asked = [...list, ...graphs, ...graphs.flatMap((panel) => panel.targets ?? [])]
      .map(({ datasource }) => datasource)
      .filter((datasource) => datasource !== undefined);
    expect(new Set(asked.map((datasource) => JSON.stringify(datasource)))).toEqual(
      new Set([JSON.stringify({ type: source, uid: '${datasource}' })]),
    );
  });

  it('uses the variables that it declares, and no other', () => {
    const texts = [...graphs.map((panel) => JSON.stringify(panel)), ...dashboard.templating.list.map(queryOf)];
    const used = new Set(texts.flatMap(variablesIn).filter((name) => !GLOBAL.includes(name)));
    // CloudWatch: the queries name region and namespace by themselves.
    expect([...used].toSorted()).toEqual([...new Set([...variables])].toSorted());
  });

  it.each(graphs)(
    'says of "$title" in which unit it is, and what to do',
    ({ description = '', fieldConfig, datasource }) => {
      expect(Object.values(units)).toContain(fieldConfig?.defaults.unit);
      expect(description.length).toBeGreaterThan(40);
      expect(datasource).toEqual({ type: source, uid: '${datasource}' });
    },
  );

  it.each(graphs)('draws something in "$title", each query under a letter of its own', ({ targets: queries = [] }) => {
    expect(queries.map(({ refId }) => refId)).toEqual(queries.map((_, index) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[index]));
    expect(queries.filter(({ hide = false }) => !hide)).not.toEqual([]);
  });
});

describe('both dashboards', () => {
  it('answer the same questions by the same graphs, but for the age of a process', () => {
    const [prometheus = [], cloudwatch = []] = dashboards.map(({ dashboard }) =>
      dashboard.panels.map(({ title }) => title),
    );
    expect(cloudwatch).toEqual(prometheus.filter((title) => title !== 'Age of the process'));
  });
});

describe('a query of CloudWatch', () => {
  const graphs = graphsOf(readDashboard('cloudwatch'));
  const ids = ({ targets: queries = [] }: Panel) => queries.map(({ id = '' }) => id).filter((id) => id !== '');

  it.each(graphs)('in "$title" has an id of its own, as metric math needs it', (panel) => {
    expect(new Set(ids(panel)).size).toBe(ids(panel).length);
    for (const id of ids(panel)) expect(id).toMatch(/^[a-z][a-zA-Z0-9_]*$/);
  });

  it.each(graphs)('in "$title" is drawn, or its id is in metric math', ({ targets: queries = [] }) => {
    const math = queries.map(({ expression = '' }) => expression);
    const mentioned = math.flatMap((text) => text.match(/\b[a-z]\w*/g) ?? []);
    const hidden = queries.filter(({ hide = false }: Target) => hide).map(({ id }) => id);
    expect([...new Set(mentioned)].toSorted()).toEqual(hidden.toSorted());
  });

  it.each(targets.filter(({ source }) => source === 'cloudwatch'))(
    'in "$title" names region, namespace and period ($target.refId)',
    ({ target }) => {
      expect(target).toMatchObject({ region: '$region', namespace: '$namespace', queryMode: 'Metrics' });
      expect(target).toHaveProperty('period', expect.stringMatching(/^(300|3600|86400)$/));
    },
  );
});
