import type { Act, ChangeEvent, EventKind } from '../../pool/event.ts';
import type { Lease } from '../../pool/lease.ts';
import type { Grant } from '../../pool/ports.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import type { InLine } from './line.ts';

type Status = { -readonly [Field in keyof Required<VmStatus>]: VmStatus[Field] };

/**
 * What the store knows of one VM: a status that changes, and its place in the queue of free VMs. Every slot has every
 * field all the time: the engine reads and copies objects that gain and lose fields many times slower.
 */
export interface Slot extends Status, InLine<Slot> {}

/** A slot with a lease, live or ended. */
export type LeasedSlot = Slot & { lease: Lease };

/** The slot of a VM that is new in the inventory. @param version - where its versions begin */
export function newSlot(vm: Vm, version: number): Slot {
  return {
    vm,
    state: 'free',
    version,
    failures: 0,
    draining: false,
    retired: false,
    dueAtSec: undefined,
    reason: undefined,
    closedAtSec: undefined,
    waitUntilSec: undefined,
    resetUntilSec: undefined,
    stopped: undefined,
    freeSinceSec: undefined,
    use: undefined,
    missingSinceSec: undefined,
    lease: undefined,
    line: undefined,
    ahead: undefined,
    behind: undefined,
  };
}

/** Whether something is to happen to the VM by now. */
export function isDue({ dueAtSec = 0 }: Slot, nowSec: number): boolean {
  return dueAtSec <= nowSec;
}

/** A copy of the status, for callers. */
export function statusOf(slot: Slot): VmStatus {
  const { vm, state, version, failures, draining, retired, dueAtSec, reason, lease } = slot;
  const { closedAtSec, waitUntilSec, resetUntilSec, stopped, freeSinceSec, use, missingSinceSec } = slot;
  const times = { closedAtSec, waitUntilSec, resetUntilSec, stopped, freeSinceSec, use, missingSinceSec };
  return { vm, state, version, failures, draining, retired, dueAtSec, reason, lease, ...times };
}

/** The lease and its VM, for callers. */
export function grantOf({ vm, lease }: LeasedSlot): Grant {
  return { vm, lease };
}

/** An event about the lease of a slot. */
export function leaseEvent({ vm, lease }: LeasedSlot, kind: EventKind, act: Act): ChangeEvent {
  return { kind, vmId: vm.id, userId: lease.userId, leaseId: lease.id, act };
}
