import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PowerView } from '../../../lambda/pool/power-view.ts';
import { StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import type { PoolCounts } from '../../../lambda/pool/vm.ts';
import { FIGURE_DOCUMENTATION } from '../../../lambda/telemetry/figures-documentation.ts';
import type { Tally } from '../../../lambda/telemetry/meter.ts';
import { createTally } from '../../../lambda/telemetry/meter.ts';
import type { Scrape } from '../../../lambda/telemetry/scrape.ts';
import { createScrape } from '../../../lambda/telemetry/scrape.ts';
import { TestClock } from '../../support/pool/lending.ts';

const COUNTS = { free: 2, leased: 1, checking: 0, quarantined: 0, drained: 0 };
const ID = '[0-9a-f-]{36}';

let clock: TestClock;
let tally: Tally;
let reads: number;
let counts: () => Promise<ReadonlyMap<string, PoolCounts>>;
let scrape: Scrape;
let power: ReadonlyMap<string, PowerView>;

beforeEach(() => {
  clock = new TestClock();
  tally = createTally();
  reads = 0;
  power = new Map();
  counts = async () => new Map([['default', COUNTS]]);
  const upkeep = {
    counts: () => {
      reads += 1;
      return counts();
    },
    backlog: async () => ({ leasesOverdue: 3, oldestCheckSec: 40 }),
    power: async () => power,
  };
  scrape = createScrape({ upkeep, series: tally.series, clock: clock.read });
});

/** The lines about one metric, with the id of the process replaced. */
async function linesOf(name: string): Promise<string[]> {
  const { text } = await scrape(undefined);
  const lines = text.split('\n').filter((line) => new RegExp(`^(# \\w+ )?${name}\\b`).test(line));
  return lines.map((line) => line.replace(new RegExp(`process="${ID}"`), 'process="1"'));
}

describe('createScrape', () => {
  it('shows VMs, overdue leases and checks as the store has them, whatever process is asked', async () => {
    expect(await linesOf('vm_pool_vms')).toEqual([
      '# HELP vm_pool_vms VMs by state.',
      '# TYPE vm_pool_vms gauge',
      'vm_pool_vms{pool="default",state="free"} 2',
      'vm_pool_vms{pool="default",state="leased"} 1',
      'vm_pool_vms{pool="default",state="checking"} 0',
      'vm_pool_vms{pool="default",state="quarantined"} 0',
      'vm_pool_vms{pool="default",state="drained"} 0',
    ]);
    expect(await linesOf('vm_pool_leases_overdue')).toContain('vm_pool_leases_overdue 3');
    expect(await linesOf('vm_pool_oldest_check_seconds')).toContain('vm_pool_oldest_check_seconds 40');
  });

  it('shows which free VMs run, and how long others were stopped, as the store has it', async () => {
    power = new Map([['default', { running: 2, stopped: 5, minRunning: 2, stoppedSec: 7_200 }]]);
    // What the tick of this process has measured is the same.
    tally.meter('poweredVms', { pool: 'default', power: 'stopped' }, 9);
    tally.meter('stoppedSeconds', { pool: 'default' }, 9);
    expect(await linesOf('vm_pool_powered_vms')).toEqual([
      '# HELP vm_pool_powered_vms Free VMs that run, and free VMs that are stopped.',
      '# TYPE vm_pool_powered_vms gauge',
      'vm_pool_powered_vms{pool="default",power="running"} 2',
      'vm_pool_powered_vms{pool="default",power="stopped"} 5',
    ]);
    expect((await linesOf('vm_pool_stopped_seconds_total')).at(-1)).toBe(
      'vm_pool_stopped_seconds_total{pool="default"} 7200',
    );
  });

  it('shows nothing of that where no VM is stopped', async () => {
    expect(await linesOf('vm_pool_powered_vms')).toHaveLength(2);
    expect(await linesOf('vm_pool_stopped_seconds_total')).toHaveLength(2);
  });

  it('shows what the tick has measured of the same only once', async () => {
    tally.meter('vms', { pool: 'default', state: 'free' }, 9);
    tally.meter('leasesOverdue', {}, 9);
    expect(await linesOf('vm_pool_vms')).not.toContainEqual(expect.stringContaining('9'));
    expect(await linesOf('vm_pool_leases_overdue')).toHaveLength(3);
  });

  it('shows what the process has counted since it began, and says so', async () => {
    tally.meter('grants', { pool: 'default' });
    tally.meter('grants', { pool: 'default' });
    tally.meter('grants', { pool: 'gpu' });
    expect(await linesOf('vm_pool_grants_total')).toEqual([
      '# HELP vm_pool_grants_total Leases that began. Of one process, since it began.',
      '# TYPE vm_pool_grants_total counter',
      'vm_pool_grants_total{pool="default",process="1"} 2',
      'vm_pool_grants_total{pool="gpu",process="1"} 1',
    ]);
  });

  // Prometheus sees no increase in a series that begins at 1, such as that of a rare quarantine.
  it('begins counters at 0, those of pools for each pool', async () => {
    expect(await linesOf('vm_pool_renewals_total')).toContain('vm_pool_renewals_total{process="1"} 0');
    expect(await linesOf('vm_pool_quarantines_total')).toContain(
      'vm_pool_quarantines_total{pool="default",process="1"} 0',
    );
    tally.meter('quarantines', { pool: 'default' });
    expect((await linesOf('vm_pool_quarantines_total')).slice(2)).toEqual([
      'vm_pool_quarantines_total{pool="default",process="1"} 1',
    ]);
  });

  it('shows durations as a histogram, empty buckets included', async () => {
    const labels = { route: 'GET /pool', status: '200' };
    for (const seconds of [0.001, 0.3, 100]) tally.meter('requestDurationSeconds', labels, seconds);
    const lines = await linesOf('vm_pool_request_duration_seconds_\\w+');
    const series = '{route="GET /pool",status="200",process="1"';
    const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25].map((le) => [String(le), 1] as const);
    const above = ['0.5', '1.0', '2.5', '5.0', '10.0', '20.0'].map((le) => [le, 2] as const);
    expect(lines).toEqual([
      ...[...buckets, ...above, ['+Inf', 3] as const].map(
        ([le, count]) => `vm_pool_request_duration_seconds_bucket${series},le="${le}"} ${String(count)}`,
      ),
      `vm_pool_request_duration_seconds_sum${series}} 100.301`,
      `vm_pool_request_duration_seconds_count${series}} 3`,
    ]);
  });

  it('names every figure from the first scrape on, and none that is another one', async () => {
    const { text } = await scrape(undefined);
    const names = [...text.matchAll(/^# TYPE (\w+) \w+$/gm)].map(([, name]) => name);
    const hidden = Object.values(FIGURE_DOCUMENTATION).filter(({ notInPrometheus }) => notInPrometheus !== undefined);
    expect(names).toHaveLength(Object.keys(FIGURE_DOCUMENTATION).length - hidden.length + 1);
    expect(names).not.toContain('vm_pool_empty_pools_total');
    expect(new Set(names).size).toBe(names.length);
  });

  it('has no HELP that OpenMetrics would have to escape', () => {
    for (const { meaning } of Object.values(FIGURE_DOCUMENTATION)) expect(meaning).not.toMatch(/["\\\n]/);
  });

  it('says when the process began, which tells one from another', async () => {
    const began = /^vm_pool_process_start_time_seconds\{process="(.+)"\} ([\d.]+)$/m;
    const [, id, start] = began.exec((await scrape(undefined)).text) ?? [];
    expect(id).toMatch(new RegExp(`^${ID}$`));
    expect(Number(start)).toBeLessThan(clock.read() / 1000);
    clock.advance(60);
    expect(began.exec((await scrape(undefined)).text)?.slice(1)).toEqual([id, start]);
    const other = createScrape({
      upkeep: { counts, backlog, power: async () => power },
      series: tally.series,
      clock: clock.read,
    });
    expect(began.exec((await other(undefined)).text)?.[1]).not.toBe(id);
  });

  it('asks the store once in 5 seconds, however many scrape, and always shows the latest counters', async () => {
    await Promise.all([scrape(undefined), scrape(undefined)]);
    clock.advance(4);
    tally.meter('renewals', {});
    expect(await linesOf('vm_pool_renewals_total')).toContain('vm_pool_renewals_total{process="1"} 1');
    expect(reads).toBe(1);
    clock.advance(1);
    await scrape(undefined);
    expect(reads).toBe(2);
  });

  it('fails as a whole without the store, and works again as soon as it answers', async () => {
    const [working, broken] = [counts, () => Promise.reject(new StoreUnavailable())];
    counts = broken;
    await expect(scrape(undefined)).rejects.toThrow(StoreUnavailable);
    counts = working;
    expect(await linesOf('vm_pool_leases_overdue')).toHaveLength(3);
  });
});

async function backlog() {
  return { leasesOverdue: 0, oldestCheckSec: 0 };
}
