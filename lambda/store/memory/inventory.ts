import type { Act } from '../../pool/event.ts';
import type { Vm } from '../../pool/vm.ts';
import { sameVm } from '../../pool/vm.ts';
import type { Slot } from './slot.ts';
import type { Vms } from './vms.ts';

/** Makes the VMs of the store those of the inventory. */
export function syncInventory(vms: Vms, inventory: readonly Vm[], act: Act): void {
  const wanted = new Map(inventory.map((vm) => [vm.id, vm]));
  for (const slot of vms.all()) if (!wanted.has(slot.vm.id) && !slot.retired) retire(vms, slot, act);
  for (const vm of wanted.values()) takeIn(vms, vm, act);
}

/** A leased VM stays until its lease is over. */
function retire(vms: Vms, slot: Slot, act: Act): void {
  const { id: vmId } = slot.vm;
  if (slot.state === 'leased') vms.alter(slot, { retired: true }, act);
  else vms.put(slot, { state: 'removed', failures: 0, draining: false }, { kind: 'removed', vmId, act });
}

function takeIn(vms: Vms, vm: Vm, act: Act): void {
  const slot = vms.get(vm.id);
  if (slot === undefined) {
    vms.add(vm, act);
    return;
  }
  // A leased VM changes pools when it is back.
  if (slot.vm.pool !== vm.pool && slot.state === 'leased') return;
  if (!slot.retired && sameVm(slot.vm, vm)) return;
  vms.alter(slot, { vm, retired: false }, act);
}
