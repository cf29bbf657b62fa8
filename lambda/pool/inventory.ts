/** What may become of the store's VMs when the inventory changes. */
import type { VmChange } from './life.ts';
import type { Vm } from './vm.ts';

/**
 * How long a search must have missed a VM before the VM leaves, seconds: two ticks in a row. `DescribeInstances` of EC2
 * is eventually consistent.
 */
export const MISSED_SEC = 50;

/** How a sync is done. */
export interface SyncOptions {
  /** Longest that it may take, milliseconds; the next sync does the rest. */
  readonly budgetMs?: number | undefined;
  /**
   * Where a VM begins its life that is new, or whose address has changed while it was free. By default it is free.
   * @param wasLent - whether it may have been lent a moment ago, under the same id: the store knew one before
   */
  readonly arrival?: (vm: Vm, wasLent: boolean) => VmChange;
  /** Whether it may remove more than half of a pool. By default it may. */
  readonly mayEmptyPools?: boolean;
  /** Whether a VM leaves only when syncs have missed it for {@link MISSED_SEC}. By default none does. */
  readonly isPatient?: (vm: Vm) => boolean;
  /** Ids of VMs that surely no longer exist; they don't count as removed by mistake. */
  readonly gone?: ReadonlySet<string> | undefined;
}

/** How many VMs of a pool the inventory would remove. */
interface Loss {
  readonly pool: string;
  readonly leaving: number;
  readonly total: number;
}

/** The inventory would remove more than half of a pool, most likely by mistake. Who confirms it confirms all losses. */
export class PoolWouldEmpty extends Error {
  constructor(readonly losses: readonly Loss[]) {
    const each = losses.map(({ pool, leaving, total }) => `${leaving} of the ${total} VMs of the pool ${pool}`);
    super(`the inventory would remove ${each.join(', ')}`);
  }
}

/**
 * Checks that a sync removes at most half of each pool.
 * @param known - the VMs of the store that have not left the inventory yet
 * @param gone - ids of VMs that surely no longer exist; they don't count
 * @throws {@link PoolWouldEmpty}
 */
export function keepHalfOfEachPool(
  known: readonly Vm[],
  wanted: ReadonlyMap<string, unknown>,
  gone: ReadonlySet<string> = new Set(),
): void {
  const fault = emptiedPools(
    known.filter(({ id }) => !gone.has(id)),
    wanted,
  );
  if (fault !== undefined) throw fault;
}

/** The pools that would lose more than half of their VMs, if there are any. */
export function emptiedPools(known: readonly Vm[], wanted: ReadonlyMap<string, unknown>): PoolWouldEmpty | undefined {
  const losses = [...byPool(known)].map(([pool, vms]) => {
    return { pool, leaving: vms.filter(({ id }) => !wanted.has(id)).length, total: vms.length };
  });
  const large = losses.filter(({ leaving, total }) => leaving > total / 2);
  return large.length === 0 ? undefined : new PoolWouldEmpty(large);
}

function byPool(vms: readonly Vm[]): ReadonlyMap<string, readonly Vm[]> {
  const pools = new Map<string, Vm[]>();
  for (const vm of vms) {
    const pool = pools.get(vm.pool);
    if (pool === undefined) pools.set(vm.pool, [vm]);
    else pool.push(vm);
  }
  return pools;
}
