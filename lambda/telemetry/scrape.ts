import type { FigureName } from '../pool/meter.ts';
import type { Clock } from '../pool/ports.ts';
import type { PowerView } from '../pool/power-view.ts';
import type { Backlog } from '../pool/tidying.ts';
import type { Upkeep } from '../pool/upkeep.ts';
import type { PoolCounts } from '../pool/vm.ts';
import { figureOf, FIGURES, SECONDS_BUCKETS } from './figures.ts';
import { FIGURE_DOCUMENTATION, prometheusName } from './figures-documentation.ts';
import type { Series } from './meter.ts';
import type { MetricsPage, PrometheusMetric, PrometheusSeries } from './prometheus.ts';
import { metricsPage } from './prometheus.ts';

/** How long the figures of the store are used again, milliseconds: any number of scrapes costs the table little. */
const KEPT_MS = 5_000;

/** How far overdue leases and checks are counted. */
const MOST_OVERDUE = 1_000;

/** The figures that the store knows, whichever process is asked. */
const OF_THE_STORE: ReadonlySet<FigureName> = new Set([
  'vms',
  'poweredVms',
  'stoppedSeconds',
  'leasesOverdue',
  'oldestCheckSeconds',
]);

/** What each process counts for itself. */
const COUNTERS = (Object.keys(FIGURES) as FigureName[]).filter((name) => {
  return figureOf(name).kind === 'counter' && !OF_THE_STORE.has(name);
});

/** What a scrape needs from outside. */
export interface ScrapePorts {
  readonly upkeep: Pick<Upkeep, 'counts' | 'backlog' | 'power'>;
  /** What this process has counted since it began. */
  readonly series: () => readonly Series[];
  readonly clock: Clock;
}

/** Writes all figures, in the format that the header `Accept` asks for. @throws a refusal of the store */
export type Scrape = (accept: string | undefined) => Promise<MetricsPage>;

/** Makes what answers scrapes. It changes nothing: neither takes a VM back nor checks one. */
export function createScrape({ upkeep, series, clock }: ScrapePorts): Scrape {
  // On Lambda each scrape may reach another process. Without the label one would continue the counts of another.
  const labels = { process: crypto.randomUUID() };
  const start = processStart(labels, clock() / 1000 - process.uptime());
  const ofStore = kept(() => storeSeries(upkeep), clock);
  return async (accept) => {
    const stored = await ofStore();
    const counted = series().filter(({ name }) => !OF_THE_STORE.has(name));
    return metricsPage([...metricsOf([...stored, ...withZeros(counted, stored)], labels), start], accept);
  };
}

/** Remembers what was read last. A failure is not remembered. */
function kept<Value>(read: () => Promise<Value>, clock: Clock): () => Promise<Value> {
  let known: { readonly value: Promise<Value>; readonly atMs: number } | undefined;
  return async () => {
    const nowMs = clock();
    if (known === undefined || nowMs - known.atMs >= KEPT_MS) {
      const reading = { value: read(), atMs: nowMs };
      reading.value.catch(() => {
        if (known === reading) known = undefined;
      });
      known = reading;
    }
    return known.value;
  };
}

async function storeSeries(upkeep: ScrapePorts['upkeep']): Promise<Series[]> {
  const [counts, backlog] = await Promise.all([upkeep.counts(), upkeep.backlog(MOST_OVERDUE)]);
  const powers = [...(await upkeep.power(counts))].flatMap(([pool, power]) => powerSeries(pool, power));
  return [...[...counts].flatMap(([pool, states]) => vmSeries(pool, states)), ...powers, ...backlogSeries(backlog)];
}

function powerSeries(pool: string, { running, stopped, stoppedSec }: PowerView): Series[] {
  return [
    stored('poweredVms', running, { pool, power: 'running' }),
    stored('poweredVms', stopped, { pool, power: 'stopped' }),
    stored('stoppedSeconds', stoppedSec, { pool }),
  ];
}

function vmSeries(pool: string, counts: PoolCounts): Series[] {
  return Object.entries(counts).map(([state, value]: [string, number]) => stored('vms', value, { pool, state }));
}

function backlogSeries({ leasesOverdue, oldestCheckSec }: Backlog): Series[] {
  return [stored('leasesOverdue', leasesOverdue), stored('oldestCheckSeconds', oldestCheckSec)];
}

function stored(name: FigureName, value: number, labels: Series['labels'] = {}): Series {
  return { name, labels, value, count: 1, buckets: [] };
}

/**
 * Counters begin at 0 where their labels are known: Prometheus sees no increase in a series that begins at 1.
 * https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics
 */
function withZeros(counted: readonly Series[], stored: readonly Series[]): Series[] {
  const pools = new Set(stored.flatMap(({ labels: { pool = [] } }) => pool));
  const known = new Set(counted.map(keyOf));
  const zeros = COUNTERS.flatMap((name) =>
    knownLabels(name, [...pools]).map((labels) => ({ name, labels, value: 0, count: 0, buckets: [] })),
  );
  return [...counted, ...zeros.filter((zero) => !known.has(keyOf(zero)))];
}

/** None for a counter whose labels get their values as things happen. */
function knownLabels(name: FigureName, pools: readonly string[]): Series['labels'][] {
  const labels = figureOf(name).labels.join();
  if (labels === '') return [{}];
  return labels === 'pool' ? pools.map((pool) => ({ pool })) : [];
}

function keyOf({ name, labels }: Series): string {
  return [name, ...Object.values(labels)].join('\n');
}

/** Every figure, also one without a series yet: a dashboard can then tell "never" from "misspelt". */
function metricsOf(all: readonly Series[], ofProcess: Series['labels']): PrometheusMetric[] {
  const names = Object.keys(FIGURES) as FigureName[];
  return names.filter(isInPrometheus).map((name) => {
    const isOfStore = OF_THE_STORE.has(name);
    const mine = all.filter((series) => series.name === name).map(prometheusSeries);
    return {
      name: prometheusName(name).replace(/_total$/, ''),
      kind: figureOf(name).kind,
      help: helpOf(name),
      series: isOfStore ? mine : mine.map((one) => ({ ...one, labels: { ...one.labels, ...ofProcess } })),
    };
  });
}

function isInPrometheus(name: FigureName): boolean {
  return FIGURE_DOCUMENTATION[name].notInPrometheus === undefined;
}

function helpOf(name: FigureName): string {
  const { meaning } = FIGURE_DOCUMENTATION[name];
  return OF_THE_STORE.has(name) ? `${meaning}.` : `${meaning}. Of one process, since it began.`;
}

function prometheusSeries({ name, labels, value, buckets }: Series): PrometheusSeries {
  if (figureOf(name).kind !== 'histogram') return { labels, value };
  const counts = [...SECONDS_BUCKETS, Infinity].map((_, at) => buckets[at] ?? 0);
  return { labels, value, buckets: { bounds: SECONDS_BUCKETS, counts } };
}

function processStart(labels: Series['labels'], value: number): PrometheusMetric {
  const help = 'When the process began, seconds since 1970.';
  return { name: 'vm_pool_process_start_time_seconds', kind: 'gauge', help, series: [{ labels, value }] };
}
