import type { Condition } from './expressions.ts';
import { all, compares } from './expressions.ts';
import type { FreeItem } from './items.ts';
import { freePartition, VERSIONS, versionText } from './items.ts';
import type { Deadline } from './retry.ts';
import type { Query, Table } from './table.ts';

/** VMs read in one look. Measured: more cost more to read, with fewer the callers collide more often. */
const LOOKED_AT = 16;

/**
 * Finds a free VM in one request, whatever the size of the pool. Callers that come at once are spread: in a small pool
 * each picks a VM at random, in a large one each starts to read at a random place.
 */
export class FreeVms {
  /** Pools that had more free VMs than fit into one look. */
  private readonly large = new Set<string>();

  constructor(private readonly table: Table) {}

  /** @returns nothing when one strongly consistent look finds no free VM of the pool */
  async oneOf(pool: string, deadline: Deadline): Promise<FreeItem | undefined> {
    const some = this.large.has(pool) ? await this.atRandomPlace(pool, deadline) : [];
    const items = some.length > 0 ? some : await this.fromBeginning(pool, deadline);
    if (items.length < LOOKED_AT) this.large.delete(pool);
    else this.large.add(pool);
    return items[Math.floor(Math.random() * items.length)];
  }

  private async fromBeginning(pool: string, deadline: Deadline): Promise<readonly FreeItem[]> {
    const query: Query<FreeItem> = { key: isInPool(pool), limit: LOOKED_AT };
    return (await this.table.query(query, deadline)).items;
  }

  /** Reads towards the farther end, so an empty page means the pool is almost empty. */
  private async atRandomPlace(pool: string, deadline: Deadline): Promise<readonly FreeItem[]> {
    const place = Math.floor(Math.random() * VERSIONS);
    const backward = place > VERSIONS / 2;
    const key = all(isInPool(pool), compares('sk', backward ? '<' : '>=', versionText(place)));
    const query: Query<FreeItem> = { key, backward, limit: LOOKED_AT };
    return (await this.table.query(query, deadline)).items;
  }
}

function isInPool(pool: string): Condition {
  return compares('pk', '=', freePartition(pool));
}
