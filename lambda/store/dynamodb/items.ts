/**
 * The items of the table.
 *
 * | pk | sk | item | index |
 * | --- | --- | --- | --- |
 * | `VM#<id>` | `VM` | a VM, its state and its lease | `vms`: all VMs by `pk`; `work`: `<pool>#<work>` by `dueAtSec` |
 * | `VM#<id>` | `EVENT#<event id>` | something that happened to the VM | `by-user`: `eventUser` by `sk` |
 * | `FREE#<pool>` | `<version, hexadecimal>#<id>` | a free VM that runs | |
 * | `STOPPED#<pool>` | `<version, hexadecimal>#<id>` | a free VM that is stopped | |
 * | `USER#<user id>` | `LEASE` | the user's lease, with the VM as its holder needs to know it | |
 * | `USER#<user id>` | `KEY#<idempotency key>` | the lease that the key of this user began | |
 * | `LEASE#<lease id>` | `RELEASED` | a lease that was released, and by which call | |
 * | `META` | `INVENTORY` | the pools, and the hash of the inventory that was synced last | |
 * | `META` | `SAVINGS` | how long VMs of each pool were stopped | |
 *
 * A VM is free exactly while it has an item under `FREE#` or `STOPPED#`. The sort key there starts with the VM's
 * version, a random number: free VMs lie in random order, and callers who start at a random place rarely meet.
 *
 * `<work>` is the state of the VM, or `starting` while it is leased and has to be started. Then `dueAtSec` is the time
 * of the next look at its start.
 *
 * A lease that has ended gives no rights in any read or condition. Its item `LEASE` goes when the reaper takes the VM
 * back. So even a process with a slow clock never sees a lease of a VM that somebody else has by then. Its item `KEY#`
 * stays until it is forgotten, so that a late duplicate of the call that began the lease gets no second VM.
 */
import { randomBytes } from 'node:crypto';
import { defined } from '../../pool/defined.ts';
import type { NewEvent } from '../../pool/event.ts';
import type { Idempotency, Lease } from '../../pool/lease.ts';
import { keyForgottenAtSec, REMEMBERED_SEC } from '../../pool/lease.ts';
import type { VmChange } from '../../pool/life.ts';
import type { Savings } from '../../pool/savings.ts';
import type { Vm, VmState, VmStatus } from '../../pool/vm.ts';

/** Partition of the index `vms`; it has all VMs. */
export const LISTED = 'VM';

/** A VM. With nothing due, `dueAtSec` is 0 and the VM sorts first. */
export interface VmItem extends VmStatus {
  readonly pk: string;
  readonly sk: 'VM';
  readonly layout: number;
  readonly listed: typeof LISTED;
  /** The pool of the VM once more: indexes can't see into `vm`. */
  readonly pool: string;
  readonly work: string;
  readonly dueAtSec: number;
  /** Id of the VM's last event: each change must have a later one. */
  readonly lastEvent?: string;
}

/** What the index `vms` has of a VM. */
export type VmListEntry = Pick<VmItem, 'pk' | 'sk' | 'listed' | 'pool'>;

/** What the index `work` has of a VM. */
export type WorkEntry = Pick<VmItem, 'pk' | 'sk' | 'work' | 'dueAtSec'>;

/** An event. */
export interface EventItem {
  readonly pk: string;
  readonly sk: `EVENT#${string}`;
  readonly event: NewEvent;
  readonly eventUser?: string;
  readonly ttl: number;
}

/** A free VM, in the version in which it is free. */
export interface FreeItem extends Pick<VmStatus, 'vm' | 'version' | 'stopped' | 'freeSinceSec' | 'missingSinceSec'> {
  readonly pk: string;
  readonly sk: `${string}#${string}`;
}

/** The lease of a user. */
export interface UserItem {
  readonly pk: string;
  readonly sk: 'LEASE';
  readonly lease: Lease;
  readonly vm: Vm;
  readonly expiresAtSec: number;
  readonly ttl: number;
}

/** A user's idempotency key. DynamoDB deletes items late, so an item whose `ttl` is over counts as deleted. */
export interface KeyItem {
  readonly pk: string;
  readonly sk: `KEY#${string}`;
  /** The lease that began with the key. */
  readonly leaseId: string;
  readonly fingerprint: string;
  readonly ttl: number;
}

/** A released lease. */
export interface ReleasedItem {
  readonly pk: string;
  readonly sk: 'RELEASED';
  readonly userId: string;
  readonly vm: Vm;
  /** The call that released it. */
  readonly callId: string;
  readonly ttl: number;
}

/** What the last sync left behind. An empty hash marks a sync that has not finished. */
export interface InventoryItem {
  readonly pk: string;
  readonly sk: 'INVENTORY';
  /** Every VM is of this layout, or of a later one. */
  readonly layout: number;
  readonly hash: string;
  readonly pools: readonly string[];
}

/** What stopping VMs has saved so far. */
export interface SavingsItem extends Savings {
  readonly pk: string;
  readonly sk: 'SAVINGS';
}

/** Any item of the table; its sort key says which. */
export type Item = VmItem | EventItem | FreeItem | UserItem | KeyItem | ReleasedItem | InventoryItem | SavingsItem;

/** Primary key of an item of that kind. */
export type Key<Of extends Item = Item> = Of extends Item ? Pick<Of, 'pk' | 'sk'> : never;

/** The kind of item that lies under a key of that type. */
export type ItemAt<Of extends Key> = Extract<Item, { readonly sk: Of['sk'] }>;

/** Number of the layout that this version writes. A sync rewrites VMs of an older one. */
export const LAYOUT = 2;

/** How long ended leases are kept, seconds: longer than any clock is wrong. */
const ENDED_KEPT_SEC = 24 * 3600;

const VERSION_BYTES = 6;

/** One more than the largest version. */
export const VERSIONS = 2 ** (8 * VERSION_BYTES);

/** A new version of a VM: random, so that a VM can be changed without being read. */
export function newVersion(): number {
  return randomBytes(VERSION_BYTES).readUIntBE(0, VERSION_BYTES);
}

/** Keys of the items. */
export const keys = {
  vm: (vmId: string): Key<VmItem> => ({ pk: `VM#${vmId}`, sk: 'VM' }),
  free: ({ vm, version, stopped }: Pick<VmStatus, 'vm' | 'version' | 'stopped'>): Key<FreeItem> => {
    return { pk: freePartition(vm.pool, stopped), sk: `${versionText(version)}#${vm.id}` };
  },
  user: (userId: string): Key<UserItem> => ({ pk: `USER#${userId}`, sk: 'LEASE' }),
  idempotency: (userId: string, key: string): Key<KeyItem> => ({ pk: `USER#${userId}`, sk: `KEY#${key}` }),
  released: (leaseId: string): Key<ReleasedItem> => ({ pk: `LEASE#${leaseId}`, sk: 'RELEASED' }),
  inventory: { pk: 'META', sk: 'INVENTORY' } satisfies Key<InventoryItem>,
  savings: { pk: 'META', sk: 'SAVINGS' } satisfies Key<SavingsItem>,
} as const;

/** Partition of the free VMs of a pool: of those that run, or of those that are stopped. */
export function freePartition(pool: string, stopped = false): string {
  return `${stopped ? 'STOPPED' : 'FREE'}#${pool}`;
}

/** A version as text that sorts like the number. */
export function versionText(version: number): string {
  return version.toString(16).padStart(2 * VERSION_BYTES, '0');
}

/** Partition of the index `work`. */
export function workPartition(pool: string, work: VmState | 'starting'): string {
  return `${pool}#${work}`;
}

/** Partition of the index `work` for a VM that has a lease. */
export function leasedPartition({ pool }: Vm, { startingTtlSec }: Lease): string {
  return workPartition(pool, startingTtlSec === undefined ? 'leased' : 'starting');
}

/** Item of a VM. */
export function vmItem(status: VmStatus, lastEvent?: string): VmItem {
  const { vm, state, lease, dueAtSec = 0 } = status;
  return defined({
    ...status,
    ...keys.vm(vm.id),
    ...layoutOf(vm),
    dueAtSec,
    work: lease === undefined ? workPartition(vm.pool, state) : leasedPartition(vm, lease),
    lastEvent,
  });
}

/** Attributes that an item of an older layout lacks. */
export function layoutOf({ pool }: Vm): Pick<VmItem, 'layout' | 'listed' | 'pool'> {
  return { layout: LAYOUT, listed: LISTED, pool };
}

/** The VM of an item. */
export function statusOf({ vm, state, version, failures, draining, retired, ...more }: VmItem): VmStatus {
  const { reason, closedAtSec, waitUntilSec, resetUntilSec, stopped, freeSinceSec, use, missingSinceSec, lease } = more;
  const dueAtSec = state === 'leased' || state === 'checking' ? more.dueAtSec : undefined;
  const status = {
    vm,
    state,
    version,
    failures,
    draining,
    retired,
    dueAtSec,
    reason,
    closedAtSec,
    waitUntilSec,
    resetUntilSec,
    stopped,
    freeSinceSec,
    use,
    missingSinceSec,
    lease,
  };
  return defined(status);
}

/** Id of the VM's last event, if the VM is still in that version: then only the event of a change came too late. */
export function laterEventOf(item: Item | undefined, version: number): string | undefined {
  return item?.sk === 'VM' && item.version === version ? item.lastEvent : undefined;
}

/** A VM at its next place in life; a lease stays only while its VM is `leased`. */
export function changedStatus(
  { vm, retired, missingSinceSec, lease }: Pick<VmStatus, 'vm' | 'retired' | 'missingSinceSec' | 'lease'>,
  state: VmState,
  { hostKeys, ...change }: VmChange,
): VmStatus {
  return defined({
    ...change,
    vm: hostKeys === undefined ? vm : { ...vm, hostKeys },
    state,
    version: newVersion(),
    retired,
    missingSinceSec,
    lease: state === 'leased' ? lease : undefined,
  });
}

/** Item of a free VM. */
export function freeItem(status: VmStatus): FreeItem {
  const { vm, version, stopped, freeSinceSec, missingSinceSec } = status;
  return defined({ ...keys.free(status), vm, version, stopped, freeSinceSec, missingSinceSec });
}

/** The VM of the item of a free one. */
export function freeStatusOf({ vm, version, stopped, freeSinceSec, missingSinceSec }: FreeItem): VmStatus {
  const place = { state: 'free', failures: 0, draining: false, retired: false } as const;
  return defined({ vm, version, ...place, stopped, freeSinceSec, missingSinceSec });
}

/** Item of a user's lease. */
export function userItem(lease: Lease, vm: Vm): UserItem {
  const { expiresAtSec } = lease;
  return { ...keys.user(lease.userId), lease, vm, expiresAtSec, ttl: expiresAtSec + ENDED_KEPT_SEC };
}

/** Item of a lease's idempotency key. */
export function keyItem(lease: Lease, { key, fingerprint }: Idempotency): KeyItem {
  return { ...keys.idempotency(lease.userId, key), leaseId: lease.id, fingerprint, ttl: keyForgottenAtSec(lease) };
}

/** Whether an item is that of an idempotency key. */
export function isKeyItem(item: Item): item is KeyItem {
  return item.sk.startsWith('KEY#');
}

/** Item of a released lease. @param callId - the call that released it */
export function releasedItem({ id, userId }: Lease, vm: Vm, callId: string, nowSec: number): ReleasedItem {
  return { ...keys.released(id), userId, vm, callId, ttl: nowSec + REMEMBERED_SEC };
}

/** Item of a sync. */
export function inventoryItem(hash: string, pools: readonly string[], layout = LAYOUT): InventoryItem {
  return { ...keys.inventory, layout, hash, pools };
}

/** Item of what stopping VMs has saved. */
export function savingsItem(savings: Savings): SavingsItem {
  return { ...savings, ...keys.savings };
}
