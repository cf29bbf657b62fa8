import type { VmStatus } from '../../pool/vm.ts';
import type { Condition } from './expressions.ts';
import { all, compares } from './expressions.ts';
import type { FreeItem } from './items.ts';
import { freePartition, freeStatusOf, VERSIONS, versionText } from './items.ts';
import type { Deadline } from './retry.ts';
import type { Query, Table } from './table.ts';

/** VMs read in one look. Measured: more cost more to read, with fewer the callers collide more often. */
const LOOKED_AT = 16;

/**
 * Finds a free VM in one request, whatever the size of the pool. Callers that come at once are spread: in a small pool
 * each picks a VM at random, in a large one each starts to read at a random place.
 */
export class FreeVms {
  /** Partitions that had more VMs than fit into one look. */
  private readonly large = new Set<string>();

  constructor(private readonly table: Table) {}

  /**
   * A VM that runs; if there is none, one that is stopped.
   *
   * @param maySleep - whether a stopped one will do
   * @returns nothing when strongly consistent looks find no free VM of the pool
   */
  async oneOf(pool: string, maySleep: boolean, deadline: Deadline): Promise<FreeItem | undefined> {
    const running = await this.oneIn(freePartition(pool), deadline);
    if (running !== undefined || !maySleep) return running;
    // The last stopped VM may have been taken just after another one became free that runs: look there once more.
    return (await this.oneIn(freePartition(pool, true), deadline)) ?? this.oneIn(freePartition(pool), deadline);
  }

  /** Every free VM of a pool, those that run first. */
  async all(pool: string): Promise<readonly VmStatus[]> {
    const partitions = [freePartition(pool), freePartition(pool, true)];
    const found = await Promise.all(partitions.map((one) => this.table.queryAll<FreeItem>({ key: isIn(one) })));
    return found.flat().map(freeStatusOf);
  }

  private async oneIn(partition: string, deadline: Deadline): Promise<FreeItem | undefined> {
    const some = this.large.has(partition) ? await this.atRandomPlace(partition, deadline) : [];
    const items = some.length > 0 ? some : await this.fromBeginning(partition, deadline);
    if (items.length < LOOKED_AT) this.large.delete(partition);
    else this.large.add(partition);
    return items[Math.floor(Math.random() * items.length)];
  }

  private async fromBeginning(partition: string, deadline: Deadline): Promise<readonly FreeItem[]> {
    const query: Query<FreeItem> = { key: isIn(partition), limit: LOOKED_AT };
    return (await this.table.query(query, deadline)).items;
  }

  /** Reads towards the farther end, so an empty page means the pool is almost empty. */
  private async atRandomPlace(partition: string, deadline: Deadline): Promise<readonly FreeItem[]> {
    const place = Math.floor(Math.random() * VERSIONS);
    const backward = place > VERSIONS / 2;
    const key = all(isIn(partition), compares('sk', backward ? '<' : '>=', versionText(place)));
    const query: Query<FreeItem> = { key, backward, limit: LOOKED_AT };
    return (await this.table.query(query, deadline)).items;
  }
}

function isIn(partition: string): Condition {
  return compares('pk', '=', partition);
}
