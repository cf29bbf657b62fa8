import type { EventKind, PoolEvent } from './event.ts';
import { secondsOf } from './event.ts';
import type { Lease } from './lease.ts';
import { isHostKeyReason } from './life.ts';
import type { Meter } from './meter.ts';
import { meterEnd } from './meter.ts';
import { HostKeyChanged, UnknownVm, VmBusy } from './order-refusals.ts';
import type { Order } from './orders.ts';
import { ordered } from './orders.ts';
import type { Clock, EventQuery, OperatorStore, Page, PageQuery, Pause } from './ports.ts';
import type { VmProvider } from './provider.ts';
import type { Upkeep } from './upkeep.ts';
import type { Vm, VmStatus } from './vm.ts';

/** What an operator wants done with a VM. */
export interface OrderParams {
  readonly order: Order;
  readonly vmId: string;
  /** Kept in the VM's status and in the event. */
  readonly reason: string;
  readonly operator: string;
  /** Fingerprint of the VM's new host key, to return a VM whose host key has changed. */
  readonly hostKey?: string | undefined;
}

/** A VM after an order. */
export interface OrderedVm extends VmStatus {
  /** The lease that the order ended. */
  readonly ended: Lease | undefined;
}

const KIND_OF: Readonly<Record<Order, EventKind>> = {
  drain: 'drained',
  return: 'returned',
  quarantine: 'quarantined',
  release: 'force_released',
};

/** What operators do, as those who offer it need it. */
export type Operating = Pick<Operations, 'order' | 'vms' | 'events'>;

/** What operations need from outside. */
export interface OperationsPorts {
  readonly store: OperatorStore;
  readonly upkeep: Upkeep;
  readonly provider: Pick<VmProvider, 'refresh' | 'hostKeys'>;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Lets time pass between two tries; by default real time. */
  readonly pause?: Pause | undefined;
}

/** Longest that an order pauses, in all, for a VM that keeps changing, milliseconds. */
const LONGEST_WAIT_MS = 3_000;

/** What operators do: look at VMs and what happened to them, take them out, and put them back. */
export class Operations {
  private readonly pause: Pause;

  constructor(private readonly ports: OperationsPorts) {
    this.pause = ports.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /**
   * Carries out an order, and checks the VM at once if a check comes next.
   * @throws {@link UnknownVm}, {@link WrongState}, {@link VmInUse}, {@link VmBusy}, {@link HostKeyChanged}
   */
  async order(params: OrderParams, requestId: string): Promise<OrderedVm> {
    const { ended, ...after } = await this.carryOut(params, requestId);
    return { ...(await this.ports.upkeep.checkAtOnce(after, requestId)), ended };
  }

  /** All VMs, page by page. */
  async vms(query: PageQuery): Promise<Page<VmStatus>> {
    return this.ports.store.statuses(query);
  }

  /** Events, newest first, page by page. @throws {@link UnknownVm} when they are of a VM that the store never knew */
  async events(query: EventQuery): Promise<Page<PoolEvent>> {
    const page = await this.ports.store.events(query);
    if (!('vmId' in query) || page.items.length > 0 || query.cursor !== undefined) return page;
    // Every event of a VM may have expired.
    if ((await this.ports.store.status(query.vmId)) === undefined) throw new UnknownVm(query.vmId);
    return page;
  }

  /** Tries until nobody else changes the VM at the same moment. @throws {@link VmBusy} after {@link LONGEST_WAIT_MS} */
  private async carryOut(params: OrderParams, requestId: string): Promise<OrderedVm> {
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      const after = await this.tryOrder(params, requestId);
      if (after !== undefined) return after;
      const waitMs = backOffMs(attempt);
      waitedMs += waitMs;
      if (waitedMs > LONGEST_WAIT_MS) throw new VmBusy(params.vmId);
      await this.pause(waitMs);
    }
  }

  /** @returns nothing when somebody else changed the VM meanwhile */
  private async tryOrder(params: OrderParams, requestId: string): Promise<OrderedVm | undefined> {
    const { order, vmId, reason, operator } = params;
    const found = await this.ports.store.status(vmId);
    if (found === undefined) throw new UnknownVm(vmId);
    // An ended lease gives no rights, so it must not stop an operator.
    const before = await this.ports.upkeep.reapIfOverdue(found, requestId);
    const act = { who: operator, nowMs: this.ports.clock(), requestId };
    const change = ordered(before, order, reason, secondsOf(act));
    if (order === 'return' && isHostKeyReason(before.reason)) await this.expectNewHostKey(before.vm, params.hostKey);
    const holder = before.lease && { userId: before.lease.userId, leaseId: before.lease.id };
    const { applied, status } = await this.ports.store.change(before, change, {
      kind: KIND_OF[order],
      vmId,
      reason,
      act,
      ...holder,
    });
    if (!applied) return undefined;
    const ended = order === 'release' ? before.lease : undefined;
    if (ended) meterEnd(this.ports.meter, 'releases', before.vm, ended, secondsOf(act));
    return { ...status, ended };
  }

  /** @throws {@link HostKeyChanged} unless the order names a host key that the VM should have by now */
  private async expectNewHostKey(vm: Vm, hostKey = ''): Promise<void> {
    await this.ports.provider.refresh();
    const known = await this.ports.provider.hostKeys(vm);
    if (!known.includes(hostKey)) throw new HostKeyChanged(vm.id, known);
  }
}

/** Random, so that callers who met once do not meet again; longer from attempt to attempt, up to 400 ms. */
function backOffMs(attempt: number): number {
  return Math.random() * Math.min(400, 10 * 2 ** attempt);
}
