/** What a sync makes of one VM: of one that the inventory no longer has, and of one that it has otherwise. */
import { MISSED_SEC } from './inventory.ts';
import type { Vm, VmStatus } from './vm.ts';
import { sameVm } from './vm.ts';

/**
 * What becomes of a VM that the inventory does not have.
 *
 * @param isPatient - whether it leaves only when syncs have missed it for {@link MISSED_SEC}
 */
export function fateOfMissing(
  { missingSinceSec }: VmStatus,
  nowSec: number,
  isPatient: boolean,
): 'leaves' | 'is missed' | 'stays missed' {
  if (!isPatient) return 'leaves';
  if (missingSinceSec === undefined) return 'is missed';
  return nowSec - missingSinceSec >= MISSED_SEC ? 'leaves' : 'stays missed';
}

/** Whether a VM of the store is not as the inventory has it. */
export function differs({ vm, retired, missingSinceSec }: VmStatus, wanted: Vm): boolean {
  return retired || missingSinceSec !== undefined || !sameVm(vm, wanted);
}

/** A VM as the inventory has it. Host keys that the service has learnt stay. */
export function corrected({ hostKeys }: Vm, wanted: Vm): Vm {
  return hostKeys === undefined ? wanted : { hostKeys, ...wanted };
}

/**
 * Whether a VM changes pools later than the inventory says. Until it is given back, it counts for the pool of its lease;
 * and the pool in which it was used knows what a reset has to undo.
 *
 * @param isPatient - whether a search finds the VMs of its pool
 */
export function isToBeMoved({ state, vm, use }: VmStatus, wanted: Vm | undefined, isPatient: boolean): boolean {
  const isBound = state === 'leased' || (state === 'checking' && use !== undefined && isPatient);
  return isBound && wanted !== undefined && wanted.pool !== vm.pool;
}

/**
 * Whether the reset of a VM has to undo more than its pool's did: another pool may ask for more, and a VM that a search
 * finds is reset only after a use.
 */
export function needsReset({ vm }: VmStatus, wanted: Vm, isPatient: boolean): boolean {
  return isPatient && vm.pool !== wanted.pool;
}

/**
 * Whether a VM that differs is checked again, before its next user.
 *
 * @param isPatient - whether it is the same VM at another address
 */
export function isToBeChecked({ state, vm }: VmStatus, wanted: Vm, isPatient: boolean): boolean {
  return state === 'free' && !sameVm(isPatient ? { ...vm, ip: wanted.ip } : vm, wanted);
}
