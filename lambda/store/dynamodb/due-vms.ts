import type { VmStatus } from '../../pool/vm.ts';
import { all, compares } from './expressions.ts';
import type { WorkEntry } from './items.ts';
import { statusOf, workPartition } from './items.ts';
import type { Found, Table } from './table.ts';

/** VMs whose items are read at once; as many as one BatchGetItem takes. */
const READ_AT_ONCE = 100;

/** Where the look into one partition of the index goes on. */
interface Place {
  readonly work: string;
  readonly after?: Found<WorkEntry>['next'];
}

/**
 * Finds the VMs whose lease has ended, whose check is due or whose start is to be looked at. The index `work` has them
 * in the order of time but is a moment behind the table, so each VM found is read from the table.
 */
export class DueVms {
  constructor(private readonly table: Table) {}

  /** At most `limit` VMs, the longest overdue first. */
  async due(pools: readonly string[], nowSec: number, limit: number): Promise<readonly VmStatus[]> {
    const due: VmStatus[] = [];
    let places: Place[] = pools.flatMap((pool) => [
      { work: workPartition(pool, 'leased') },
      { work: workPartition(pool, 'starting') },
      { work: workPartition(pool, 'checking') },
    ]);
    while (places.length > 0 && due.length < limit) {
      const pages = await Promise.all(places.map((place) => this.look(place, nowSec, limit - due.length)));
      due.push(
        ...(await this.read(pages.flatMap(({ entries }) => entries).sort(byDueTime), nowSec, limit - due.length)),
      );
      places = pages.flatMap(({ next }) => next ?? []);
    }
    // A VM that changes state between two looks is found in both.
    const distinct = [...new Map(due.map((status) => [status.vm.id, status])).values()];
    return distinct.sort(byDueTime).slice(0, limit);
  }

  private async look({ work, after }: Place, nowSec: number, limit: number) {
    const key = all(compares('work', '=', work), compares('dueAtSec', '<=', nowSec));
    const { items: entries, next } = await this.table.query<WorkEntry>({ index: 'work', key, limit, after });
    return { entries, next: next && { work, after: next } };
  }

  /** Reads VMs until `limit` of them are found to be due. */
  private async read(entries: readonly WorkEntry[], nowSec: number, limit: number): Promise<VmStatus[]> {
    const due: VmStatus[] = [];
    for (let start = 0; start < entries.length && due.length < limit; start += READ_AT_ONCE) {
      const wanted = entries.slice(start, start + READ_AT_ONCE).map(({ pk, sk }) => ({ pk, sk }));
      const statuses = (await this.table.getAll(wanted)).flatMap((item) =>
        item === undefined ? [] : [statusOf(item)],
      );
      due.push(...statuses.filter(({ dueAtSec = Infinity }) => dueAtSec <= nowSec));
    }
    return due;
  }
}

function byDueTime(one: { dueAtSec?: number | undefined }, other: { dueAtSec?: number | undefined }): number {
  return (one.dueAtSec ?? 0) - (other.dueAtSec ?? 0);
}
