import type { Verdict } from '../../pool/life.ts';
import type { PoolRules } from '../../pool/pool.ts';
import type { CheckOptions, Inventory, Opened, Opening, VmProvider } from '../../pool/provider.ts';
import { AccessUnavailable } from '../../pool/refusals.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import { fingerprintOf } from '../inventory/host-key.ts';
import type { KnownInventory } from '../inventory/known.ts';
import type { InventorySource } from '../inventory/source.ts';
import type { CheckPorts } from '../ssh/check.ts';
import { notNow, verdictOn } from '../ssh/check.ts';
import { openedTo } from '../ssh/login.ts';
import type { SshVm } from '../ssh/ssh-vm.ts';
import { untilAborted } from '../until-aborted.ts';

/** What the provider needs from outside. */
export interface StaticPorts extends CheckPorts {
  readonly source: InventorySource;
  readonly known: KnownInventory;
}

/** VMs that somebody runs and lists in an inventory: any machine with an SSH server. */
export class StaticProvider implements VmProvider {
  constructor(private readonly ports: StaticPorts) {}

  async inventory(): Promise<Inventory> {
    const { source, known } = this.ports;
    await source.read();
    const { fault } = source;
    const newest = known.newest();
    if (newest === undefined) throw fault ?? new Error('no inventory was read');
    return { vms: newest.vms, ...known.confirmation(), ...(fault !== undefined && { fault }) };
  }

  async refresh(): Promise<void> {
    await this.ports.source.refresh();
  }

  pool(name: string): PoolRules | undefined {
    return this.ports.known.holding()?.pools.get(name);
  }

  async hostKeys({ id }: Vm): Promise<readonly string[]> {
    return this.ports.known.holding()?.entries.get(id)?.hostKeys.map(fingerprintOf) ?? [];
  }

  async open(opening: Opening): Promise<Opened> {
    await this.refresh();
    const { vm } = opening;
    const found = this.find(vm);
    if (found === undefined) throw new AccessUnavailable(`${vm.id} or its pool is not in the inventory`);
    return { vm, login: await openedTo(opening, found, this.ports.keys) };
  }

  async check({ vm }: Pick<VmStatus, 'vm'>, options: CheckOptions): Promise<Verdict> {
    const found = this.find(vm);
    if (found === undefined) return notNow(`${vm.id} or its pool ${vm.pool} is not in the inventory`);
    if (found.pool.check === 'none' && found.pool.reset === 'none') return { passed: true };
    return untilAborted(options.signal, verdictOn(found, this.ports));
  }

  /** The pool is the one that the store knows: upkeep goes by that, until a sync moves the VM. */
  private find(vm: Vm): SshVm | undefined {
    const holding = this.ports.known.holding();
    const entry = holding?.entries.get(vm.id);
    const pool = holding?.pools.get(vm.pool);
    return entry && pool && { vm, pool, hostKeys: entry.hostKeys, storedKey: entry.storedKey };
  }
}
