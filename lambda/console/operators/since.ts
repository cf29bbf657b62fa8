/** Since when a VM is out of use. The list does not say it; the events of the VM do. */
import type { OperatedVm, PoolEvent } from '../api.ts';

/** Names a VM in its present state: what is known of it holds until that changes. */
export function situationOf({ id, state, reason = '' }: OperatedVm): string {
  return [id, state, reason].join(' ');
}

/** VMs whose events are to be asked: a lease says itself when it began, and a free VM waits for nobody. */
export function withoutSince(vms: readonly OperatedVm[], known: ReadonlyMap<string, unknown>): readonly OperatedVm[] {
  return vms.filter((vm) => vm.state !== 'free' && vm.since === undefined && !known.has(situationOf(vm)));
}

/** When the VM came into its state. @param events - of the VM, newest first */
export function sinceIn(events: readonly PoolEvent[], state: OperatedVm['state']): string | undefined {
  return events.find(({ from, to }) => to === state && from !== state)?.at;
}
