import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { GRAFANA } from './promtool.ts';

/** A dashboard as Grafana imports it, as far as tests look at it. */
export interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

/** A row or a graph. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: Datasource;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

/** A query of Prometheus or CloudWatch. */
export interface Target {
  readonly refId: string;
  readonly datasource: Datasource;
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly id?: string;
  readonly metricName?: string;
  readonly statistic?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly expression?: string;
  readonly hide?: boolean;
}

/** Which data source something asks. */
export interface Datasource {
  readonly type: string;
  readonly uid: string;
}

/** What a reader may choose at the top. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly datasource?: Datasource;
  readonly query: string | { readonly query?: string; readonly metricName?: string; readonly dimensionKey?: string };
}

/** A recording rule has `record`, an alert has the rest. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads a dashboard of `terraform/grafana/`. */
export function readDashboard(source: 'prometheus' | 'cloudwatch'): Dashboard {
  return JSON.parse(readFileSync(path.join(GRAFANA, `vm-pool-${source}.json`), 'utf8')) as Dashboard;
}

/** Its graphs, without rows. */
export function graphsOf({ panels }: Dashboard): Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** All rules of Prometheus. */
export function readRules(): Rule[] {
  const { groups } = readYaml('rules.yml') as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Reads a YAML file of `terraform/grafana/`. */
export function readYaml(name: string): unknown {
  return parse(readFileSync(path.join(GRAFANA, name), 'utf8')) as unknown;
}

/** A query with values for the variables that a reader chooses and for those that Grafana sets. */
export function withVariables(query: string, variables: Readonly<Record<string, string>> = {}): string {
  const values: Readonly<Record<string, string>> = { instance: '.+', pool: '.+', __rate_interval: '1m', ...variables };
  return query.replaceAll(/\$(\w+)/g, (text, name: string) => values[name] ?? text);
}
