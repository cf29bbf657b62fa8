import type { Act, ChangeEvent } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import { firstDueSec } from '../../pool/lease.ts';
import type { VmChange } from '../../pool/life.ts';
import { FREE } from '../../pool/life.ts';
import type { Vm } from '../../pool/vm.ts';
import type { EventLog } from './event-log.ts';
import type { Leases } from './leases.ts';
import type { Pools } from './pools.ts';
import { putBack } from './pools.ts';
import type { LeasedSlot, Slot } from './slot.ts';
import { isDue, leaseEvent, newSlot } from './slot.ts';

/** What else changes when a VM changes. */
export interface VmsParts {
  readonly pools: Pools;
  readonly leases: Leases;
  readonly log: EventLog;
}

/** All VMs by id. Every change of a VM goes through here, its event included. */
export class Vms {
  private readonly slots = new Map<string, Slot>();
  private readonly checking = new Set<Slot>();
  /** Ids of all VMs that were ever here. */
  private readonly everKnown = new Set<string>();
  /** Later than every version of a VM that has left: a decision about it must not fit when it comes back. */
  private firstVersion = 0;

  constructor(private readonly parts: VmsParts) {}

  /** The slot of a VM, if the store knows it. */
  get(vmId: string): Slot | undefined {
    return this.slots.get(vmId);
  }

  /** Whether the store knows a VM, or knew it once. */
  hasKnown(vmId: string): boolean {
    return this.everKnown.has(vmId);
  }

  /** Every VM. */
  all(): Iterable<Slot> {
    return this.slots.values();
  }

  /** The VMs whose check is due. */
  dueChecks(nowSec: number): Slot[] {
    return [...this.checking].filter((slot) => isDue(slot, nowSec));
  }

  /** Adds the first VMs of the store. */
  addAll(vms: readonly Vm[], act: Act, arrival: (vm: Vm, wasLent: boolean) => VmChange = () => FREE): void {
    for (const vm of new Map(vms.map((one) => [one.id, one])).values()) this.add(vm, arrival(vm, false), act);
  }

  /** Adds a VM where its life begins. */
  add(vm: Vm, arrival: VmChange, act: Act): void {
    const slot = newSlot(vm, this.firstVersion);
    this.slots.set(vm.id, slot);
    this.everKnown.add(vm.id);
    const { counts, free } = this.parts.pools.of(slot);
    counts.free += 1;
    free.add(slot);
    if (arrival.state !== 'free') this.place(slot, arrival);
    this.parts.log.append({ kind: 'added', vmId: vm.id, act }, undefined, slot.state);
  }

  /** Changes what the store knows of a VM, perhaps its pool too. It is to be {@link put} to its place afterwards. */
  redefine(slot: Slot, vm: Vm): void {
    const { pools } = this.parts;
    pools.of(slot).counts[slot.state] -= 1;
    pools.of(slot).free.remove(slot);
    slot.vm = vm;
    pools.of(slot).counts[slot.state] += 1;
  }

  /** Gives a free VM to the holder of a lease. */
  lend(slot: Slot, lease: Lease, act: Act): LeasedSlot {
    const leased = this.parts.leases.begin(slot, lease);
    const change = { state: 'leased', failures: 0, draining: false, dueAtSec: firstDueSec(lease) } as const;
    this.put(slot, change, leaseEvent(leased, 'acquired', act));
    return leased;
  }

  /** The only way for a known VM to its next place in life. */
  put(slot: Slot, change: VmChange, event?: ChangeEvent): void {
    const { state: from } = slot;
    this.place(slot, change);
    if (event !== undefined) this.parts.log.append(event, from, change.state === 'removed' ? undefined : change.state);
  }

  private place(slot: Slot, change: VmChange): void {
    const { pools, leases } = this.parts;
    const { state: from } = slot;
    const { state: to } = change;
    if (from === 'leased' && to !== 'leased') leases.end(slot as LeasedSlot);
    const pool = pools.of(slot);
    const { counts, free } = pool;
    counts[from] -= 1;
    if (from === 'free') free.remove(slot);
    if (to === 'removed') this.slots.delete(slot.vm.id);
    else counts[to] += 1;
    // A VM that leaves the store is shown in its last state.
    slot.state = to === 'removed' ? from : to;
    slot.failures = change.failures;
    slot.draining = change.draining;
    slot.dueAtSec = change.dueAtSec;
    slot.reason = change.reason;
    slot.closedAtSec = change.closedAtSec;
    slot.waitUntilSec = change.waitUntilSec;
    slot.resetUntilSec = change.resetUntilSec;
    slot.stopped = change.stopped;
    slot.freeSinceSec = change.freeSinceSec;
    slot.use = change.use;
    if (change.hostKeys !== undefined) slot.vm = { ...slot.vm, hostKeys: change.hostKeys };
    slot.version += 1;
    if (to === 'removed') this.firstVersion = Math.max(this.firstVersion, slot.version + 1);
    if (to === 'free') putBack(pool, slot);
    if (to === 'checking') this.checking.add(slot);
    else this.checking.delete(slot);
  }
}
