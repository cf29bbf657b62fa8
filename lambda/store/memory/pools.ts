import { UnknownPool } from '../../pool/refusals.ts';
import type { VmState } from '../../pool/vm.ts';
import { FreeQueue } from './free-queue.ts';
import { Line } from './line.ts';
import type { Slot } from './slot.ts';

/** The VMs of one pool: how many are in each state, and the free ones in the order in which they are lent. */
export interface Pool {
  readonly counts: Record<VmState, number>;
  /** The free VMs that run. */
  readonly free: FreeQueue<Slot>;
  /** The free VMs that are stopped. */
  readonly stopped: Line<Slot>;
}

/**
 * The VM that is lent next: one that runs, if there is one.
 * @param startLimitSec - given when a stopped VM may be lent
 */
export function nextFree({ free, stopped }: Pool, startLimitSec: number | undefined): Slot | undefined {
  return free.first ?? (startLimitSec === undefined ? undefined : stopped.first);
}

/** Appends a VM that came back to those that are lent. */
export function putBack({ free, stopped }: Pool, slot: Slot): void {
  if (slot.stopped) stopped.append(slot);
  else free.putBack(slot);
}

/** All pools by name. */
export class Pools {
  private readonly byName = new Map<string, Pool>();

  /** The pool of a VM. The first VM of a pool makes it. */
  of({ vm }: Slot): Pool {
    let pool = this.byName.get(vm.pool);
    if (pool === undefined) {
      const counts = { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0 };
      pool = { counts, free: new FreeQueue(), stopped: new Line() };
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
