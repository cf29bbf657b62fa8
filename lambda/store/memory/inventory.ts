import type { Act } from '../../pool/event.ts';
import type { SyncOptions } from '../../pool/inventory.ts';
import { keepHalfOfEachPool } from '../../pool/inventory.ts';
import type { VmChange } from '../../pool/life.ts';
import { FREE } from '../../pool/life.ts';
import type { Vm } from '../../pool/vm.ts';
import { sameVm } from '../../pool/vm.ts';
import type { Slot } from './slot.ts';
import type { Vms } from './vms.ts';

/** Makes the VMs of the store those of the inventory. @throws PoolWouldEmpty */
export function syncInventory(vms: Vms, inventory: readonly Vm[], act: Act, options: SyncOptions = {}): void {
  const { arrival = () => FREE, mayEmptyPools = true } = options;
  const wanted = new Map(inventory.map((vm) => [vm.id, vm]));
  const known = [...vms.all()].filter(({ retired }) => !retired);
  if (!mayEmptyPools) {
    keepHalfOfEachPool(
      known.map(({ vm }) => vm),
      wanted,
    );
  }
  for (const slot of known) if (!wanted.has(slot.vm.id)) retire(vms, slot, act);
  for (const vm of wanted.values()) takeIn(vms, vm, act, (wasLent) => arrival(vm, wasLent));
}

/** A leased VM stays until its lease is over. */
function retire(vms: Vms, slot: Slot, act: Act): void {
  const { id: vmId } = slot.vm;
  if (slot.state === 'leased') vms.alter(slot, { retired: true }, act);
  else vms.put(slot, { state: 'removed', failures: 0, draining: false }, { kind: 'removed', vmId, act });
}

function takeIn(vms: Vms, vm: Vm, act: Act, arrival: (wasLent: boolean) => VmChange): void {
  const slot = vms.get(vm.id);
  if (slot === undefined) {
    vms.add(vm, arrival(vms.hasKnown(vm.id)), act);
    return;
  }
  // A leased VM changes pools when it is back.
  if (slot.vm.pool !== vm.pool && slot.state === 'leased') return;
  if (!slot.retired && sameVm(slot.vm, vm)) return;
  // While a VM is free, no certificate opens it and no reset runs, whatever its address is.
  vms.alter(slot, { vm, retired: false }, act, slot.state === 'free' ? arrival(false) : undefined);
}
