/** Brings the store in step with an inventory. Loaded for the second sync: the first one only adds VMs. */
import type { Act } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import type { SyncOptions } from '../../pool/inventory.ts';
import { keepHalfOfEachPool } from '../../pool/inventory.ts';
import type { VmChange } from '../../pool/life.ts';
import { FREE, unchanged } from '../../pool/life.ts';
import { corrected, differs, fateOfMissing, isToBeChecked, isToBeMoved, needsReset } from '../../pool/sync-rules.ts';
import type { Vm } from '../../pool/vm.ts';
import type { Slot } from './slot.ts';
import type { Vms } from './vms.ts';

/** Makes the VMs of the store those of the inventory. @returns how many VMs still differ @throws PoolWouldEmpty */
export function syncInventory(vms: Vms, inventory: readonly Vm[], act: Act, options: SyncOptions = {}): number {
  const { mayEmptyPools = true, isPatient = () => false, gone } = options;
  const wanted = new Map(inventory.map((vm) => [vm.id, vm]));
  const known = [...vms.all()].filter(({ retired }) => !retired);
  if (!mayEmptyPools) {
    keepHalfOfEachPool(
      known.map(({ vm }) => vm),
      wanted,
      gone,
    );
  }
  const absent = known.filter(({ vm }) => !wanted.has(vm.id));
  const left = absent.filter((slot) => doWithout(vms, slot, act, isPatient(slot.vm)));
  for (const vm of wanted.values()) takeIn(vms, vm, act, options);
  return left.length;
}

/** @returns whether the VM stays for now, although the inventory does not have it */
function doWithout(vms: Vms, slot: Slot, act: Act, isPatient: boolean): boolean {
  const nowSec = secondsOf(act);
  const fate = fateOfMissing(slot, nowSec, isPatient);
  if (fate === 'leaves') retire(vms, slot, act);
  if (fate === 'is missed') {
    slot.missingSinceSec = nowSec;
    vms.put(slot, unchanged(slot), { kind: 'missed', vmId: slot.vm.id, act });
  }
  return fate !== 'leaves';
}

/** A leased VM stays until its lease is over. */
function retire(vms: Vms, slot: Slot, act: Act): void {
  const { id: vmId } = slot.vm;
  if (slot.state === 'leased') {
    slot.retired = true;
    vms.put(slot, unchanged(slot), { kind: 'changed', vmId, act });
  } else vms.put(slot, { state: 'removed', failures: 0, draining: false }, { kind: 'removed', vmId, act });
}

function takeIn(vms: Vms, wanted: Vm, act: Act, options: SyncOptions): void {
  const { arrival = () => FREE, isPatient = () => false } = options;
  const slot = vms.get(wanted.id);
  if (slot === undefined) vms.add(wanted, arrival(wanted, vms.hasKnown(wanted.id)), act);
  else if (differs(slot, wanted) && !isToBeMoved(slot, wanted, isPatient(slot.vm))) {
    const isSame = isPatient(wanted);
    // While a VM is free, no certificate opens it and no reset runs, whatever its address is.
    const isNew = isToBeChecked(slot, wanted, isSame);
    const place = isNew ? arrival(wanted, needsReset(slot, wanted, isSame)) : unchanged(slot);
    correct(vms, slot, wanted, act, place);
  }
}

/** @param place - the VM's next place in life */
function correct(vms: Vms, slot: Slot, wanted: Vm, act: Act, place: VmChange): void {
  const kind = slot.missingSinceSec === undefined ? 'changed' : 'found';
  vms.redefine(slot, corrected(slot.vm, wanted));
  slot.retired = false;
  slot.missingSinceSec = undefined;
  vms.put(slot, place, { kind, vmId: wanted.id, act });
}
