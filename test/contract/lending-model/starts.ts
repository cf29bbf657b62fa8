import type { Power, PowerState, Readiness } from '../../../lambda/pool/provider.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import type { TestClock } from '../../support/pool/lending.ts';

/** How long every VM takes to start, seconds. */
export const START_SEC = 60;

/** Why a lease waits whose VM starts. */
export const IT_BOOTS = 'it boots';

/** VMs that may be stopped, by a provider that starts each in {@link START_SEC}. */
export class Starts implements Power {
  private readonly wokenAtSec = new Map<string, number>();

  constructor(private readonly clock: TestClock) {}

  states(): ReadonlyMap<string, PowerState> {
    return new Map();
  }

  async wake(vm: Vm): Promise<Readiness> {
    const { nowSec } = this.clock;
    const sinceSec = this.wokenAtSec.get(vm.id) ?? nowSec;
    this.wokenAtSec.set(vm.id, sinceSec);
    return nowSec - sinceSec >= START_SEC ? { ready: vm } : { waitingFor: IT_BOOTS, againInSec: 10 };
  }

  async stop(vms: readonly Pick<Vm, 'id'>[]): Promise<ReadonlyMap<string, string>> {
    for (const { id } of vms) this.wokenAtSec.delete(id);
    return new Map();
  }
}
