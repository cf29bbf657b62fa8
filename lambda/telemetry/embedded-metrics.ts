import type { FigureName } from '../pool/meter.ts';
import type { Figure, Labels } from './figures.ts';
import { capitalised, figureOf } from './figures.ts';

/** Most values of one metric in a line. */
const MOST_VALUES = 100;

/** A metric of CloudWatch. */
export interface Metric {
  readonly name: string;
  readonly kind: Figure['kind'];
  /** Value of its dimension, if it has one. */
  readonly pool: string | undefined;
  /** What CloudWatch needs to know of it beside its values, as JSON behind a comma. */
  readonly declaration: string;
  /** What no line carries yet: a sum, the last value, or all measurements. */
  waiting: number | number[] | undefined;
}

/** What a log line carries so that CloudWatch makes metrics of it. */
export interface Embedded {
  /** The pool that some of the metrics are of: a member of the line. */
  readonly pool: string | undefined;
  /** The other members of the line, as JSON without braces. */
  readonly members: string;
}

/**
 * Figures on their way into the log: a line carries them in CloudWatch's embedded metric format, so that no call waits
 * for CloudWatch. What is counted between two lines adds up to one value; measurements stay apart.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmbeddedMetrics {
  private readonly metrics = new Map<string, Metric>();
  /** Metrics with values that no line carries yet. */
  private waiting: Metric[] = [];

  constructor(private readonly namespace: string) {}

  /** The metric that a figure with these labels counts in. */
  metricOf(figure: FigureName, labels: Labels): Metric {
    const { kind, byPool, cloudWatch } = figureOf(figure);
    const name = cloudWatch?.(labels) ?? capitalised(figure);
    const pool = byPool ? labels.pool : undefined;
    const key = `${name} ${pool ?? ''}`;
    const declaration = `,{"Name":"${name}","Unit":"${name.includes('Seconds') ? 'Seconds' : 'Count'}"}`;
    const metric = this.metrics.get(key) ?? { name, kind, pool, declaration, waiting: undefined };
    this.metrics.set(key, metric);
    return metric;
  }

  /** Adds a value to a metric. */
  publish(metric: Metric, value: number): void {
    if (metric.waiting === undefined) this.waiting.push(metric);
    metric.waiting = valuesAfter(metric, value);
  }

  /** What the next line carries: metrics without a dimension, and those of one pool. Nothing if nothing waits. */
  take(nowMs: number): Embedded | undefined {
    const { waiting } = this;
    if (waiting.length === 0) return undefined;
    this.waiting = [];
    let pool: string | undefined;
    let [values, plain, ofPool] = ['', '', ''];
    for (const metric of waiting) {
      if (metric.pool !== undefined && metric.pool !== (pool ??= metric.pool)) this.waiting.push(metric);
      else {
        values += `"${metric.name}":${this.valuesOf(metric)},`;
        if (metric.pool === undefined) plain += metric.declaration;
        else ofPool += metric.declaration;
      }
    }
    const declarations = this.declare('', plain) + this.declare('"pool"', ofPool);
    const aws = `"_aws":{"Timestamp":${nowMs},"CloudWatchMetrics":[${declarations.slice(1)}]}`;
    return { pool, members: values + aws };
  }

  /** As JSON; what a line can't carry waits for the next one. */
  private valuesOf(metric: Metric): string {
    const { waiting } = metric;
    metric.waiting = undefined;
    if (typeof waiting !== 'object') return JSON.stringify(waiting);
    for (const value of waiting.splice(MOST_VALUES)) this.publish(metric, value);
    return JSON.stringify(waiting);
  }

  /** @param metrics - declarations, each after a comma */
  private declare(dimension: string, metrics: string): string {
    if (metrics === '') return '';
    return `,{"Namespace":"${this.namespace}","Dimensions":[[${dimension}]],"Metrics":[${metrics.slice(1)}]}`;
  }
}

function valuesAfter({ kind, waiting }: Metric, value: number): number | number[] {
  if (waiting === undefined || kind === 'gauge') return value;
  if (typeof waiting === 'number') return kind === 'counter' ? waiting + value : [waiting, value];
  waiting.push(value);
  return waiting;
}
