import { secondsOf } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import type { ExchangeRequest, Grant } from '../../pool/ports.ts';
import { NoLease, PoolEmpty } from '../../pool/refusals.ts';
import { exchanged, moved } from '../../pool/start.ts';
import type { EventWriter } from './actions.ts';
import { keyActions, takeActions, vmAction } from './actions.ts';
import { isTermOf } from './conditions.ts';
import type { Counts } from './counts.ts';
import type { Action } from './expressions.ts';
import type { FreeVms } from './free-vms.ts';
import { liveGrant } from './held.ts';
import type { FreeItem, VmItem } from './items.ts';
import { changedStatus, keys, laterEventOf, statusOf, userItem } from './items.ts';
import type { Deadline } from './retry.ts';
import { Cancelled, retryCancelled } from './retry.ts';
import type { Table } from './table.ts';

/** Position of the new VM's item in the transaction of an exchange. */
const NEW_VM_POSITION = 2;

/** A lease on a VM that can't be used. */
interface Held {
  readonly grant: Grant;
  readonly item: VmItem;
}

/** Gives holders of leases other VMs. Loaded for the first of them. */
export class Exchanges {
  constructor(
    private readonly table: Table,
    private readonly freeVms: FreeVms,
    private readonly counts: Counts,
    private readonly events: EventWriter,
  ) {}

  /** Two reads and one transaction; after a lost race, the same with another VM. */
  async exchange(request: ExchangeRequest): Promise<Grant> {
    let last: string | undefined;
    return retryCancelled(this.table.meter, async (deadline) => {
      const held = await this.held(request, deadline);
      const { pool } = held.item.vm;
      const free = await this.freeVms.oneOf(pool, request.startLimitSec !== undefined, deadline);
      if (free === undefined) return this.endLease(held, request, deadline);
      try {
        return await this.move(held, free, request, last, deadline);
      } catch (error) {
        if (error instanceof Cancelled) last = laterEventOf(error.itemAt(NEW_VM_POSITION), free.version) ?? last;
        throw error;
      }
    });
  }

  /** @throws {@link NoLease} when the VM no longer has the lease */
  private async held({ grant: { vm, lease }, act }: ExchangeRequest, deadline: Deadline): Promise<Held> {
    const [user, item] = await this.table.getAll([keys.user(lease.userId), keys.vm(vm.id)], deadline);
    const grant = liveGrant(user, secondsOf(act));
    const isHeld = grant?.lease.id === lease.id && grant.lease.vmId === vm.id && item?.lease?.id === lease.id;
    if (!isHeld) throw new NoLease(lease.userId);
    return { grant, item };
  }

  /** @param last - id of the new VM's last event, if it is known to be later than the clock of this process */
  private async move(
    held: Held,
    free: FreeItem,
    request: ExchangeRequest,
    last: string | undefined,
    deadline: Deadline,
  ): Promise<Grant> {
    const { act, startLimitSec } = request;
    const { lease: before } = held.grant;
    const { vm } = free;
    const lease = moved(before, vm, secondsOf(act), free.stopped ? startLimitSec : undefined);
    const { id: leaseId, userId } = lease;
    const eventId = this.events.newId(last);
    const event = { kind: 'acquired', vmId: vm.id, userId, leaseId, from: 'free', to: 'leased', act } as const;
    await this.table.transact(
      [
        { put: userItem(lease, vm), if: isTermOf(before) },
        ...takeActions(free, lease, eventId),
        this.events.append(eventId, event),
        ...this.partingActions(held, request, true),
        ...keyActions(lease),
      ],
      deadline,
    );
    return { vm, lease };
  }

  /** @throws {@link PoolEmpty}, when the VM is quarantined */
  private async endLease(held: Held, request: ExchangeRequest, deadline: Deadline): Promise<never> {
    const { lease, vm } = held.grant;
    const atUser: Action = { delete: keys.user(lease.userId), if: isTermOf(lease) };
    const parting = this.partingActions(held, request, false);
    await this.table.transact([atUser, ...parting, ...unusedKeyActions(lease)], deadline);
    throw new PoolEmpty(vm.pool, await this.counts.ofEmpty(vm.pool, secondsOf(request.act)));
  }

  /** Takes the lease from the VM that can't be used. */
  private partingActions({ grant, item }: Held, { reason, act }: ExchangeRequest, isExchanged: boolean): Action[] {
    const { id: leaseId, userId, vmId } = grant.lease;
    const before = statusOf(item);
    const change = exchanged(before, reason, secondsOf(act));
    const after = change.state === 'removed' ? undefined : changedStatus(before, change.state, change);
    const eventId = this.events.newId(item.lastEvent);
    const event = { kind: isExchanged ? 'exchanged' : change.state, vmId, userId, leaseId, reason, act } as const;
    return [vmAction(before, after, eventId), this.events.appendChange(eventId, before, after, event)];
  }
}

/** A lease that no VM could serve must not spend the key of a wish that is still open. */
function unusedKeyActions({ userId, idempotency }: Lease): Action[] {
  return idempotency === undefined ? [] : [{ delete: keys.idempotency(userId, idempotency.key) }];
}
