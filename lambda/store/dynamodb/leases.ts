import { randomUUID } from 'node:crypto';
import type { Act } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import { gone, vacated } from '../../pool/life.ts';
import type { Grant, LeaseQuery, ReleasedVm } from '../../pool/ports.ts';
import type { VmStatus } from '../../pool/vm.ts';
import type { EventWriter } from './actions.ts';
import { vmAction } from './actions.ts';
import { isLastEvent, isOfLease, isStaying, isTermOf } from './conditions.ts';
import type { Action } from './expressions.ts';
import { all } from './expressions.ts';
import { heldGrant, holderOf, liveGrant } from './held.ts';
import type { ReleasedItem, UserItem, VmItem } from './items.ts';
import { changedStatus, keys, releasedItem, statusOf, workPartition } from './items.ts';
import type { Deadline } from './retry.ts';
import { retryCancelled } from './retry.ts';
import type { Table } from './table.ts';

/** A lease to release. */
interface Release {
  readonly grant: Grant;
  /** The VM, if it was read; without it the release assumes a VM that nobody wants out. */
  readonly known: VmItem | undefined;
  readonly callId: string;
  readonly act: Act;
}

/** Finds and releases the leases of users. */
export class Leases {
  constructor(
    private readonly table: Table,
    private readonly events: EventWriter,
  ) {}

  async find(userId: string, nowSec: number): Promise<Grant | undefined> {
    return liveGrant(await this.table.get(keys.user(userId)), nowSec);
  }

  /**
   * One read and one transaction, which assumes a VM that nobody wants out. If an operator drains the VM or the
   * inventory has dropped it, the transaction fails and the next attempt reads the VM first.
   */
  async release(query: LeaseQuery): Promise<ReleasedVm> {
    const callId = randomUUID();
    let seen: Grant | undefined;
    return retryCancelled(this.table.meter, async (deadline) => {
      // Read the VM before the release marker: if the VM has lost this lease, the marker says whether a release caused
      // it.
      const known = seen && (await this.table.get(keys.vm(seen.vm.id), deadline));
      const leaseId = seen?.lease.id ?? query.leaseId;
      const { user, released } = await this.releaseState(query, leaseId, deadline);
      if (leaseId !== undefined && released !== undefined && isEarlier(released, query, callId)) {
        const ended = released.callId === callId ? seen?.lease : undefined;
        return { ...(await this.statusSince(released, deadline)), leaseId, ended };
      }
      const grant = heldGrant(user, query);
      const holder = holderOf(grant, seen, known);
      seen = grant;
      const status = await this.endLease({ grant, known: holder, callId, act: query.act }, deadline);
      return { ...status, leaseId: grant.lease.id, ended: grant.lease };
    });
  }

  /** The current status of a VM that was released, or its last. */
  private async statusSince({ vm }: ReleasedItem, deadline: Deadline): Promise<VmStatus> {
    const item = await this.table.get(keys.vm(vm.id), deadline);
    return item === undefined ? gone(vm) : statusOf(item);
  }

  private async releaseState(
    { userId }: LeaseQuery,
    seenId: string | undefined,
    deadline: Deadline,
  ): Promise<{ user?: UserItem | undefined; released?: ReleasedItem }> {
    if (seenId === undefined) return { user: await this.table.get(keys.user(userId), deadline) };
    const [user, atOnce] = await this.table.getAll([keys.user(userId), keys.released(seenId)], deadline);
    // The two are not read at the same moment: only another look shows a release between them.
    const isHeld = user?.lease.id === seenId;
    const released = atOnce ?? (isHeld ? undefined : await this.table.get(keys.released(seenId), deadline));
    return released?.userId === userId ? { user, released } : { user };
  }

  private async endLease({ grant, known, callId, act }: Release, deadline: Deadline): Promise<VmStatus> {
    const { vm, lease } = grant;
    const before: VmStatus =
      known === undefined
        ? { vm, state: 'leased', version: 0, failures: 0, draining: false, retired: false, lease }
        : statusOf(known);
    const eventId = this.events.newId(known?.lastEvent);
    const change = vacated(before, secondsOf(act));
    const after = change.state === 'removed' ? undefined : changedStatus(before, change.state, change);
    const usual = known === undefined && after !== undefined;
    const event = { kind: 'released', vmId: vm.id, userId: lease.userId, leaseId: lease.id, act } as const;
    await this.table.transact(
      [
        // A lease that was renewed since it was read has certificates that are valid longer.
        { delete: keys.user(lease.userId), if: isTermOf(lease) },
        usual ? usualRelease(lease, after, eventId) : vmAction(before, after, eventId),
        { put: releasedItem(lease, vm, callId, secondsOf(act)) },
        this.events.appendChange(eventId, before, after, event),
      ],
      deadline,
    );
    return after ?? gone(vm);
  }
}

/** Whether a release was made before: of the lease that the query names, or by an attempt whose answer was lost. */
function isEarlier(released: ReleasedItem, query: LeaseQuery, callId: string): boolean {
  return query.leaseId !== undefined || released.callId === callId;
}

/** Makes a VM `checking` without reading it first. */
function usualRelease(lease: Lease, after: VmStatus, eventId: string): Action {
  const { vm, state, version, failures, dueAtSec = 0, closedAtSec, use } = after;
  const set = {
    state,
    version,
    failures,
    dueAtSec,
    closedAtSec,
    use,
    work: workPartition(vm.pool, state),
    lastEvent: eventId,
  };
  const isUsual = all(isOfLease(lease.id), isStaying, isLastEvent(eventId));
  return { update: keys.vm(vm.id), set, remove: ['lease', 'reason'], if: isUsual };
}
