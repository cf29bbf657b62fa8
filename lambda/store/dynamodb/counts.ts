import { hasEnded } from '../../pool/lease.ts';
import type { PoolCounts } from '../../pool/vm.ts';
import type { Condition } from './expressions.ts';
import { all, compares } from './expressions.ts';
import type { WorkEntry } from './items.ts';
import { workPartition } from './items.ts';
import type { Table } from './table.ts';
import type { VmList } from './vm-list.ts';

/** Counts by state of every pool. */
export type CountsByPool = ReadonlyMap<string, PoolCounts>;

/** How old counts may be, milliseconds. A look costs more with more VMs, so callers share it. */
export const COUNTS_MAX_AGE_MS = 5_000;

/** How old the counts in a refusal may be, milliseconds: hundreds of callers may be refused in a second. */
const REFUSAL_AGE_MS = 2_000;

/** Counts VMs by state. All callers share one look until it is too old for them. */
export class Counts {
  private last: { readonly startedMs: number; readonly counts: Promise<CountsByPool> } | undefined;

  /**
   * @param poolNames - reads the names of all pools
   * @param maxAgeMs - how old counts may be; 0 counts anew for each caller
   */
  constructor(
    private readonly table: Table,
    private readonly vms: VmList,
    private readonly poolNames: () => Promise<readonly string[]>,
    private readonly maxAgeMs: number,
  ) {}

  /** Counts of all pools. VMs whose lease has ended count as `checking`. */
  async all(nowSec: number): Promise<CountsByPool> {
    return this.shared(nowSec, this.maxAgeMs);
  }

  /** Counts of a pool for a caller who found no free VM in it. */
  async ofEmpty(pool: string, nowSec: number): Promise<PoolCounts> {
    const counts = await this.shared(nowSec, Math.max(this.maxAgeMs, REFUSAL_AGE_MS));
    return { ...(counts.get(pool) ?? NONE), free: 0 };
  }

  private shared(nowSec: number, maxAgeMs: number): Promise<CountsByPool> {
    if (this.last !== undefined && performance.now() - this.last.startedMs < maxAgeMs) return this.last.counts;
    const look = { startedMs: performance.now(), counts: this.count(nowSec) };
    this.last = look;
    look.counts.catch(() => {
      if (this.last === look) this.last = undefined;
    });
    return look.counts;
  }

  private async count(nowSec: number): Promise<CountsByPool> {
    const pools = await this.poolNames();
    const [totals, ...counts] = await Promise.all([
      this.vms.totals(),
      ...pools.map((pool) => this.countTaken(pool, nowSec)),
    ]);
    return new Map(pools.map((pool, place) => [pool, withFree(counts[place] ?? NONE, totals.get(pool) ?? 0)]));
  }

  /** Counts the VMs of a pool that are not free. */
  private async countTaken(pool: string, nowSec: number): Promise<PoolCounts> {
    const countOf = (key: Condition) => this.table.count({ index: 'work', key });
    const isIn = (work: Parameters<typeof workPartition>[1]) => compares('work', '=', workPartition(pool, work));
    const [leased, overdue, checking, quarantined, drained, starting] = await Promise.all([
      countOf(all(isIn('leased'), compares('dueAtSec', '>', nowSec))),
      countOf(all(isIn('leased'), compares('dueAtSec', '<=', nowSec))),
      countOf(isIn('checking')),
      countOf(isIn('quarantined')),
      countOf(isIn('drained')),
      countOf(isIn('starting')),
    ]);
    const ended = starting > 0 ? await this.countEnded(isIn('starting'), nowSec) : 0;
    const live = leased + Math.max(0, starting - ended);
    return { free: 0, leased: live, checking: checking + overdue + ended, quarantined, drained };
  }

  /** Counts those whose lease has ended: the index shows when a VM is due, and that may be sooner. */
  private async countEnded(key: Condition, nowSec: number): Promise<number> {
    const entries = await this.table.queryAll<WorkEntry>({ index: 'work', key });
    const items = await this.table.getAll(entries.map(({ pk, sk }) => ({ pk, sk })));
    return items.filter((item) => item?.lease !== undefined && hasEnded(item.lease, nowSec)).length;
  }
}

const NONE: PoolCounts = { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0 };

/**
 * Makes the sum right although VMs change while the states are counted one after another: what is found twice counts
 * once, and the rest is free.
 */
function withFree(counts: PoolCounts, total: number): PoolCounts {
  let left = total;
  const fitting = (count: number) => {
    const fits = Math.min(count, left);
    left -= fits;
    return fits;
  };
  const quarantined = fitting(counts.quarantined);
  const drained = fitting(counts.drained);
  const checking = fitting(counts.checking);
  const leased = fitting(counts.leased);
  return { free: left, leased, checking, quarantined, drained };
}
