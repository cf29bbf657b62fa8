import { UnknownPool } from '../../pool/refusals.ts';
import type { VmState } from '../../pool/vm.ts';
import { FreeQueue } from './free-queue.ts';
import type { Slot } from './slot.ts';

/** The VMs of one pool: how many are in each state, and the free ones in the order in which they are lent. */
export interface Pool {
  readonly counts: Record<VmState, number>;
  readonly free: FreeQueue<Slot>;
}

/** All pools by name. */
export class Pools {
  private readonly byName = new Map<string, Pool>();

  /** The pool of a VM. The first VM of a pool makes it. */
  of({ vm }: Slot): Pool {
    let pool = this.byName.get(vm.pool);
    if (pool === undefined) {
      pool = { counts: { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0 }, free: new FreeQueue() };
      this.byName.set(vm.pool, pool);
    }
    return pool;
  }

  /** @throws {@link UnknownPool} */
  named(name: string): Pool {
    const pool = this.byName.get(name);
    if (pool === undefined) throw new UnknownPool(name, [...this.byName.keys()]);
    return pool;
  }

  /** Every pool with its name. */
  all(): Iterable<[string, Pool]> {
    return this.byName;
  }
}
