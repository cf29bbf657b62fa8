import { secondsOf } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { AcquireRequest, Grant } from '../../pool/ports.ts';
import { AlreadyAllocated, IdempotencyKeyReused, PoolEmpty, UnknownPool } from '../../pool/refusals.ts';
import { newLease } from '../../pool/term.ts';
import type { EventWriter } from './actions.ts';
import { isThere, isVersion, nothingLive } from './conditions.ts';
import { FreeVms } from './free-vms.ts';
import type { FreeVm } from './free-vms.ts';
import type { Inventory } from './inventory.ts';
import { idempotencyItem, keys, newVersion, userItem, workPartition } from './layout.ts';
import type { Item } from './layout.ts';
import { backOff, Cancelled, deadlineFromNow } from './table.ts';
import type { Action, Deadline, Table } from './table.ts';
import type { WorkIndex } from './work-index.ts';

/** Where the actions of a grant stand whose conditions tell something. */
const USER_PLACE = 0;
const KEY_PLACE = 4;

/** Gives free VMs to users. */
export class Granting {
  private readonly freeVms: FreeVms;

  constructor(
    private readonly table: Table,
    private readonly work: WorkIndex,
    private readonly inventory: Inventory,
    private readonly events: EventWriter,
  ) {
    this.freeVms = new FreeVms(table);
  }

  /** One look for a free VM and one transaction; again with another VM when somebody else was faster. */
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

  /** @returns nothing when somebody else was faster */
  private async tryToGrant(request: AcquireRequest, free: FreeVm, deadline: Deadline): Promise<Grant | undefined> {
    const { vm } = free;
    const grant = { vm, lease: newLease(request, vm) };
    try {
      await this.table.transact(this.grantActions(grant, free, request), deadline);
      return grant;
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      return grantedBefore(error.itemAt(USER_PLACE), error.itemAt(KEY_PLACE), request);
    }
  }

  private grantActions({ vm, lease }: Grant, free: FreeVm, { act, idempotency }: AcquireRequest): Action[] {
    const isFirst = nothingLive(secondsOf(act));
    const { userId, id: leaseId, expiresAtSec: dueAtSec } = lease;
    const set = { state: 'leased', version: newVersion(), work: workPartition(vm.pool, 'leased'), dueAtSec, lease };
    return [
      { put: userItem(lease, vm), if: isFirst },
      { delete: keys.free(free), if: isThere },
      { update: keys.vm(vm.id), set, if: isVersion(free.version) },
      this.events.append({ kind: 'acquired', vmId: vm.id, userId, leaseId, from: 'free', to: 'leased', act }),
      ...(idempotency === undefined ? [] : [{ put: idempotencyItem(lease, idempotency.key), if: isFirst }]),
    ];
  }

  /** No VM was free at a strongly consistent look: answers what the user has instead, or tells why they get none. */
  private async grantedBeforeOrRefused(request: AcquireRequest, deadline: Deadline): Promise<Grant> {
    const { userId, idempotency, pool, act } = request;
    const wanted = [keys.user(userId), ...(idempotency === undefined ? [] : [keys.idempotency(idempotency.key)])];
    const nowSec = secondsOf(act);
    const [user, key] = (await this.table.getAll(wanted, deadline)).map((item) => liveItem(item, nowSec));
    const grant = grantedBefore(user, key, request);
    if (grant !== undefined) return grant;
    await this.expectKnown(pool);
    throw new PoolEmpty(pool, await this.work.recentCounts(pool, nowSec));
  }

  /** @throws {@link UnknownPool} */
  private async expectKnown(pool: string): Promise<void> {
    if ((await this.inventory.pools()).includes(pool)) return;
    // Another process may have taken it in since.
    const pools = await this.inventory.poolsNow();
    if (!pools.includes(pool)) throw new UnknownPool(pool, pools);
  }
}

/**
 * The grant that this very request, or one that it repeats, has got, told by the live items of its user and its key.
 * @throws {@link AlreadyAllocated}, {@link IdempotencyKeyReused}
 */
function grantedBefore(user: Item | undefined, key: Item | undefined, request: AcquireRequest): Grant | undefined {
  if (key !== undefined) expectSame(key.fingerprint, request);
  if (user === undefined) return undefined;
  const { lease, vm } = user as Item & Grant;
  if (lease.id === request.leaseId) return { lease, vm };
  const { idempotency } = lease;
  if (idempotency === undefined || idempotency.key !== request.idempotency?.key) throw new AlreadyAllocated(lease);
  expectSame(idempotency.fingerprint, request);
  return { lease, vm };
}

function expectSame(fingerprint: unknown, { idempotency }: AcquireRequest): void {
  if (fingerprint !== idempotency?.fingerprint) throw new IdempotencyKeyReused();
}

function liveItem(item: Item | undefined, nowSec: number): Item | undefined {
  return item !== undefined && (item.expiresAtSec as number) > nowSec ? item : undefined;
}

/** The grant of a user's item, unless its lease has ended. */
export function liveGrant(item: Item | undefined, nowSec: number): Grant | undefined {
  if (item === undefined) return undefined;
  const { lease, vm } = item as Item & Grant;
  return hasEnded(lease, nowSec) ? undefined : { lease, vm };
}
