/**
 * A real Prometheus scrapes real servers while people borrow. Its figures, those that the emulated CloudWatch shows of
 * the log, and what the borrowers were answered must be the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FigureName } from '../../../lambda/pool/meter.ts';
import { VM_STATES } from '../../../lambda/pool/vm.ts';
import { figureOf, FIGURES } from '../../../lambda/telemetry/figures.ts';
import { FIGURE_DOCUMENTATION, prometheusName } from '../../../lambda/telemetry/figures-documentation.ts';
import { embeddedSamples } from '../../support/cloudwatch/embedded-samples.ts';
import type { Sample as CloudWatchSample } from '../../support/cloudwatch/samples.ts';
import { EmulatedAws } from '../../support/emulated-aws/server.ts';
import { graphsOf, readDashboard, readRules, withVariables } from '../../support/metrics/dashboards.ts';
import { shownByCloudWatch } from '../../support/metrics/emulated-cloudwatch.ts';
import type { Sample } from '../../support/metrics/prometheus-server.ts';
import { PrometheusServer } from '../../support/metrics/prometheus-server.ts';
import { promtool } from '../../support/metrics/promtool.ts';
import { tally } from '../../support/metrics/tally.ts';
import type { Total } from '../../support/metrics/totals.ts';
import { logLinesIn } from '../../support/metrics/totals.ts';
import type { Answer } from './borrowers.ts';
import { Borrowers } from './borrowers.ts';
import type { ScrapedServer, Servers } from './servers.ts';
import { breakInventory, FAILING, scrapesOf, startServers, TOKEN } from './servers.ts';

/** Longest that the test waits for one thing: the servers tick once a minute. */
const WAIT_MS = 120_000;

/** More than all waits together: each has its own limit, and an error that says what never came. */
const RUN_MS = 10 * WAIT_MS;

/** The scrapes go on while the test reads, so it leaves them out. */
const SCRAPE = 'GET /metrics';

/** States of the mock VMs when all borrowers are done. */
const AT_THE_END = { free: 4, leased: 0, quarantined: 1 };

const STORES = ['memory', 'table'] as const;

let servers: Servers;
let prometheus: PrometheusServer;
const stops: (() => Promise<void>)[] = [];
const borrowers = new Map<string, Borrowers>();
/** The logs when all borrowers are done, and what CloudWatch shows of them. */
const logs = new Map<string, { readonly lines: readonly string[]; readonly shown: ReadonlyMap<string, Total> }>();

beforeAll(async () => {
  servers = await startServers();
  stops.push(servers.stop);
  prometheus = await PrometheusServer.start(await scrapesOf(servers));
  stops.push(() => prometheus.stop());
  for (const store of STORES) borrowers.set(store, new Borrowers(servers[store].url));
  const all = [...borrowers.values()];
  await eventually('every server is scraped', async () => {
    expect((await prometheus.query('up{job="vm-pool"} == 1')).length).toBe(3);
  });
  await Promise.all(all.map((some) => some.lend()));
  await breakInventory(servers);
  await Promise.all(all.map((some) => some.outlastForgotten()));
  await eventually('the inventory is found broken', async () => {
    expect(parsed(linesOf(servers.inventory)).filter(({ level }) => level === 'ERROR')).not.toEqual([]);
  });
  await eventually('the last answers are scraped', async () => {
    for (const store of STORES) expect(await requests(store)).toBe(answersOf(store).length);
  });
  await eventually('the servers have read their stores again', async () => {
    for (const store of STORES) expect(await countedBy(store, 'state', 'vm_pool_vms')).toMatchObject(AT_THE_END);
    expect(await prometheus.query('vm_pool_leases_overdue > 0')).toEqual([]);
  });
  const settledSec = Date.now() / 1000;
  await eventually('the servers have ticked since', async () => {
    for (const store of STORES) expect(latestCounts(servers[store])[0]?.atSec).toBeGreaterThan(settledSec);
  });
  for (const store of STORES) {
    const aws = await EmulatedAws.start();
    stops.push(() => aws.stop());
    const lines = linesOf(servers[store]);
    logs.set(store, { lines, shown: await shownByCloudWatch(aws, lines) });
  }
}, RUN_MS);

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
}, WAIT_MS);

/** Tries until the expectations hold. @throws the last error, after a while */
async function eventually(what: string, expectations: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      await expectations();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`never: ${what}`, { cause: error });
      await sleep(500);
    }
  }
}

function linesOf({ server }: ScrapedServer): string[] {
  return logLinesIn(server.output());
}

function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The numbers of VMs that the latest tick has put into the log. */
function latestCounts(server: ScrapedServer): CloudWatchSample[] {
  const counts = embeddedSamples(linesOf(server)).filter(({ name }) => /^Vms[A-Z]/.test(name));
  return counts.filter(({ atSec }) => atSec === counts.at(-1)?.atSec);
}

function answersOf(store: string): readonly Answer[] {
  return borrowers.get(store)?.answers ?? [];
}

/** Calls that Prometheus knows of, its own left out. */
function requests(store: keyof Servers, ...matchers: string[]): Promise<number> {
  return counted(store, 'vm_pool_request_duration_seconds_count', `route!="${SCRAPE}"`, ...matchers);
}

function granted(store: string): number {
  return answersOf(store).filter(({ route, status }) => route === 'POST /getvm' && status === 200).length;
}

/** Sum of all series of a figure of one server. @param matchers - of labels, e.g. `code="pool_empty"` */
async function counted(store: keyof Servers, figure: string, ...matchers: string[]): Promise<number> {
  const [sample] = await prometheus.query(`sum(${seriesOf(store, figure, matchers)})`);
  return sample?.value ?? 0;
}

/** A figure of one server by a label. */
async function countedBy(
  store: keyof Servers,
  label: string,
  figure: string,
  ...matchers: string[]
): Promise<Record<string, number>> {
  const samples = await prometheus.query(`sum by (${label}) (${seriesOf(store, figure, matchers)})`);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
}

function seriesOf(store: keyof Servers, figure: string, matchers: readonly string[]): string {
  const { instance } = servers[store] as ScrapedServer;
  return `${figure}{${[`instance="${instance}"`, 'job="vm-pool"', ...matchers].join()}}`;
}

describe.each(STORES)('Prometheus and the borrowers of the server with leases in %s agree on', (store) => {
  const of = (route: string) => answersOf(store).filter((answer) => answer.route === route);
  const served = (...routes: string[]) => routes.flatMap(of).filter(({ status }) => status === 200).length;

  it('grants, and refusals by code', async () => {
    const refusals = tally(of('POST /getvm'), ({ code }) => code);
    expect(Object.keys(refusals).toSorted()).toEqual(['already_allocated', 'invalid_request', 'pool_empty']);
    expect(await counted(store, 'vm_pool_grants_total')).toBe(granted(store));
    expect(await countedBy(store, 'code', 'vm_pool_refusals_total')).toEqual(refusals);
  });

  it('releases, expiries and renewals', async () => {
    const released = served('POST /releasevm', 'POST /vms/{id}/release');
    expect(released).toBe(granted(store) - 1);
    expect(await counted(store, 'vm_pool_releases_total')).toBe(released);
    expect(await counted(store, 'vm_pool_expiries_total')).toBe(1);
    expect(await counted(store, 'vm_pool_renewals_total')).toBe(served('POST /renewvm'));
    expect(await counted(store, 'vm_pool_lease_seconds_total')).toBeGreaterThanOrEqual(60);
  });

  it('login credentials', async () => {
    const given = served('POST /getvm', 'POST /connectvm', 'GET /lease');
    expect(await countedBy(store, 'access', 'vm_pool_login_credentials_total')).toEqual({ mock: given });
  });

  it('requests by route and status', async () => {
    const answers = tally(answersOf(store), ({ route, status }) => `${route} ${status}`);
    const figure = seriesOf(store, 'vm_pool_request_duration_seconds_count', [`route!="${SCRAPE}"`]);
    const samples = await prometheus.query(`sum by (route, status) (${figure})`);
    expect(
      Object.fromEntries(
        samples.map(({ labels: { route, status }, value }) => [`${route ?? ''} ${status ?? ''}`, value]),
      ),
    ).toEqual(answers);
  });

  it('the VM that was quarantined', async () => {
    expect(await counted(store, 'vm_pool_quarantines_total')).toBe(1);
    // More than the setting says where several requests check the VM at once.
    const failed = await counted(store, 'vm_pool_check_duration_seconds_count', 'result="failed"');
    expect(failed).toBeGreaterThanOrEqual(FAILING.checks);
    expect(await countedBy(store, 'state', 'vm_pool_vms')).toMatchObject(AT_THE_END);
  });
});

describe.each(STORES)('Prometheus and CloudWatch agree for the server with leases in %s on', (store) => {
  const total = (name: string): Total => logs.get(store)?.shown.get(name) ?? { sum: 0, sampleCount: 0 };

  it.each([
    { metric: 'Grants', figure: 'vm_pool_grants_total' },
    { metric: 'Refusals', figure: 'vm_pool_refusals_total' },
    { metric: 'EmptyPools', figure: 'vm_pool_refusals_total', matcher: 'code="pool_empty"' },
    { metric: 'Releases', figure: 'vm_pool_releases_total' },
    { metric: 'Expiries', figure: 'vm_pool_expiries_total' },
    { metric: 'Renewals', figure: 'vm_pool_renewals_total' },
    { metric: 'LeaseSeconds', figure: 'vm_pool_lease_seconds_total' },
    { metric: 'LoginCredentials', figure: 'vm_pool_login_credentials_total' },
    { metric: 'Quarantines', figure: 'vm_pool_quarantines_total' },
    { metric: 'StoreRetries', figure: 'vm_pool_store_retries_total' },
    { metric: 'StoreConflicts', figure: 'vm_pool_store_conflicts_total' },
  ])('$metric', async ({ metric, figure, matcher }) => {
    expect(await counted(store, figure, ...(matcher === undefined ? [] : [matcher]))).toBe(total(metric).sum);
  });

  it.each(['passed', 'failed', 'waiting'])('checks that have %s, and their time', async (result) => {
    const { sum, sampleCount } = total(`CheckSeconds${result.charAt(0).toUpperCase()}${result.slice(1)}`);
    const matchers = ['kind="check"', `result="${result}"`];
    expect(await counted(store, 'vm_pool_check_duration_seconds_count', ...matchers)).toBe(sampleCount);
    expect(await counted(store, 'vm_pool_check_duration_seconds_sum', ...matchers)).toBeCloseTo(sum, 6);
  });

  it.each(['2', '4', '5'])('requests that were answered with %sxx', async (digit) => {
    const answered = await requests(store, `status=~"${digit}.."`);
    const lines = parsed(logs.get(store)?.lines ?? []);
    const scrapes = lines.filter(({ route, status }) => route === SCRAPE && String(status).startsWith(digit));
    expect(answered).toBe(total(`RequestSeconds${digit}xx`).sampleCount - scrapes.length);
    expect(answered).toBeGreaterThan(0);
  });

  it('the VMs in each state, as of the tick', async () => {
    const latest = latestCounts(servers[store]);
    const [{ atSec } = { atSec: 0 }] = latest;
    expect(latest.map(({ dimensions }) => dimensions)).toEqual(VM_STATES.map(() => ({ pool: 'default' })));
    const figures = seriesOf(store, 'vm_pool_vms', []);
    const samples = await prometheus.query(`sum by (state) (${figures} @ ${atSec})`);
    const figureOfState = ({ labels: { state = '' }, value }: Sample) => [
      `Vms${state.charAt(0).toUpperCase()}${state.slice(1)}`,
      value,
    ];
    expect(Object.fromEntries(latest.map(({ name, value }) => [name, value]))).toEqual(
      Object.fromEntries(samples.map(figureOfState)),
    );
  });
});

describe('every query has an answer:', () => {
  const queries = graphsOf(readDashboard('prometheus')).flatMap(({ title, targets = [] }) =>
    targets.map(({ expr = '', refId }) => ({ title, refId, query: withVariables(expr) })),
  );
  const isFinite = ({ value }: Sample) => Number.isFinite(value);

  it.each(queries)('$title, $refId', async ({ query }) => {
    expect((await prometheus.query(query)).filter(isFinite)).not.toEqual([]);
  });

  it.each(readRules().flatMap(({ record = [] }) => record))('the recording rule %s', async (record) => {
    expect((await prometheus.query(record)).filter(isFinite)).not.toEqual([]);
  });

  it('the variables of the dashboard', async () => {
    const instances = await prometheus.get('label/instance/values?match[]=vm_pool_vms');
    expect(instances).toEqual(
      [servers.memory, servers.table, servers.inventory].map(({ instance }) => instance).toSorted(),
    );
    expect(await prometheus.get('label/pool/values?match[]=vm_pool_vms')).toEqual(['default']);
  });
});

describe('the rules', () => {
  it('are evaluated without an error', async () => {
    const { groups } = await prometheus.get<{ groups: { rules: { name: string; health: string }[] }[] }>('rules');
    const all = groups.flatMap(({ rules }) => rules);
    expect(all).toHaveLength(readRules().length);
    expect(all.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it(
    'wait to fire for what this run has broken, and not where nothing is',
    async () => {
      const { memory, table, inventory } = servers;
      const broken = [
        `VmPoolDown ${memory.instance}`,
        `VmPoolEmpty ${inventory.instance}`,
        `VmPoolInventoryFaults ${inventory.instance}`,
        `VmPoolQuarantines ${memory.instance}`,
        `VmPoolQuarantines ${table.instance}`,
      ];
      const names = new Set(broken.map((alert) => alert.split(' ')[0]));
      const nameOf = ({ alertname = '', instance = '' }: Sample['labels']) => `${alertname} ${instance}`;
      // A scrape that a busy computer answers too late makes an alert wait, until the next one.
      await eventually('the alerts wait', async () => {
        const { alerts } = await prometheus.get<{ alerts: { labels: Sample['labels'] }[] }>('alerts');
        // Not those that a busy computer can set off.
        const all = alerts.filter(({ labels: { alertname = '' } }) => names.has(alertname));
        expect(all.map(({ labels }) => nameOf(labels)).toSorted()).toEqual(broken.toSorted());
      });
      // On a busy computer the run may last until they fire, so the question is whether they have waited before.
      const waited = await prometheus.query('present_over_time(ALERTS{alertstate="pending"}[1h])');
      expect(waited.map(({ labels }) => nameOf(labels))).toEqual(expect.arrayContaining(broken));
    },
    RUN_MS,
  );
});

describe('a scrape', () => {
  it('with a wrong token gets nothing', async () => {
    expect(await prometheus.query('up{job="vm-pool-intruder"}')).toMatchObject([{ value: 0 }]);
    expect(await prometheus.query('{job="vm-pool-intruder", __name__=~"vm_pool_.+"}')).toEqual([]);
  });

  it.each(STORES)('of the server with leases in %s is what promtool calls good', async (store) => {
    const headers = { authorization: `Bearer ${TOKEN}`, accept: 'text/plain' };
    const response = await fetch(`${servers[store].url}/metrics`, { headers });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(promtool(['check', 'metrics'], undefined, text)).toEqual({ status: 0, output: '' });
  });

  it('says of each figure what it is', async () => {
    const names = (Object.keys(FIGURES) as FigureName[]).filter(
      (name) => FIGURE_DOCUMENTATION[name].notInPrometheus === undefined,
    );
    const metadata = await prometheus.get<Record<string, { type: string; help: string }[]>>('metadata');
    for (const name of names) {
      // OpenMetrics, in which Prometheus asks, leaves the ending to the samples.
      const [about] = metadata[prometheusName(name).replace(/_total$/, '')] ?? [];
      expect(about).toMatchObject({ type: figureOf(name).kind });
      expect(about?.help).toContain(FIGURE_DOCUMENTATION[name].meaning);
    }
  });
});
