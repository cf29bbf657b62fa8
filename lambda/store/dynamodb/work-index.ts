import { marshall } from '@aws-sdk/util-dynamodb';
import type { Page, PageQuery } from '../../pool/ports.ts';
import { InvalidCursor } from '../../pool/refusals.ts';
import { VM_STATES } from '../../pool/vm.ts';
import type { PoolCounts, VmStatus } from '../../pool/vm.ts';
import { all, compares } from './expressions.ts';
import type { Condition } from './expressions.ts';
import { keys, statusOf, workPartition } from './items.ts';
import type { VmItem } from './items.ts';
import type { Table } from './table.ts';

/** How old counts may be that a refusal carries, milliseconds: hundreds may be refused in a second. */
const COUNTS_FRESH_MS = 2_000;

/**
 * The VMs by pool and state, in the order in which something is due: an index of the table, which is a moment behind it.
 * That does no harm, since every change says which version of the VM it was decided on.
 */
export class WorkIndex {
  private readonly recent = new Map<string, { readonly countedMs: number; readonly counts: Promise<PoolCounts> }>();

  constructor(private readonly table: Table) {}

  /** VMs whose lease has ended or whose check is due, the longest overdue first. */
  async due(pools: readonly string[], nowSec: number, limit: number): Promise<readonly VmStatus[]> {
    const partitions = pools.flatMap((pool) => [workPartition(pool, 'leased'), workPartition(pool, 'checking')]);
    const found = await Promise.all(
      partitions.map((work) => this.table.queryAll<VmItem>({ index: 'work', key: upTo(work, nowSec), limit })),
    );
    return found
      .flat()
      .map(statusOf)
      .sort((one, other) => (one.dueAtSec ?? 0) - (other.dueAtSec ?? 0))
      .slice(0, limit);
  }

  /** Counts by state; leases that have ended count as `checking`. */
  async counts(pool: string, nowSec: number): Promise<PoolCounts> {
    const countOf = (key: Condition) => this.table.count({ index: 'work', key });
    const [free, leased, overdue, checking, quarantined, drained] = await Promise.all([
      countOf(every(workPartition(pool, 'free'))),
      countOf(after(workPartition(pool, 'leased'), nowSec)),
      countOf(upTo(workPartition(pool, 'leased'), nowSec)),
      countOf(every(workPartition(pool, 'checking'))),
      countOf(every(workPartition(pool, 'quarantined'))),
      countOf(every(workPartition(pool, 'drained'))),
    ]);
    return { free, leased, checking: checking + overdue, quarantined, drained };
  }

  /** Counts for a refusal: no VM is free, and the rest may be a moment old. */
  async recentCounts(pool: string, nowSec: number): Promise<PoolCounts> {
    const known = this.recent.get(pool);
    const isFresh = known !== undefined && performance.now() - known.countedMs < COUNTS_FRESH_MS;
    const counts = isFresh ? known.counts : this.counts(pool, nowSec);
    if (!isFresh) this.recent.set(pool, { countedMs: performance.now(), counts });
    try {
      return { ...(await counts), free: 0 };
    } catch (error) {
      this.recent.delete(pool);
      throw error;
    }
  }

  /** Every VM of a pool. */
  async allOf(pool: string): Promise<VmStatus[]> {
    const found = await Promise.all(
      VM_STATES.map((state) => this.table.queryAll<VmItem>({ index: 'work', key: every(workPartition(pool, state)) })),
    );
    return found.flat().map(statusOf);
  }

  /** All VMs by pool and state, page by page. */
  async page(pools: readonly string[], { cursor, limit }: PageQuery): Promise<Page<VmStatus>> {
    const partitions = [...pools].sort().flatMap((pool) => VM_STATES.map((state) => workPartition(pool, state)));
    const place = cursor === undefined ? undefined : placeOf(cursor, partitions);
    const items: VmStatus[] = [];
    for (const work of partitions.slice(place === undefined ? 0 : partitions.indexOf(place.work))) {
      const start = place?.work === work ? place : undefined;
      const found = await this.table.query<VmItem>({
        index: 'work',
        key: every(work),
        limit: limit + 1 - items.length,
        after: start && marshall(start),
      });
      items.push(...found.items.map(statusOf));
      if (items.length > limit) return { items: items.slice(0, limit), cursor: cursorOf(items[limit - 1]) };
    }
    return { items };
  }
}

function every(work: string): Condition {
  return compares('work', '=', work);
}

function upTo(work: string, nowSec: number): Condition {
  return all(every(work), compares('dueAtSec', '<=', nowSec));
}

function after(work: string, nowSec: number): Condition {
  return all(every(work), compares('dueAtSec', '>', nowSec));
}

/** Where a page ends, as text: a key of the index. */
function cursorOf(last: VmStatus | undefined): string {
  if (last === undefined) throw new Error('a page that goes on has an end');
  return [workPartition(last.vm.pool, last.state), last.dueAtSec ?? 0, last.vm.id].join('~');
}

/** @throws {@link InvalidCursor} */
function placeOf(cursor: string, partitions: readonly string[]) {
  const [work = '', dueAtSec = '', vmId = '', ...more] = cursor.split('~');
  if (!partitions.includes(work) || !/^\d{1,15}$/.test(dueAtSec) || vmId === '' || more.length > 0)
    throw new InvalidCursor();
  return { work, dueAtSec: Number(dueAtSec), ...keys.vm(vmId) };
}
