import { secondsOf } from './event.ts';
import type { EventKind, PoolEvent } from './event.ts';
import { ordered } from './life.ts';
import type { Order } from './life.ts';
import type { Clock, EventQuery, LeaseStore, Page, PageQuery } from './ports.ts';
import { StoreUnavailable, UnknownVm } from './refusals.ts';
import type { Upkeep } from './upkeep.ts';
import type { VmStatus } from './vm.ts';

/** What an operator wants done with a VM. */
export interface OrderParams {
  readonly order: Order;
  readonly vmId: string;
  /** For whoever wonders later. */
  readonly reason: string;
  readonly operator: string;
}

const KIND_OF: Readonly<Record<Order, EventKind>> = {
  drain: 'drained',
  return: 'returned',
  quarantine: 'quarantined',
  release: 'force_released',
};

/** How often an order is tried again when the VM changes under its hands. */
const TRIES = 5;

/** What operators do: look at VMs and what happened to them, take them out, and put them back. */
export class Operations {
  constructor(
    private readonly store: LeaseStore,
    private readonly upkeep: Upkeep,
    private readonly clock: Clock,
  ) {}

  /**
   * Carries out an order, and checks the VM at once where a check is what comes next.
   * @throws {@link UnknownVm}, {@link WrongState}, {@link VmInUse}
   */
  async order(params: OrderParams, requestId: string): Promise<VmStatus> {
    for (let tries = 0; tries < TRIES; tries++) {
      const after = await this.tried(params, requestId);
      if (after !== undefined) return this.upkeep.checkIfDue(after, requestId);
    }
    throw new StoreUnavailable({ cause: new Error(`${params.vmId} kept changing`) });
  }

  /** All VMs, page by page. */
  async vms(query: PageQuery): Promise<Page<VmStatus>> {
    return this.store.statuses(query);
  }

  /** What has happened, newest first, page by page. */
  async events(query: EventQuery): Promise<Page<PoolEvent>> {
    return this.store.events(query);
  }

  /** @returns nothing when the VM changed meanwhile */
  private async tried(params: OrderParams, requestId: string): Promise<VmStatus | undefined> {
    const { order, vmId, reason, operator } = params;
    const found = await this.store.status(vmId);
    if (found === undefined) throw new UnknownVm(vmId);
    // A lease that has ended is nobody's any more, so it stands in no operator's way.
    const before = await this.upkeep.reapIfOverdue(found, requestId);
    const act = { who: operator, nowMs: this.clock(), requestId };
    const change = ordered(before, order, reason, secondsOf(act));
    const holder = before.lease && { userId: before.lease.userId, leaseId: before.lease.id };
    const { applied, status } = await this.store.change(before, change, {
      kind: KIND_OF[order],
      vmId,
      reason,
      act,
      ...holder,
    });
    return applied ? status : undefined;
  }
}
