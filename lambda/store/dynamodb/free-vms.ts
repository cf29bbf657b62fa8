import type { Vm } from '../../pool/vm.ts';
import { freePartition, VERSIONS, versionText } from './layout.ts';
import type { Item } from './layout.ts';
import type { Deadline, Table } from './table.ts';

/** A VM that is to be had, in the version in which it is free. */
export interface FreeVm {
  readonly vm: Vm;
  readonly version: number;
}

/** VMs looked at at once; measured: more cost more to read, fewer are fought over. */
const LOOKED_AT = 16;

/**
 * Finds a free VM in one request, whatever the size of the pool. Callers that come at once are spread: over a small pool
 * by choosing at random, over a large one by looking at a random place first.
 */
export class FreeVms {
  /** Pools that had more free VMs than fit into one look. */
  private readonly large = new Set<string>();

  constructor(private readonly table: Table) {}

  /** @returns nothing when, at one strongly consistent look, no VM of the pool is free */
  async oneOf(pool: string, deadline: Deadline): Promise<FreeVm | undefined> {
    const some = this.large.has(pool) ? await this.atRandomPlace(pool, deadline) : [];
    const items = some.length > 0 ? some : await this.fromBeginning(pool, deadline);
    if (items.length < LOOKED_AT) this.large.delete(pool);
    else this.large.add(pool);
    return items[Math.floor(Math.random() * items.length)] as (Item & FreeVm) | undefined;
  }

  private async fromBeginning(pool: string, deadline: Deadline): Promise<readonly Item[]> {
    const key = { expression: 'pk = :pk', values: { ':pk': freePartition(pool) } };
    return (await this.table.query({ key, limit: LOOKED_AT }, deadline)).items;
  }

  /** Looks from there towards the farther end, so that the look misses what there is only where there is next to nothing. */
  private async atRandomPlace(pool: string, deadline: Deadline): Promise<readonly Item[]> {
    const place = Math.floor(Math.random() * VERSIONS);
    const backward = place > VERSIONS / 2;
    const values = { ':pk': freePartition(pool), ':place': versionText(place) };
    const key = { expression: `pk = :pk AND sk ${backward ? '<' : '>='} :place`, values };
    return (await this.table.query({ key, backward, limit: LOOKED_AT }, deadline)).items;
  }
}
