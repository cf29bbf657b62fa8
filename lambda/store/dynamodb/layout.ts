/**
 * The layout of the table. Every item has the number of the layout it was written in, so that a later version of the
 * service can read what this one wrote.
 *
 * | pk | sk | what it is | index |
 * | --- | --- | --- | --- |
 * | `VM#<id>` | `VM` | the VM, its state and its lease | `work`: `<pool>#<state>` by `dueAtSec` |
 * | `VM#<id>` | `EVENT#<event id>` | what happened to it | `by-user`: `eventUser` by `sk` |
 * | `FREE#<pool>` | `<version, hexadecimal>#<id>` | a VM that is to be had | |
 * | `USER#<user id>` | `LEASE` | the user's lease, with the VM as the holder needs to know it | |
 * | `KEY#<idempotency key>` | `KEY` | the key of a lease | |
 * | `LEASE#<lease id>` | `RELEASED` | that a lease was released, and by whom | |
 * | `META` | `INVENTORY` | which pools there are, and which inventory was synced last | |
 *
 * A VM is free when and only when it has an item under `FREE#`. The sort key there is the VM's version, a random number,
 * so that free VMs lie in random order and callers who start at a random place rarely meet.
 *
 * An ended lease gives no rights in any read or condition. Its items under `USER#` and `KEY#` go when the reaper takes the
 * VM back, so that not even a process whose clock is slow sees a lease of a VM that somebody else has by then.
 */
import { randomBytes } from 'node:crypto';
import type { NewEvent, PoolEvent } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import type { VmChange } from '../../pool/life.ts';
import { InvalidCursor } from '../../pool/refusals.ts';
import type { Vm, VmState, VmStatus } from '../../pool/vm.ts';

/** Number of the layout that this version writes. */
const LAYOUT = 1;

/** Primary key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Any item of the table. */
export type Item = Key & Readonly<Record<string, unknown>>;

/** How long what is over is kept, seconds; longer than any clock is wrong and any caller tries again. */
const ENDED_KEPT_SEC = 24 * 3600;
const RELEASED_KEPT_SEC = 7 * 24 * 3600;

const VERSION_BYTES = 6;

/** One more than the largest version. */
export const VERSIONS = 2 ** (8 * VERSION_BYTES);

/** A new version of a VM: random, so that it need not be read to be changed. */
export function newVersion(): number {
  return randomBytes(VERSION_BYTES).readUIntBE(0, VERSION_BYTES);
}

/** Where the items are. */
export const keys = {
  vm: (vmId: string): Key => ({ pk: `VM#${vmId}`, sk: 'VM' }),
  free: ({ vm, version }: Pick<VmStatus, 'vm' | 'version'>): Key => {
    return { pk: freePartition(vm.pool), sk: `${versionText(version)}#${vm.id}` };
  },
  user: (userId: string): Key => ({ pk: `USER#${userId}`, sk: 'LEASE' }),
  idempotency: (key: string): Key => ({ pk: `KEY#${key}`, sk: 'KEY' }),
  released: (leaseId: string): Key => ({ pk: `LEASE#${leaseId}`, sk: 'RELEASED' }),
  inventory: { pk: 'META', sk: 'INVENTORY' },
} as const;

/** Partition of the free VMs of a pool. */
export function freePartition(pool: string): string {
  return `FREE#${pool}`;
}

/** A version as it sorts. */
export function versionText(version: number): string {
  return version.toString(16).padStart(2 * VERSION_BYTES, '0');
}

/** Partition of the index `work`. */
export function workPartition(pool: string, state: VmState): string {
  return `${pool}#${state}`;
}

/** Item of a VM. What is due by no time sorts first. */
export function vmItem(status: VmStatus): Item {
  const { vm, state, dueAtSec = 0 } = status;
  return { ...status, ...keys.vm(vm.id), layout: LAYOUT, dueAtSec, work: workPartition(vm.pool, state) };
}

/** The VM of an item. */
export function statusOf(item: Item): VmStatus {
  const { vm, state, version, failures, draining, retired, dueAtSec, reason, lease } = item as Item & VmStatus;
  return {
    ...{ vm, state, version, failures, draining, retired },
    ...((state === 'leased' || state === 'checking') && dueAtSec !== undefined && { dueAtSec }),
    ...(reason !== undefined && { reason }),
    ...(lease !== undefined && { lease }),
  };
}

/** A VM at its next place in life; its lease ends when it is `leased` no more. */
export function changedStatus({ vm, retired, lease }: VmStatus, state: VmState, change: VmChange): VmStatus {
  const { failures, draining, dueAtSec, reason } = change;
  return {
    ...{ vm, state, version: newVersion(), failures, draining, retired },
    ...(dueAtSec !== undefined && { dueAtSec }),
    ...(reason !== undefined && { reason }),
    ...(state === 'leased' && lease !== undefined && { lease }),
  };
}

/** Item by which a free VM is found. */
export function freeItem(status: VmStatus): Item {
  const { vm, version } = status;
  return { ...keys.free(status), layout: LAYOUT, vm, version };
}

/** Item of a user's lease. */
export function userItem(lease: Lease, vm: Vm): Item {
  const { expiresAtSec } = lease;
  return { ...keys.user(lease.userId), layout: LAYOUT, lease, vm, expiresAtSec, ttl: expiresAtSec + ENDED_KEPT_SEC };
}

/** Item of a lease's idempotency key. */
export function idempotencyItem(lease: Lease, key: string): Item {
  const { id: leaseId, userId, expiresAtSec } = lease;
  const fingerprint = lease.idempotency?.fingerprint;
  const ttl = expiresAtSec + ENDED_KEPT_SEC;
  return { ...keys.idempotency(key), layout: LAYOUT, leaseId, userId, fingerprint, expiresAtSec, ttl };
}

/** Item that remembers a release. @param callId - of the call that released it */
export function releasedItem({ id, userId }: Lease, vm: Vm, callId: string, nowSec: number): Item {
  return { ...keys.released(id), layout: LAYOUT, userId, vm, callId, ttl: nowSec + RELEASED_KEPT_SEC };
}

const EVENT = 'EVENT#';

/** Above all events of a VM, below the VM itself. */
const AFTER_EVENTS = 'EVENT$';

/**
 * Item of an event. Its id begins with the time at which it is written, not that at which the request came: a request that
 * had to try again would else stand before what it had to wait for, and the events of a VM would tell no story.
 */
export function eventItem(event: NewEvent, keptDays: number): Item {
  const id = `${new Date().toISOString()}-${randomBytes(4).toString('hex')}`;
  return {
    pk: keys.vm(event.vmId).pk,
    sk: `${EVENT}${id}`,
    layout: LAYOUT,
    event,
    ...(event.userId !== undefined && { eventUser: event.userId }),
    ttl: secondsOf(event.act) + keptDays * 24 * 3600,
  };
}

/** The event of an item. */
export function eventOf({ sk, event }: Item): PoolEvent {
  return { ...(event as NewEvent), id: sk.slice(EVENT.length) };
}

const EVENT_ID = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z-[0-9a-f]{8}$/;

/**
 * Sort key that all events before `cursor`, the id of one, lie below; without a cursor all events do.
 * @throws {@link InvalidCursor}
 */
export function eventBound(cursor: string | undefined): string {
  if (cursor === undefined) return AFTER_EVENTS;
  if (!EVENT_ID.test(cursor)) throw new InvalidCursor();
  return `${EVENT}${cursor}`;
}

/** Item that tells which inventory was synced last. */
export function inventoryItem(hash: string, pools: readonly string[]): Item {
  return { ...keys.inventory, layout: LAYOUT, hash, pools };
}
