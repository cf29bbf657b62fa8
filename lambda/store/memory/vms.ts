import type { Act, ChangeEvent } from '../../pool/event.ts';
import type { VmChange } from '../../pool/life.ts';
import type { Vm } from '../../pool/vm.ts';
import type { EventLog } from './event-log.ts';
import type { Leases } from './leases.ts';
import type { Pools } from './pools.ts';
import type { LeasedSlot, Slot } from './slot.ts';
import { newSlot } from './slot.ts';

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
    return [...this.checking].filter(({ dueAtSec = 0 }) => dueAtSec <= nowSec);
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

  /**
   * Changes what the inventory says of a VM.
   * @param place - its next place in life; by default it stays where it is
   */
  alter(slot: Slot, change: Partial<Pick<Slot, 'vm' | 'retired'>>, act: Act, place?: VmChange): void {
    const { state: from } = slot;
    if (change.vm !== undefined && change.vm.pool !== slot.vm.pool) this.move(slot, change.vm.pool);
    Object.assign(slot, change, { version: slot.version + 1 });
    if (place !== undefined && place.state !== from) this.place(slot, place);
    this.parts.log.append({ kind: 'changed', vmId: slot.vm.id, act }, from, slot.state);
  }

  /** The only way for a known VM to its next place in life. */
  put(slot: Slot, change: VmChange, event: ChangeEvent): void {
    const { state: from } = slot;
    this.place(slot, change);
    this.parts.log.append(event, from, change.state === 'removed' ? undefined : change.state);
  }

  private place(slot: Slot, change: VmChange): void {
    const { pools, leases } = this.parts;
    const { state: from } = slot;
    const { state: to } = change;
    if (from === 'leased' && to !== 'leased') leases.end(slot as LeasedSlot);
    const { counts, free } = pools.of(slot);
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
    if (to === 'free') free.putBack(slot);
    if (to === 'checking') this.checking.add(slot);
    else this.checking.delete(slot);
  }

  private move(slot: Slot, name: string): void {
    const before = this.parts.pools.of(slot);
    before.counts[slot.state] -= 1;
    before.free.remove(slot);
    slot.vm = { ...slot.vm, pool: name };
    const after = this.parts.pools.of(slot);
    after.counts[slot.state] += 1;
    if (slot.state === 'free') after.free.add(slot);
  }
}
