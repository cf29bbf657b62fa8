import type { FigureName } from '../../../lambda/pool/meter.ts';
import { figureOf, FIGURES } from '../../../lambda/telemetry/figures.ts';
import { cloudWatchNames } from '../../../lambda/telemetry/figures-documentation.ts';
import type { MetricNames } from './drawn-metrics.ts';

/** Every metric that the function can embed in its log, for a namespace. */
export function declaredMetrics(namespace: string): MetricNames[] {
  return (Object.keys(FIGURES) as FigureName[]).flatMap((figure) =>
    cloudWatchNames(figure).map((name) => ({ namespace, name, dimensions: figureOf(figure).byPool ? ['pool'] : [] })),
  );
}

/** `vm-pool-dev VmsFree(pool)`. */
export function textOfNames({ namespace, name, dimensions }: MetricNames): string {
  return `${namespace} ${name}(${[...dimensions].sort().join(',')})`;
}
