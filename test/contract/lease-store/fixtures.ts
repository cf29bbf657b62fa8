import type { ChangeEvent } from '../../../lambda/pool/event.ts';
import type { VmChange } from '../../../lambda/pool/life.ts';
import type { AcquireRequest, LeaseQuery, LeaseStore } from '../../../lambda/pool/ports.ts';
import type { PoolCounts, Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { NOON_SEC, someVms } from '../../support/pool/lending.ts';
import { stopVm } from '../../support/pool/stopped.ts';

/** The store of the current test, filled with {@link INVENTORY}. */
export type CurrentStore = () => LeaseStore;

/** Three VMs of the default pool and one of the pool `large`. */
export const INVENTORY: readonly Vm[] = [...someVms(3), ...someVms(1, 'large', 'big')];

/** One hour, seconds. */
export const HOUR_SEC = 3600;
/** End of the lease that {@link wish} asks for. */
export const END_SEC = NOON_SEC + HOUR_SEC;

let requests = 0;

/** An act at a given second, in a new request. */
export function act(who: string, nowSec: number) {
  requests += 1;
  return { who, nowMs: nowSec * 1000 + 7, requestId: `r-${requests}` };
}

/** A user's wish for a VM of the default pool until {@link END_SEC}; each wish is a new request. */
export function wish(
  userId: string,
  { nowSec = NOON_SEC, ...more }: Partial<AcquireRequest> & { nowSec?: number } = {},
): AcquireRequest {
  const at = act(userId, nowSec);
  return { pool: 'default', userId, leaseId: `lease-${requests}`, expiresAtSec: END_SEC, act: at, ...more };
}

/** A call of a user about their lease. */
export function query(userId: string, leaseId?: string, nowSec = NOON_SEC): LeaseQuery {
  return { userId, ...(leaseId !== undefined && { leaseId }), act: act(userId, nowSec) };
}

/** The status of a VM that the store must know. */
export async function known(store: LeaseStore, vmId: string): Promise<VmStatus> {
  const status = await store.status(vmId);
  if (status === undefined) throw new Error(`the store does not know ${vmId}`);
  return status;
}

/** The only VM in a list. @throws an error if the list has none or several */
export async function only(statuses: Promise<readonly VmStatus[]>): Promise<VmStatus> {
  const [first, ...more] = await statuses;
  if (first === undefined || more.length > 0) throw new Error('expected exactly one VM');
  return first;
}

/** What a passed check does. */
export const TO_FREE: VmChange = { state: 'free', failures: 0, draining: false };

/** Counts that are 0 except for the given ones. */
export function counted(some: Partial<PoolCounts>): PoolCounts {
  return { free: 0, leased: 0, checking: 0, quarantined: 0, drained: 0, ...some };
}

/** What the store counts in one pool. */
export async function countsOf(
  store: LeaseStore,
  pool = 'default',
  nowSec = NOON_SEC,
): Promise<PoolCounts | undefined> {
  return (await store.counts(nowSec)).get(pool);
}

/** An event that the test does not look at. */
export function someEvent(status: VmStatus): ChangeEvent {
  return { kind: 'check_passed', vmId: status.vm.id, act: act('reaper', NOON_SEC) };
}

/** Makes a free VM one that is stopped since noon. */
export async function stop(store: LeaseStore, vmId: string): Promise<void> {
  await stopVm(store, vmId, act('reaper', NOON_SEC));
}
