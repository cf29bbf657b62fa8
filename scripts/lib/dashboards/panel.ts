import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  LegendDisplayMode,
  LegendPlacement,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Dashboard, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DashboardBuilder, DashboardCursorSync, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Graph } from './graph.ts';
import { QUESTIONS } from './questions.ts';

/** Grafana 10 and later import it: https://grafana.com/docs/grafana/v10.0/dashboards/build-dashboards/view-dashboard-json-model/ */
const SCHEMA_VERSION = 38;

/** Columns of a page. */
const COLUMNS = 24;

/** Panels beside each other. */
const BESIDE = 3;

/** Height of a panel, in rows of the grid. */
const HEIGHT = 8;

/** Schema v2, which replaces it, needs Grafana 12. */
// eslint-disable-next-line @typescript-eslint/no-deprecated
export type ClassicDashboard = Dashboard;

/** What a dashboard has beside the questions. */
export interface Source {
  /** Unchanging id of the dashboard. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Range of time at first. */
  readonly from: string;
  readonly datasource: DataSourceRef;
  readonly variables: Builder<VariableModel>[];
  /** The queries of a graph; undefined if the data source does not get the figure. */
  readonly queries: (graph: Graph) => Builder<Dataquery>[] | undefined;
}

/** The dashboard of one data source: a row for each question. */
export function dashboardOf({ queries, datasource, ...source }: Source): ClassicDashboard {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const builder = new DashboardBuilder(source.title)
    .uid(source.uid)
    .description(source.description)
    .tags(['vm-pool'])
    .time({ from: source.from, to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(source.variables);
  let id = 0;
  for (const { question, graphs } of QUESTIONS) {
    builder.withRow(new RowBuilder(question).id(++id));
    const drawn = graphs.flatMap((graph) => withTargets(graph, queries(graph)));
    for (const [index, { graph, targets }] of drawn.entries()) {
      const panel = panelOf(graph).span(widthOf(index, drawn.length));
      builder.withPanel(panel.id(++id).datasource(datasource).targets(targets));
    }
  }
  return { ...builder.build(), schemaVersion: SCHEMA_VERSION };
}

function panelOf({ title, description, unit, draws = 'lines' }: Graph): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .height(HEIGHT)
    .fillOpacity(draws === 'stack' ? 40 : 5)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  return draws === 'stack' ? panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : panel;
}

function withTargets(graph: Graph, targets: Builder<Dataquery>[] | undefined) {
  return targets === undefined ? [] : [{ graph, targets }];
}

/** The last panels of a question fill their line. */
function widthOf(index: number, count: number): number {
  const last = count % BESIDE;
  return COLUMNS / (index < count - last ? BESIDE : last);
}

/** A, B, C ... */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
