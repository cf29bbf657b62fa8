import type { FigureName, Meter } from '../pool/meter.ts';
import type { Figure } from './figures.ts';
import { capitalised, figureOf } from './figures.ts';

/** Most values of one metric in a line. */
const MOST_VALUES = 100;

/** The group of metrics that are not of a pool. */
const NO_POOL = '';

/** Values of metrics, by name. */
type Values = Map<string, number[]>;

/** What a log line carries so that CloudWatch makes metrics of it. */
export interface Embedded {
  /** Members of the line: a value or several of each metric, and the pool that some of them are of. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The member `CloudWatchMetrics`, as JSON. */
  readonly declarations: string;
}

/**
 * Figures on their way into the log: a line carries them in CloudWatch's embedded metric format, so that no call waits
 * for CloudWatch. What is counted between two lines adds up to one value; measurements stay apart.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmbeddedMetrics {
  /** What no line carries yet, by pool. */
  private readonly waiting = new Map<string, Values>();
  /** Declarations that were made before: half of a line is declarations, and they are the same each time. */
  private readonly declared = new Map<string, string>();

  constructor(private readonly namespace: string) {}

  readonly publish: Meter = (name, labels, value = 1) => {
    const figure = figureOf(name);
    const pool = figure.byPool === true && 'pool' in labels ? labels.pool : NO_POOL;
    const values = this.waiting.get(pool) ?? (new Map() as Values);
    this.waiting.set(pool, values);
    const metric = metricName(name, figure, labels);
    values.set(metric, valuesAfter(figure, values.get(metric), value));
  };

  /** What the next line carries: metrics without dimensions, and those of one pool. Nothing if nothing waits. */
  take(): Embedded | undefined {
    if (this.waiting.size === 0) return undefined;
    const pool = [...this.waiting.keys()].find((name) => name !== NO_POOL);
    const groups = [...this.takeOf(NO_POOL), ...(pool === undefined ? [] : this.takeOf(pool))];
    const fields = Object.assign(pool === undefined ? {} : { pool }, ...groups.map((group) => group.fields)) as object;
    return {
      fields: fields as Embedded['fields'],
      declarations: `[${groups.map((group) => group.declarations).join()}]`,
    };
  }

  private takeOf(pool: string): Embedded[] {
    const values = this.waiting.get(pool);
    if (values === undefined) return [];
    const declarations = this.declare(pool === NO_POOL ? [] : ['pool'], [...values.keys()]);
    const fields: Record<string, unknown> = {};
    for (const [metric, all] of values) {
      const some = all.splice(0, MOST_VALUES);
      fields[metric] = some.length === 1 ? some[0] : some;
      if (all.length === 0) values.delete(metric);
    }
    if (values.size === 0) this.waiting.delete(pool);
    return [{ fields, declarations }];
  }

  /** What CloudWatch needs to know of metrics beside their values. */
  private declare(dimensions: readonly string[], metrics: readonly string[]): string {
    const key = [...dimensions, ...metrics].join();
    const known = this.declared.get(key);
    if (known !== undefined) return known;
    const Metrics = metrics.map((Name) => ({ Name, Unit: Name.includes('Seconds') ? 'Seconds' : 'Count' }));
    const made = JSON.stringify({ Namespace: this.namespace, Dimensions: [dimensions], Metrics });
    this.declared.set(key, made);
    return made;
  }
}

/** The name of a figure in CloudWatch. */
function metricName(name: FigureName, { cloudWatch }: Figure, labels: Readonly<Record<string, string>>): string {
  return cloudWatch?.(labels) ?? capitalised(name);
}

function valuesAfter({ kind }: Figure, earlier: number[] = [], value: number): number[] {
  if (kind === 'histogram') return [...earlier, value];
  const [sum = 0] = earlier;
  return [kind === 'counter' ? sum + value : value];
}
