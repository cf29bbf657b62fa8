import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import type { Lease } from '../../../lambda/pool/lease.ts';
import { hasEnded } from '../../../lambda/pool/lease.ts';
import { unchanged, vacated } from '../../../lambda/pool/life.ts';
import type { OperatorStore } from '../../../lambda/pool/ports.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import type { Contents } from './contents.ts';
import { CannotRestore } from './table.ts';

/** What becomes of VMs and leases when the restored table takes over. */
export interface Fates {
  /** Leases that both tables know. Their holders notice nothing. */
  readonly kept: readonly Lease[];
  /** Leases that the old table has and the restored one does not: their holders use VMs that they no longer hold. */
  readonly lost: readonly Lease[];
  /** Leases that ended after the time of the restore. They end again. */
  readonly stale: readonly Lease[];
  /** Ids of VMs that are taken out: somebody may use them, whatever the restored table says. */
  readonly out: readonly string[];
}

/** Actor of what happens to VMs in a restored table. No user id contains a `#`. */
const ACTOR = 'vm-pool#restore';

const PARALLEL = 16;

/** VMs in these states are out already, until an operator returns them. */
const OUT = ['quarantined', 'drained'];

/**
 * Compares an old table with a restored one. Between the time of the restore and now, VMs were lent and given back: the
 * restored table calls VMs free that somebody uses, and names holders who have long gone. Only a lease that both know is
 * sure to be right.
 */
export function fatesOf(old: Contents, restored: Contents, nowSec: number): Fates {
  const now = liveLeases(old, nowSec);
  const then = liveLeases(restored, nowSec);
  const isKept = ({ id, vmId }: Lease) => now.get(vmId)?.id === id && then.get(vmId)?.id === id;
  const kept = [...then.values()].filter(isKept);
  return {
    kept,
    lost: [...now.values()].filter((lease) => !isKept(lease)),
    stale: [...then.values()].filter((lease) => !isKept(lease)),
    out: [...restored.vms]
      .filter(([id, { state }]) => !OUT.includes(state) && !kept.some(({ vmId }) => vmId === id))
      .map(([id]) => id),
  };
}

function liveLeases({ vms }: Contents, nowSec: number): ReadonlyMap<string, Lease> {
  const leases = [...vms].flatMap(([id, { lease }]): [string, Lease][] => (lease === undefined ? [] : [[id, lease]]));
  return new Map(leases.filter(([, lease]) => !hasEnded(lease, nowSec)));
}

/**
 * Quarantines VMs, and ends their leases. Nothing lends or visits them until an operator returns them; then they are
 * reset and checked like any other.
 *
 * @throws {@link CannotRestore} when somebody else changes a VM meanwhile, so the table is in use
 */
export async function takeOut(
  store: Pick<OperatorStore, 'status' | 'change'>,
  vmIds: readonly string[],
  reason: string,
  nowMs: number,
): Promise<void> {
  const act = { who: ACTOR, nowMs, requestId: randomUUID() };
  await pMap(
    vmIds,
    async (vmId) => {
      const before = await store.status(vmId);
      if (before === undefined) return;
      const { lease } = before;
      const { applied } = await store.change(before, quarantined(before, reason, Math.floor(nowMs / 1000)), {
        kind: lease === undefined ? 'quarantined' : 'force_released',
        vmId,
        reason,
        act,
        ...(lease && { userId: lease.userId, leaseId: lease.id }),
      });
      if (!applied) throw new CannotRestore(`somebody else changes ${vmId}: the restored table is in use already`);
    },
    { concurrency: PARALLEL },
  );
}

/** A leased VM that has left the inventory goes with its lease. */
function quarantined(status: VmStatus, reason: string, nowSec: number) {
  const after = status.state === 'leased' ? vacated(status, nowSec) : unchanged(status);
  if (after.state === 'removed') return after;
  return { ...after, state: 'quarantined', draining: false, dueAtSec: undefined, reason } as const;
}
