import { secondsOf } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { AcquireRequest, Grant } from '../../pool/ports.ts';
import { AlreadyAllocated, IdempotencyKeyReused, PoolEmpty, UnknownPool } from '../../pool/refusals.ts';
import { newLease } from '../../pool/term.ts';
import type { EventWriter } from './actions.ts';
import { isLastEvent, isThere, isVersion, noLiveLease } from './conditions.ts';
import type { Counts } from './counts.ts';
import type { Action } from './expressions.ts';
import { all } from './expressions.ts';
import { FreeVms } from './free-vms.ts';
import type { Inventory } from './inventory.ts';
import type { FreeItem, Item, KeyItem, UserItem } from './items.ts';
import { keyItem, keys, laterEventOf, newVersion, userItem, workPartition } from './items.ts';
import type { Deadline } from './retry.ts';
import { backOff, Cancelled, deadlineFromNow } from './retry.ts';
import type { Table } from './table.ts';

/** Positions, in the grant transaction, of the conditions whose failure says why. */
const USER_POSITION = 0;
const VM_POSITION = 2;
const KEY_POSITION = 4;

/** Lends free VMs to users. */
export class Grants {
  private readonly freeVms: FreeVms;

  constructor(
    private readonly table: Table,
    private readonly counts: Counts,
    private readonly inventory: Inventory,
    private readonly events: EventWriter,
  ) {
    this.freeVms = new FreeVms(table);
  }

  /** One look for a free VM and one transaction; after a lost race, the same with another VM. */
  async acquire(request: AcquireRequest): Promise<Grant> {
    const deadline = deadlineFromNow();
    for (let attempt = 0; ; attempt++) {
      const free = await this.freeVms.oneOf(request.pool, deadline);
      if (free === undefined) return this.grantedBeforeOrRefused(request, deadline);
      const grant = await this.tryToGrant(request, free, deadline);
      if (grant !== undefined) return grant;
      await backOff(attempt, deadline);
    }
  }

  /** @returns nothing when another caller was faster */
  private async tryToGrant(request: AcquireRequest, free: FreeItem, deadline: Deadline): Promise<Grant | undefined> {
    const { vm, version } = free;
    const grant = { vm, lease: newLease(request, vm) };
    let last: string | undefined;
    do {
      const actions = this.grantActions(grant, free, request, this.events.newId(last));
      const cancelled = await this.commit(actions, deadline);
      if (cancelled === undefined) return grant;
      const [user, key] = [cancelled.itemAt(USER_POSITION), cancelled.itemAt(KEY_POSITION)];
      const earlier = grantedBefore(userOf(user), keyOf(key), request);
      if (earlier !== undefined) return earlier;
      // The VM is still free, but the clock of the process that freed it is ahead: the event must follow that one.
      last = laterEventOf(cancelled.itemAt(VM_POSITION), version);
    } while (last !== undefined);
    return undefined;
  }

  /** @returns why the transaction was cancelled; nothing when it was made */
  private async commit(actions: readonly Action[], deadline: Deadline): Promise<Cancelled | undefined> {
    try {
      await this.table.transact(actions, deadline);
      return undefined;
    } catch (error) {
      if (error instanceof Cancelled) return error;
      throw error;
    }
  }

  private grantActions(
    { vm, lease }: Grant,
    free: FreeItem,
    { act, idempotency }: AcquireRequest,
    eventId: string,
  ): Action[] {
    const isFirst = noLiveLease(secondsOf(act));
    const { userId, id: leaseId, expiresAtSec: dueAtSec } = lease;
    const work = workPartition(vm.pool, 'leased');
    const set = { state: 'leased', version: newVersion(), work, dueAtSec, lease, lastEvent: eventId } as const;
    return [
      { put: userItem(lease, vm), if: isFirst },
      { delete: keys.free(free), if: isThere },
      { update: keys.vm(vm.id), set, if: all(isVersion(free.version), isLastEvent(eventId)) },
      this.events.append(eventId, { kind: 'acquired', vmId: vm.id, userId, leaseId, from: 'free', to: 'leased', act }),
      ...(idempotency === undefined ? [] : [{ put: keyItem(lease, idempotency.key), if: isFirst }]),
    ];
  }

  /** The look found no free VM: returns the grant that the user already has, or says why there is none. */
  private async grantedBeforeOrRefused(request: AcquireRequest, deadline: Deadline): Promise<Grant> {
    const { userId, idempotency, pool, act } = request;
    const nowSec = secondsOf(act);
    const keyAt = idempotency === undefined ? [] : [keys.idempotency(idempotency.key)];
    const [user, key] = await this.table.getAll([keys.user(userId), ...keyAt], deadline);
    const grant = grantedBefore(live(userOf(user), nowSec), live(keyOf(key), nowSec), request);
    if (grant !== undefined) return grant;
    await this.expectKnown(pool);
    throw new PoolEmpty(pool, await this.counts.ofEmpty(pool, nowSec));
  }

  /** @throws {@link UnknownPool} */
  private async expectKnown(pool: string): Promise<void> {
    if ((await this.inventory.pools()).includes(pool)) return;
    // Another process may have added the pool since.
    const pools = await this.inventory.poolsNow();
    if (!pools.includes(pool)) throw new UnknownPool(pool, pools);
  }
}

/**
 * The grant that this very request, or one that it repeats, already got.
 *
 * @param user - the live item of its user
 * @param key - the live item of its idempotency key
 * @throws {@link AlreadyAllocated}, {@link IdempotencyKeyReused}
 */
function grantedBefore(
  user: UserItem | undefined,
  key: KeyItem | undefined,
  request: AcquireRequest,
): Grant | undefined {
  if (key !== undefined) expectSame(key.fingerprint, request);
  if (user === undefined) return undefined;
  const { lease, vm } = user;
  if (lease.id === request.leaseId) return { lease, vm };
  const { idempotency } = lease;
  if (idempotency === undefined || idempotency.key !== request.idempotency?.key) throw new AlreadyAllocated(lease);
  expectSame(idempotency.fingerprint, request);
  return { lease, vm };
}

function expectSame(fingerprint: string | undefined, { idempotency }: AcquireRequest): void {
  if (fingerprint !== idempotency?.fingerprint) throw new IdempotencyKeyReused();
}

function userOf(item: Item | undefined): UserItem | undefined {
  return item?.sk === 'LEASE' ? item : undefined;
}

function keyOf(item: Item | undefined): KeyItem | undefined {
  return item?.sk === 'KEY' ? item : undefined;
}

function live<Of extends UserItem | KeyItem>(item: Of | undefined, nowSec: number): Of | undefined {
  return item !== undefined && item.expiresAtSec > nowSec ? item : undefined;
}

/** The grant of a user's item, unless its lease has ended. */
export function liveGrant(item: UserItem | undefined, nowSec: number): Grant | undefined {
  if (item === undefined) return undefined;
  const { lease, vm } = item;
  return hasEnded(lease, nowSec) ? undefined : { lease, vm };
}
