import { MetricEditorMode, MetricQueryType, MetricsQueryBuilder } from '@grafana/grafana-foundation-sdk/cloudwatch';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { CloudWatchLine, CloudWatchMetric, Graph } from './graph.ts';
import type { ClassicDashboard } from './panel.ts';
import { dashboardOf, refId } from './panel.ts';

const DATASOURCE = { type: 'cloudwatch', uid: '${datasource}' };

/** What Grafana's editor of variables writes. */
const VARIABLE_REF_ID = 'CloudWatchVariableQueryEditor-VariableQuery';

/** CloudWatch keeps data points of 5 minutes for 63 days, those of a minute for 15. */
const PERIOD_SECONDS = 300;

/** The dashboard for Grafana's CloudWatch data source. */
export function cloudWatchDashboard(): ClassicDashboard {
  return dashboardOf({
    uid: 'vm-pool-cloudwatch',
    title: 'vm-pool (CloudWatch)',
    description:
      'Are people served, is anything stuck, how are machines used, is the store well. The namespace is the name of an environment.',
    from: 'now-24h',
    datasource: DATASOURCE,
    variables: [
      new DatasourceVariableBuilder('datasource').label('CloudWatch').type('cloudwatch'),
      choice('region', 'Region', 'regions()', { queryType: 'regions' }),
      new TextBoxVariableBuilder('namespace').label('Namespace').defaultValue('vm-pool-prod'),
      choice('pool', 'Pool', 'dimension_values($region, $namespace, VmsFree, pool)', {
        queryType: 'dimensionValues',
        region: '$region',
        namespace: '$namespace',
        metricName: 'VmsFree',
        dimensionKey: 'pool',
        dimensionFilters: {},
      }),
    ],
    queries,
  });
}

function choice(name: string, label: string, definition: string, query: object): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ ...query, refId: VARIABLE_REF_ID })
    .definition(definition)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.AlphabeticalAsc);
}

function queries({ cloudwatch }: Graph): MetricsQueryBuilder[] | undefined {
  return cloudwatch?.flatMap(queriesOf).map((query, index) => query.refId(refId(index)));
}

/** Metrics that math uses come first and are hidden. */
function queriesOf({ label, of, math, periodSeconds = PERIOD_SECONDS }: CloudWatchLine): MetricsQueryBuilder[] {
  const metrics = Object.entries(of).map(([id, metric]) =>
    metricQuery(id, metric)
      .period(String(periodSeconds))
      .hide(math !== undefined),
  );
  if (math === undefined) return metrics.map((query) => query.label(label));
  return [...metrics, mathQuery(math).period(String(periodSeconds)).label(label)];
}

function metricQuery(id: string, { metric, statistic, ofPool = false }: CloudWatchMetric): MetricsQueryBuilder {
  return query(MetricEditorMode.Builder)
    .id(id)
    .metricName(metric)
    .statistic(statistic)
    .dimensions(ofPool ? { pool: '$pool' } : {})
    .matchExact(true);
}

function mathQuery(expression: string): MetricsQueryBuilder {
  return query(MetricEditorMode.Code).expression(expression);
}

function query(mode: MetricEditorMode): MetricsQueryBuilder {
  return new MetricsQueryBuilder()
    .metricQueryType(MetricQueryType.Search)
    .metricEditorMode(mode)
    .datasource(DATASOURCE)
    .region('$region')
    .namespace('$namespace');
}
