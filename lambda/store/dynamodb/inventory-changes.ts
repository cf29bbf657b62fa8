import type { Act, ChangeEvent } from '../../pool/event.ts';
import { secondsOf } from '../../pool/event.ts';
import { hasEnded } from '../../pool/lease.ts';
import type { VmChange } from '../../pool/life.ts';
import { corrected, differs, fateOfMissing, isToBeChecked, isToBeMoved, needsReset } from '../../pool/sync-rules.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import type { EventWriter } from './actions.ts';
import { changeActions } from './actions.ts';
import { isNew, isOfLease, isVersion } from './conditions.ts';
import type { Action } from './expressions.ts';
import type { VmItem } from './items.ts';
import { changedStatus, freeItem, keys, LAYOUT, layoutOf, newVersion, statusOf, vmItem } from './items.ts';

/** How the changes of one sync are made. */
export interface SyncWish {
  readonly act: Act;
  /** Whether the table was never synced, so that no VM has events. */
  readonly isFirst: boolean;
  readonly arrival: (vm: Vm, wasLent: boolean) => VmChange;
  readonly isPatient: (vm: Vm) => boolean;
}

/** The transactions that take VMs from the table's state to that of the inventory. */
export class InventoryChanges {
  constructor(private readonly events: EventWriter) {}

  /** Adds a VM that the table does not have. @param last - id of the last event from when the table had it before */
  addition(vm: Vm, arrival: VmChange, act: Act, last?: string): Action[] {
    const id = this.events.newId(last);
    const status = placed({ vm, retired: false }, arrival);
    const event = this.events.append(id, { kind: 'added', vmId: vm.id, to: status.state, act });
    const freeVm = status.state === 'free' ? [{ put: freeItem(status) }] : [];
    return [{ put: vmItem(status, id), if: isNew }, ...freeVm, event];
  }

  /**
   * The change that one VM of the table needs; undefined if there is nothing to do now. The actions are made when they
   * are written, since events get their time then.
   */
  changeOf(item: VmItem, wanted: Vm | undefined, wish: SyncWish): (() => Action[]) | undefined {
    const { act } = wish;
    const fate = wanted === undefined && !item.retired ? fateOf(item, wish) : undefined;
    if (fate === 'leaves') return () => this.retirement(item, act);
    if (fate === 'is missed') return () => this.missing(item, act);
    if (wanted !== undefined && !this.isToBeMoved(item, wanted, wish) && differs(item, wanted)) {
      return () => this.correction(item, wanted, wish);
    }
    return item.layout === LAYOUT ? undefined : () => [rewrite(item)];
  }

  /** Whether a VM stays for now that the inventory does not have. */
  isKept(item: VmItem, wish: SyncWish): boolean {
    return !item.retired && fateOf(item, wish) !== 'leaves';
  }

  /** Whether a VM changes pools later. */
  isToBeMoved(item: VmItem, wanted: Vm | undefined, { isPatient }: SyncWish): boolean {
    return isToBeMoved(item, wanted, isPatient(item.vm));
  }

  private correction(item: VmItem, wanted: Vm, { act, arrival, isPatient }: SyncWish): Action[] {
    const vm = corrected(item.vm, wanted);
    const known = { ...statusOf(item), vm, retired: false, missingSinceSec: undefined };
    // While a VM is free, no certificate opens it and no reset runs, whatever its address is.
    const after = isToBeChecked(item, wanted, isPatient(wanted))
      ? placed(known, arrival(wanted, needsReset(item, wanted, isPatient(wanted))))
      : { ...known, version: newVersion() };
    const kind = item.missingSinceSec === undefined ? 'changed' : 'found';
    return [...this.change(item, after, kind, act), ...holderActions(after, act)];
  }

  private missing(item: VmItem, act: Act): Action[] {
    const after = { ...statusOf(item), missingSinceSec: secondsOf(act), version: newVersion() };
    return this.change(item, after, 'missed', act);
  }

  private retirement(item: VmItem, act: Act): Action[] {
    if (item.state !== 'leased') return this.change(item, undefined, 'removed', act);
    return this.change(item, { ...statusOf(item), retired: true, version: newVersion() }, 'changed', act);
  }

  private change(item: VmItem, after: VmStatus | undefined, kind: ChangeEvent['kind'], act: Act): Action[] {
    const before = statusOf(item);
    const id = this.events.newId(item.lastEvent);
    const event = this.events.appendChange(id, before, after, { kind, vmId: before.vm.id, act });
    return [...changeActions(before, after, id), event];
  }
}

function fateOf(item: VmItem, { act, isPatient }: SyncWish): ReturnType<typeof fateOfMissing> {
  return fateOfMissing(item, secondsOf(act), isPatient(item.vm));
}

/** A VM where its life begins. */
function placed(vm: Pick<VmStatus, 'vm' | 'retired' | 'missingSinceSec'>, { state, ...arrival }: VmChange): VmStatus {
  return changedStatus(vm, state === 'removed' ? 'checking' : state, { state, ...arrival });
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
