/** What happens to a lease whose VM has to be started. Loaded where VMs are stopped. */
import { secondsOf } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import type { BeginRequest, ExchangeRequest, Grant } from '../../pool/ports.ts';
import { NoLease, PoolEmpty } from '../../pool/refusals.ts';
import { begun, exchanged, moved, started } from '../../pool/start.ts';
import type { PoolCounts } from '../../pool/vm.ts';
import type { Leases } from './leases.ts';
import type { Pool, Pools } from './pools.ts';
import { nextFree } from './pools.ts';
import type { LeasedSlot } from './slot.ts';
import { grantOf, leaseEvent } from './slot.ts';
import type { Vms } from './vms.ts';

/** The parts of the store that change. */
export interface StartingParts {
  readonly vms: Vms;
  readonly leases: Leases;
  readonly pools: Pools;
  readonly countsOf: (pool: Pool, nowSec: number) => PoolCounts;
}

/** Begins the time of a lease whose VM is ready. */
export function begin({ vms, leases }: StartingParts, { vmId, ...query }: BeginRequest): Lease {
  const slot = leases.held(query);
  const lease = begun(slot.lease, secondsOf(query.act));
  if (lease === slot.lease || (vmId ?? slot.vm.id) !== slot.vm.id) return slot.lease;
  leases.begin(slot, lease);
  vms.put(slot, started(slot, lease), leaseEvent(slot, 'started', query.act));
  return lease;
}

/** Quarantines the VM of a lease and moves the lease to another one. @throws {@link NoLease}, {@link PoolEmpty} */
export function exchange({ vms, leases, pools, countsOf }: StartingParts, request: ExchangeRequest): Grant {
  const { reason, startLimitSec, act } = request;
  const nowSec = secondsOf(act);
  const slot = holderOf(leases, request.grant, nowSec);
  const { lease, vm } = slot;
  const pool = pools.of(slot);
  const next = nextFree(pool, startLimitSec);
  const change = exchanged(slot, reason, nowSec);
  const kind = next === undefined ? change.state : 'exchanged';
  vms.put(slot, change, { ...leaseEvent(slot, kind, act), reason });
  if (next === undefined) {
    leases.forgetKey(lease);
    throw new PoolEmpty(vm.pool, countsOf(pool, nowSec));
  }
  return grantOf(vms.lend(next, moved(lease, next.vm, nowSec, next.stopped ? startLimitSec : undefined), act));
}

/** The VM of a grant, which must still have the lease. @throws {@link NoLease} */
function holderOf(leases: Leases, { vm, lease }: Grant, nowSec: number): LeasedSlot {
  const slot = leases.liveOf(lease.userId, nowSec);
  if (slot?.vm.id !== vm.id || slot.lease.id !== lease.id) throw new NoLease(lease.userId);
  return slot;
}
