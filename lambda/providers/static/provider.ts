import { emptiedPool } from '../../pool/inventory.ts';
import type { Verdict } from '../../pool/life.ts';
import type { PoolRules } from '../../pool/pool.ts';
import type { CheckOptions, Inventory, Opened, Opening, VmProvider } from '../../pool/provider.ts';
import { AccessUnavailable } from '../../pool/refusals.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import type { VmEntry } from '../inventory/document.ts';
import { fingerprintOf } from '../inventory/host-key.ts';
import type { LentVms, Pool, PoolDefaults } from '../inventory/lent-vms.ts';
import { lentVms } from '../inventory/lent-vms.ts';
import type { InventorySource, ReadDocument } from '../inventory/source.ts';
import type { CheckPorts } from '../ssh/check.ts';
import { notNow, verdictOn } from '../ssh/check.ts';
import { openedTo } from '../ssh/login.ts';

/** What the provider needs from outside. */
export interface StaticPorts extends CheckPorts {
  readonly source: InventorySource;
}

/** What the settings say. */
export interface StaticOptions {
  /** SHA-256 of an inventory that may remove more than half of a pool. */
  readonly confirmedInventory: string | undefined;
  readonly defaults: PoolDefaults;
}

/** VMs that somebody runs and lists in an inventory: any machine with an SSH server. */
export class StaticProvider implements VmProvider {
  /** Made anew for each inventory that is read. */
  private read: { readonly of: ReadDocument; readonly vms: LentVms } | undefined;
  /** What holds: the newest inventory that needs no confirmation, or has it. */
  private lent: LentVms | undefined;

  constructor(
    private readonly ports: StaticPorts,
    private readonly options: StaticOptions,
  ) {}

  async inventory(): Promise<Inventory> {
    const { source } = this.ports;
    await source.read();
    const { current, fault } = source;
    if (current === undefined) throw fault ?? new Error('no inventory was read');
    return {
      vms: this.newest(current).vms,
      isConfirmed: this.isConfirmed(current),
      confirmation: `set confirmed_inventory (CONFIRMED_INVENTORY) to ${current.sha256}`,
      ...(fault !== undefined && { fault }),
    };
  }

  async refresh(): Promise<void> {
    await this.ports.source.refresh();
  }

  pool(name: string): PoolRules | undefined {
    return this.known()?.pools.get(name);
  }

  hostKeys(vmId: string): readonly string[] {
    return this.known()?.entries.get(vmId)?.hostKeys.map(fingerprintOf) ?? [];
  }

  async open(opening: Opening): Promise<Opened> {
    await this.refresh();
    const { id } = opening.vm;
    const found = this.find(opening.vm);
    if (found === undefined) throw new AccessUnavailable(`${id} or its pool is not in the inventory`);
    const login = await openedTo(opening, found.entry, found.pool, this.ports.keys);
    return { vm: opening.vm, login };
  }

  async check({ vm }: Pick<VmStatus, 'vm'>, options: CheckOptions): Promise<Verdict> {
    const found = this.find(vm);
    if (found === undefined) return notNow(`${vm.id} or its pool ${vm.pool} is not in the inventory`);
    if (found.pool.check === 'none' && found.pool.reset === 'none') return { passed: true };
    return untilAborted(options.signal, verdictOn({ vm, ...found }, this.ports));
  }

  /** The pool is the one that the store knows: upkeep goes by that, until a sync moves the VM. */
  private find(vm: Vm): { readonly entry: VmEntry; readonly pool: Pool } | undefined {
    const known = this.known();
    const entry = known?.entries.get(vm.id);
    const pool = known?.pools.get(vm.pool);
    return entry && pool && { entry, pool };
  }

  private known(): LentVms | undefined {
    const { current } = this.ports.source;
    if (current !== undefined) this.newest(current);
    return this.lent;
  }

  /** An inventory that would remove most of a pool changes nothing before it is confirmed, as in the store. */
  private newest(current: ReadDocument): LentVms {
    if (this.read?.of !== current) {
      const vms = lentVms(current.document, this.options.defaults);
      this.read = { of: current, vms };
      if (this.lent === undefined || this.isConfirmed(current) || keepsMost(this.lent, vms)) this.lent = vms;
    }
    return this.read.vms;
  }

  private isConfirmed({ sha256 }: ReadDocument): boolean {
    return sha256 === this.options.confirmedInventory;
  }
}

function keepsMost(known: LentVms, next: LentVms): boolean {
  return emptiedPool(known.vms, next.entries) === undefined;
}

/** @throws the reason of the signal, once that is aborted */
async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
