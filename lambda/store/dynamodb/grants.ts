import type { Act } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { AcquireRequest, Grant } from '../../pool/ports.ts';
import {
  AlreadyAllocated,
  IdempotencyKeyReused,
  IdempotencyKeySpent,
  PoolEmpty,
  UnknownPool,
} from '../../pool/refusals.ts';
import { newLease } from '../../pool/term.ts';
import type { EventWriter } from './actions.ts';
import { takeActions } from './actions.ts';
import { isUnusedKey, noLiveLease } from './conditions.ts';
import type { Counts } from './counts.ts';
import type { Action } from './expressions.ts';
import type { FreeVms } from './free-vms.ts';
import type { Inventory } from './inventory.ts';
import type { FreeItem, Item, Key, KeyItem, UserItem } from './items.ts';
import { isKeyItem, keyItem, keys, laterEventOf, userItem } from './items.ts';
import type { Deadline } from './retry.ts';
import { backOff, Cancelled, deadlineFromNow } from './retry.ts';
import type { Table } from './table.ts';

/** Positions, in the grant transaction, of the conditions whose failure says why. */
const USER_POSITION = 0;
const VM_POSITION = 2;
const KEY_POSITION = 4;

/** What a request sees of its user and its idempotency key. */
interface Seen {
  /** The user's item while its lease lives. */
  readonly user: UserItem | undefined;
  /** The key's item until it is forgotten. */
  readonly key: KeyItem | undefined;
}

/** Lends free VMs to users. */
export class Grants {
  constructor(
    private readonly table: Table,
    private readonly freeVms: FreeVms,
    private readonly counts: Counts,
    private readonly inventory: Inventory,
    private readonly events: EventWriter,
  ) {}

  /** One look for a free VM and one transaction; after a lost race, the same with another VM. */
  async acquire(request: AcquireRequest): Promise<Grant> {
    const deadline = deadlineFromNow();
    for (let attempt = 0; ; attempt++) {
      const free = await this.freeVms.oneOf(request.pool, request.startLimitSec !== undefined, deadline);
      if (free === undefined) return this.grantedBeforeOrRefused(request, deadline);
      const grant = await this.tryToGrant(request, free, deadline);
      if (grant !== undefined) return grant;
      this.table.meter('storeConflicts', {});
      await backOff(attempt, deadline);
    }
  }

  /** @returns nothing when another caller was faster */
  private async tryToGrant(request: AcquireRequest, free: FreeItem, deadline: Deadline): Promise<Grant | undefined> {
    const { vm, version } = free;
    const grant = { vm, lease: newLease(request, vm, free.stopped ? request.startLimitSec : undefined) };
    let last: string | undefined;
    do {
      const actions = this.grantActions(grant, free, request, this.events.newId(last));
      const cancelled = await this.commit(actions, deadline);
      if (cancelled === undefined) return grant;
      const seen = { user: userOf(cancelled.itemAt(USER_POSITION)), key: keyOf(cancelled.itemAt(KEY_POSITION)) };
      const earlier = await this.grantedBefore(seen, request, deadline);
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
    const nowSec = secondsOf(act);
    const { userId, id: leaseId } = lease;
    return [
      { put: userItem(lease, vm), if: noLiveLease(nowSec) },
      ...takeActions(free, lease, eventId),
      this.events.append(eventId, { kind: 'acquired', vmId: vm.id, userId, leaseId, from: 'free', to: 'leased', act }),
      ...(idempotency === undefined ? [] : [{ put: keyItem(lease, idempotency), if: isUnusedKey(nowSec) }]),
    ];
  }

  /** The look found no free VM: returns the grant that the user already has, or says why there is none. */
  private async grantedBeforeOrRefused(request: AcquireRequest, deadline: Deadline): Promise<Grant> {
    const { pool, act } = request;
    const seen = seenAt(await this.table.getAll(keysOf(request), deadline), act);
    const grant = await this.grantedBefore(seen, request, deadline);
    if (grant !== undefined) return grant;
    await this.expectKnown(pool);
    throw new PoolEmpty(pool, await this.counts.ofEmpty(pool, secondsOf(act)));
  }

  /**
   * The grant that this very request, or one that it repeats, already got. User and key were not read at the same
   * moment. If they contradict each other, the lease of the key has ended, or it began in between: only a snapshot says
   * which.
   *
   * @throws {@link IdempotencyKeyReused}, {@link IdempotencyKeySpent}, {@link AlreadyAllocated}
   */
  private async grantedBefore(seen: Seen, request: AcquireRequest, deadline: Deadline): Promise<Grant | undefined> {
    const isCertain = seen.key === undefined || seen.key.leaseId === seen.user?.lease.id;
    if (isCertain) return grantIn(seen, request);
    return grantIn(seenAt(await this.table.snapshot(keysOf(request), deadline), request.act), request);
  }

  /** @throws {@link UnknownPool} */
  private async expectKnown(pool: string): Promise<void> {
    if ((await this.inventory.pools()).includes(pool)) return;
    // Another process may have added the pool since.
    const pools = await this.inventory.poolsNow();
    if (!pools.includes(pool)) throw new UnknownPool(pool, pools);
  }
}

/** The grant of the request among what it saw. A key that its user's lease does not have is spent. */
function grantIn({ user, key }: Seen, request: AcquireRequest): Grant | undefined {
  if (key !== undefined) expectSame(key.fingerprint, request);
  if (key !== undefined && key.leaseId !== user?.lease.id) throw new IdempotencyKeySpent();
  if (user === undefined) return undefined;
  const { lease, vm } = user;
  if (lease.id === request.leaseId) return { lease, vm };
  const { idempotency } = lease;
  if (idempotency === undefined || idempotency.key !== request.idempotency?.key) throw new AlreadyAllocated(lease);
  expectSame(idempotency.fingerprint, request);
  return { lease, vm };
}

function expectSame(fingerprint: string, { idempotency }: AcquireRequest): void {
  if (fingerprint !== idempotency?.fingerprint) throw new IdempotencyKeyReused();
}

/** Where the items lie that say whether the request was granted before. */
function keysOf({ userId, idempotency }: AcquireRequest): readonly Key<UserItem | KeyItem>[] {
  const user = keys.user(userId);
  return idempotency === undefined ? [user] : [user, keys.idempotency(userId, idempotency.key)];
}

/** Which of the items under {@link keysOf} count at the time of the request. */
function seenAt([userAt, keyAt]: readonly (Item | undefined)[], act: Act): Seen {
  const nowSec = secondsOf(act);
  const [user, key] = [userOf(userAt), keyOf(keyAt)];
  return {
    user: user !== undefined && hasEnded(user.lease, nowSec) ? undefined : user,
    key: key !== undefined && key.ttl <= nowSec ? undefined : key,
  };
}

function userOf(item: Item | undefined): UserItem | undefined {
  return item?.sk === 'LEASE' ? item : undefined;
}

function keyOf(item: Item | undefined): KeyItem | undefined {
  return item !== undefined && isKeyItem(item) ? item : undefined;
}
