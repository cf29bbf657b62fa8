/** Why orders are refused. Loaded for the first of them, so that borrowers pay nothing for it. */
import { RefusalError } from './refusal-error.ts';
import type { VmState, VmStatus } from './vm.ts';

/** Every refusal of an order. */
export type OrderRefusal = HostKeyChanged | UnknownVm | VmBusy | VmInUse | WrongState;

/** The host key of the VM has changed, so that it comes back only with its new key. */
export class HostKeyChanged extends RefusalError {
  readonly code = 'host_key_changed';

  /** @param hostKeys - fingerprints of those that the VM should have by now */
  constructor(
    readonly vmId: string,
    readonly hostKeys: readonly string[],
  ) {
    super(
      `the host key of ${vmId} changed; if it still is your VM, name its new key as hostKey: one that the inventory ` +
        'has by now, or that an EC2 instance prints on its console',
    );
  }
}

/** The inventory has no such VM. */
export class UnknownVm extends RefusalError {
  readonly code = 'unknown_vm';

  constructor(readonly vmId: string) {
    super('there is no such VM');
  }
}

/** The VM kept changing while an order waited for its turn. The order was not carried out. */
export class VmBusy extends RefusalError {
  readonly code = 'vm_busy';

  constructor(readonly vmId: string) {
    super(`${vmId} keeps changing; try again`);
  }
}

/** Somebody has the VM, so it must be taken from them first. */
export class VmInUse extends RefusalError {
  readonly code = 'vm_in_use';

  constructor(readonly status: VmStatus) {
    super(`${status.vm.id} is leased; release it first`);
  }
}

/** The order does not fit the VM's state. */
export class WrongState extends RefusalError {
  readonly code = 'wrong_state';

  constructor(
    readonly status: VmStatus,
    readonly order: string,
    readonly wanted: readonly VmState[],
  ) {
    super(`${status.vm.id} is ${status.state}; ${order} is for VMs that are ${wanted.join(' or ')}`);
  }
}
