import { secondsOf } from '../../pool/event.ts';
import type { Act, ChangeEvent } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import { sameVm } from '../../pool/vm.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import { changeActions } from './actions.ts';
import type { EventWriter } from './actions.ts';
import { isNew, isOfLease, isVersion } from './conditions.ts';
import type { Action } from './expressions.ts';
import { freeItem, keys, LAYOUT, layoutOf, newVersion, statusOf, vmItem } from './items.ts';
import type { VmItem } from './items.ts';

/** The transactions that take VMs from the table's state to that of the inventory. */
export class InventoryChanges {
  constructor(private readonly events: EventWriter) {}

  /** Adds a VM that the table does not have. */
  addition(vm: Vm, act: Act): Action[] {
    const status: VmStatus = { vm, state: 'free', version: newVersion(), failures: 0, draining: false, retired: false };
    const event = this.events.append({ kind: 'added', vmId: vm.id, to: 'free', act });
    return [{ put: vmItem(status), if: isNew }, { put: freeItem(status) }, event];
  }

  /** What one VM of the table needs; nothing when it is as the inventory wants it. */
  changeOf(item: VmItem, wanted: Vm | undefined, act: Act): Action[] | undefined {
    const status = statusOf(item);
    if (wanted === undefined && !status.retired) return this.retirement(status, act);
    if (wanted !== undefined && !isToBeMoved(status, wanted) && (status.retired || !sameVm(status.vm, wanted))) {
      return this.correction(status, wanted, act);
    }
    return item.layout === LAYOUT ? undefined : [rewrite(item)];
  }

  private correction(status: VmStatus, vm: Vm, act: Act): Action[] {
    const after = { ...status, vm, retired: false, version: newVersion() };
    return [...this.change(status, after, 'changed', act), ...holderActions(after, act)];
  }

  private retirement(status: VmStatus, act: Act): Action[] {
    if (status.state !== 'leased') return this.change(status, undefined, 'removed', act);
    return this.change(status, { ...status, retired: true, version: newVersion() }, 'changed', act);
  }

  private change(before: VmStatus, after: VmStatus | undefined, kind: ChangeEvent['kind'], act: Act): Action[] {
    const event = this.events.appendChange(before, after, { kind, vmId: before.vm.id, act });
    return [...changeActions(before, after), event];
  }
}

/** A leased VM changes pools when it is given back: until then it counts for the pool of its lease. */
export function isToBeMoved({ state, vm }: VmStatus, wanted: Vm | undefined): boolean {
  return state === 'leased' && wanted !== undefined && wanted.pool !== vm.pool;
}

/** Gives an item of an older layout the attributes that it lacks. Nothing happens to the VM, so there is no event. */
function rewrite({ vm, version }: VmItem): Action {
  return { update: keys.vm(vm.id), set: layoutOf(vm), if: isVersion(version) };
}

/** Shows the VM's new address to the holder of its lease. */
function holderActions({ vm, lease }: VmStatus, act: Act): Action[] {
  if (lease === undefined || hasEnded(lease, secondsOf(act))) return [];
  return [{ update: keys.user(lease.userId), set: { vm }, if: isOfLease(lease.id) }];
}
