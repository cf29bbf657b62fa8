import { defined } from '../../pool/defined.ts';
import type { Page, PageQuery } from '../../pool/ports.ts';
import { InvalidCursor } from '../../pool/refusals.ts';
import type { VmStatus } from '../../pool/vm.ts';
import { all, compares } from './expressions.ts';
import type { Key, VmItem, VmListEntry } from './items.ts';
import { keys, LISTED, statusOf } from './items.ts';
import type { Deadline } from './retry.ts';
import type { Table } from './table.ts';

const isListed = compares('listed', '=', LISTED);

/**
 * All VMs in the order of their ids, from the index `vms`. No change of state writes to that index, so a VM is never
 * missed or listed twice because it is borrowed or given back meanwhile. The items themselves are read strongly
 * consistent.
 */
export class VmList {
  constructor(private readonly table: Table) {}

  /** Some of the VMs. The cursor is the partition key of the last one. @throws {@link InvalidCursor} */
  async page({ cursor, limit }: PageQuery): Promise<Page<VmStatus>> {
    const key = cursor === undefined ? isListed : all(isListed, compares('pk', '>', partitionAt(cursor)));
    const entries = await this.table.queryAll<VmListEntry>({ index: 'vms', key, limit: limit + 1 });
    const page = entries.slice(0, limit);
    const items = await this.table.getAll(page.map(keyOf));
    return defined({
      // A VM may have left the inventory since it was listed.
      items: items.flatMap((item) => (item === undefined ? [] : [statusOf(item)])),
      cursor: entries.length > limit ? page.at(-1)?.pk : undefined,
    });
  }

  /** Keys of all VMs. */
  async keys(deadline: Deadline): Promise<Key<VmItem>[]> {
    const entries = await this.table.queryAll<VmListEntry>({ index: 'vms', key: isListed }, deadline);
    return entries.map(keyOf);
  }

  /** How many VMs each pool has. */
  async totals(): Promise<ReadonlyMap<string, number>> {
    const query = { index: 'vms', key: isListed, attributes: ['pool'] } as const;
    const totals = new Map<string, number>();
    for (const { pool } of await this.table.queryAll<Pick<VmListEntry, 'pool'>>(query)) {
      totals.set(pool, (totals.get(pool) ?? 0) + 1);
    }
    return totals;
  }
}

function keyOf({ pk, sk }: Key<VmItem>): Key<VmItem> {
  return { pk, sk };
}

/** @throws {@link InvalidCursor} when no page can have ended there */
function partitionAt(cursor: string): string {
  const start = keys.vm('').pk;
  if (!cursor.startsWith(start) || cursor === start) throw new InvalidCursor();
  return cursor;
}
