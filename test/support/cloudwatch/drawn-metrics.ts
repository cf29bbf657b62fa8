import type { Dashboard } from './planned-watch.ts';

/** A metric by its names only: namespace, name, and the sorted names of its dimensions. */
export interface MetricNames {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

type Graph = Dashboard['widgets'][number]['properties'];

/** Every metric that the graphs of a dashboard draw or search for. */
export function drawnMetrics({ widgets }: Dashboard): MetricNames[] {
  return widgets.flatMap(({ properties }) => (properties.metrics ?? []).flatMap(metricOf));
}

/** Ids of a graph that a formula uses without the graph having them. */
export function unknownIds({ metrics = [] }: Graph): string[] {
  const options = metrics.map((parts) => parts.at(-1) as { id?: string; expression?: string });
  const ids = options.flatMap(({ id }) => id ?? []);
  const formulas = options.flatMap(({ expression }) => (expression?.includes('SEARCH') ? [] : (expression ?? [])));
  return formulas.flatMap((formula) => (formula.match(/\b[a-z]\w*/g) ?? []).filter((id) => !ids.includes(id)));
}

/** Namespace, name, and name and value of each dimension, then options; or options only, with a formula. */
function metricOf(parts: readonly unknown[]): MetricNames[] {
  const texts = parts.filter((part) => typeof part === 'string');
  const [namespace, name, ...dimensions] = texts;
  if (namespace === undefined) return searched((parts[0] as { expression: string }).expression);
  return [{ namespace, name: name ?? '', dimensions: dimensions.filter((_, index) => index % 2 === 0).sort() }];
}

/** `SEARCH('{namespace,dimension} MetricName="name"', ...)`; names in braces may be quoted. */
function searched(formula: string): MetricNames[] {
  const [, schema = '', name] = /SEARCH\('\{([^}]*)\} MetricName="(\w+)"/.exec(formula) ?? [];
  if (name === undefined) return [];
  const [namespace = '', ...dimensions] = schema.replaceAll('"', '').split(',');
  return [{ namespace, name, dimensions: dimensions.sort() }];
}
