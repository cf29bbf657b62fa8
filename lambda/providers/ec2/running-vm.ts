import type { Vm } from '../../pool/vm.ts';
import type { Fresh } from './instances.ts';

/**
 * The store's VM where it is now. While its tags say that it is none of its pool, it stays where the store knows it.
 */
export function runningVm(vm: Vm, found: Fresh): Vm {
  if (found.vm?.pool !== vm.pool) return vm;
  return { ...found.vm, ...(vm.hostKeys !== undefined && { hostKeys: vm.hostKeys }) };
}
