import { secondsOf } from '../../pool/event.ts';
import type { Act } from '../../pool/event.ts';
import { renewed } from '../../pool/lease.ts';
import type { Lease } from '../../pool/lease.ts';
import { vacated } from '../../pool/life.ts';
import type { Grant, LeaseQuery, RenewRequest } from '../../pool/ports.ts';
import { LeaseSuperseded, NoLease } from '../../pool/refusals.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import { keyActions, vmAction } from './actions.ts';
import type { EventWriter } from './actions.ts';
import { all, endsAt, isKeyOf, isOfLease, isStaying } from './conditions.ts';
import { liveGrant } from './granting.ts';
import { changedStatus, keys, newVersion, releasedItem, statusOf, userItem, workPartition } from './layout.ts';
import type { Item } from './layout.ts';
import { backOff, Cancelled, deadlineFromNow } from './table.ts';
import type { Action, Deadline, Table } from './table.ts';

/** What the holder of a lease can do with it. */
export class Holding {
  constructor(
    private readonly table: Table,
    private readonly events: EventWriter,
  ) {}

  async find(userId: string, nowSec: number): Promise<Grant | undefined> {
    return liveGrant(await this.table.get(keys.user(userId)), nowSec);
  }

  /** One read and one transaction. */
  async renew(request: RenewRequest): Promise<Lease> {
    const { act, ttlSec, maxSec } = request;
    return this.untilUndisturbed(async (deadline, isFirst) => {
      const { vm, lease } = heldGrant(await this.table.get(keys.user(request.userId)), request);
      if (!isFirst) expectLeased(await this.statusOf(vm.id), lease);
      const longer = renewed(lease, secondsOf(act), ttlSec, maxSec);
      await this.table.transact(this.renewActions(vm, lease, longer, act), deadline);
      return longer;
    });
  }

  /**
   * One read and one transaction, in which the VM is taken to be as usual. Where it is not, an operator wanting it drained
   * or the inventory having dropped it, the transaction fails, and the next attempt looks at the VM first.
   */
  async release(query: LeaseQuery): Promise<VmStatus> {
    let first: Grant | undefined;
    return this.untilUndisturbed(async (deadline) => {
      // The VM before the rest: if a lost attempt of this very call made it free, then the rest tells.
      const known = first && (await this.statusOf(first.vm.id));
      // From the second look on this very lease, which the first attempt may have released without saying so.
      const { user, repeated } = await this.releaseState(first ? { ...query, leaseId: first.lease.id } : query);
      if (repeated !== undefined) return repeated;
      const grant = heldGrant(user, query);
      if (first !== undefined) expectLeased(known, grant.lease);
      first = grant;
      return this.endLease(grant, known, query.act, deadline);
    });
  }

  /** Repeats what was disturbed by somebody else's change. */
  private async untilUndisturbed<Result>(
    attemptIt: (deadline: Deadline, isFirst: boolean) => Promise<Result>,
  ): Promise<Result> {
    const deadline = deadlineFromNow();
    for (let attempt = 0; ; attempt++) {
      try {
        return await attemptIt(deadline, attempt === 0);
      } catch (error) {
        if (!(error instanceof Cancelled)) throw error;
        await backOff(attempt, deadline, error);
      }
    }
  }

  private renewActions(vm: Vm, lease: Lease, longer: Lease, act: Act): Action[] {
    const { id, userId, vmId, expiresAtSec, idempotency } = longer;
    const { ttl } = userItem(longer, vm);
    const asRead = all(isOfLease(id), endsAt(lease.expiresAtSec));
    const vmSet = { lease: longer, dueAtSec: expiresAtSec, version: newVersion() };
    return [
      { update: keys.user(userId), set: { lease: longer, expiresAtSec, ttl }, if: asRead },
      { update: keys.vm(vmId), set: vmSet, if: isOfLease(id) },
      this.events.append({ kind: 'renewed', vmId, userId, leaseId: id, from: 'leased', to: 'leased', act }),
      ...(idempotency === undefined
        ? []
        : [{ update: keys.idempotency(idempotency.key), set: { expiresAtSec, ttl }, if: isKeyOf(id) }]),
    ];
  }

  private async releaseState({
    userId,
    leaseId,
  }: LeaseQuery): Promise<{ user?: Item | undefined; repeated?: VmStatus }> {
    const wanted = [keys.user(userId), ...(leaseId === undefined ? [] : [keys.released(leaseId)])];
    const [user, released] = await this.table.getAll(wanted);
    if (released?.userId !== userId) return { user };
    const { vm } = released as Item & { vm: Vm };
    return { repeated: (await this.statusOf(vm.id)) ?? removed(vm) };
  }

  private async statusOf(vmId: string): Promise<VmStatus | undefined> {
    const item = await this.table.get(keys.vm(vmId));
    return item && statusOf(item);
  }

  private async endLease(
    { vm, lease }: Grant,
    known: VmStatus | undefined,
    act: Act,
    deadline: Deadline,
  ): Promise<VmStatus> {
    const before = known ?? { vm, state: 'leased', version: 0, failures: 0, draining: false, retired: false };
    const change = vacated(before, secondsOf(act));
    const after = change.state === 'removed' ? undefined : changedStatus(before, change.state, change);
    const usual = known === undefined && after !== undefined;
    const event = { kind: 'released', vmId: vm.id, userId: lease.userId, leaseId: lease.id, act } as const;
    await this.table.transact(
      [
        { delete: keys.user(lease.userId), if: isOfLease(lease.id) },
        usual ? usualRelease(lease, after) : vmAction(before, after),
        { put: releasedItem(lease, vm, secondsOf(act)) },
        this.events.appendChange(before, after, event),
        ...keyActions(lease),
      ],
      deadline,
    );
    return after ?? before;
  }
}

/** Makes a VM `checking` without having read it. */
function usualRelease(lease: Lease, { vm, state, version, failures, dueAtSec }: VmStatus): Action {
  const set = { state, version, failures, dueAtSec, work: workPartition(vm.pool, state) };
  return { update: keys.vm(vm.id), set, remove: ['lease', 'reason'], if: all(isOfLease(lease.id), isStaying) };
}

function heldGrant(item: Item | undefined, { userId, leaseId, act }: LeaseQuery): Grant {
  const grant = liveGrant(item, secondsOf(act));
  if (grant === undefined) throw new NoLease(userId);
  if (leaseId !== undefined && grant.lease.id !== leaseId) throw new LeaseSuperseded(userId, leaseId);
  return grant;
}

/**
 * The reaper may have had the VM meanwhile, where its clock is ahead or this call is slow: then somebody else may have it.
 * @throws {@link NoLease} when the VM does not have this lease any more
 */
function expectLeased(status: VmStatus | undefined, { id, userId }: Lease): void {
  if (status?.lease?.id !== id) throw new NoLease(userId);
}

/** A VM that has left the inventory since it was given back. */
function removed(vm: Vm): VmStatus {
  return { vm, state: 'drained', version: 0, failures: 0, draining: true, retired: true };
}
