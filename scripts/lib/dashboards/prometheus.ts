import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Graph } from './graph.ts';
import type { ClassicDashboard } from './panel.ts';
import { dashboardOf, refId } from './panel.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The dashboard for Grafana's Prometheus data source. */
export function prometheusDashboard(): ClassicDashboard {
  return dashboardOf({
    uid: 'vm-pool-prometheus',
    title: 'vm-pool (Prometheus)',
    description:
      'Are people served, is anything stuck, how are machines used, is the store well. Counters are of one process: with several processes, as on AWS, rates are too low and gauges are right.',
    from: 'now-6h',
    datasource: DATASOURCE,
    variables: [
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
      choice('instance', 'Instance', 'label_values(vm_pool_vms, instance)'),
      choice('pool', 'Pool', 'label_values(vm_pool_vms{instance=~"$instance"}, pool)'),
    ],
    queries,
  });
}

function queries({ prometheus }: Graph): DataqueryBuilder[] {
  return prometheus.map(({ expr, legend }, index) =>
    new DataqueryBuilder().refId(refId(index)).expr(expr).legendFormat(legend).range().datasource(DATASOURCE),
  );
}

/** A variable whose first value is "All". */
function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
