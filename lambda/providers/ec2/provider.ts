import type { Verdict } from '../../pool/life.ts';
import type { PoolRules } from '../../pool/pool.ts';
import type { CheckOptions, Inventory, Opened, Opening, Power, Unready, VmProvider } from '../../pool/provider.ts';
import type { Vm, VmStatus } from '../../pool/vm.ts';
import { fingerprintOf } from '../inventory/host-key.ts';
import type { KnownInventory } from '../inventory/known.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { untilAborted } from '../until-aborted.ts';
import { logIn, unavailable } from './access.ts';
import { hostKeysNow, knownHostKeys } from './host-keys.ts';
import type { Fresh, Instances } from './instances.ts';
import { powerOf } from './look.ts';
import type { InstancePorts } from './ports.ts';
import { InstancePower } from './power.ts';
import { runningVm } from './running-vm.ts';
import { LOOK_AGAIN_SEC, start, STARTS } from './start.ts';

/** What the provider needs from outside. */
export interface Ec2Ports extends InstancePorts {
  readonly known: KnownInventory;
  readonly instances: Instances;
  /** Has the VMs that the inventory lists, and reads it. */
  readonly listed: VmProvider;
}

/** VMs that are EC2 instances, found by their tags, beside those that the inventory lists. */
export class Ec2Provider implements VmProvider {
  readonly power: Power;

  constructor(private readonly ports: Ec2Ports) {
    const states = () => ports.instances.last?.states ?? new Map();
    this.power = new InstancePower({ states, fresh: this.fresh.bind(this), poolOf: this.poolOf.bind(this) }, ports);
  }

  async inventory(): Promise<Inventory> {
    const { listed, instances, known } = this.ports;
    const { vms, fault } = await listed.inventory();
    const { gone, faults } = await instances.look(this.pools());
    const { others, clashes } = apartFrom(vms, known.foundNow());
    return { vms: [...vms, ...others], gone, ...known.confirmation(), ...faultOf(fault, [...faults, ...clashes]) };
  }

  async refresh(): Promise<void> {
    await this.ports.listed.refresh();
  }

  pool(name: string): PoolRules | undefined {
    return this.ports.listed.pool(name);
  }

  async hostKeys(vm: Vm): Promise<readonly string[]> {
    const { listed, ec2 } = this.ports;
    const pool = this.poolOf(vm);
    return pool === undefined ? listed.hostKeys(vm) : (await hostKeysNow(vm, pool, ec2)).map(fingerprintOf);
  }

  async open(opening: Opening): Promise<Opened> {
    await this.refresh();
    const pool = this.poolOf(opening.vm);
    return pool === undefined ? this.ports.listed.open(opening) : this.openInstance(opening, pool);
  }

  async check(status: VmStatus, options: CheckOptions): Promise<Verdict> {
    const pool = this.poolOf(status.vm);
    if (pool === undefined) return this.ports.listed.check(status, options);
    // Loaded for the first check: a cold start that lends an instance does without it.
    const { checkInstance } = await import('./check.ts');
    const { signal } = options;
    const fresh = async () => this.fresh(status.vm.id);
    return untilAborted(signal, checkInstance({ status, pool, signal, fresh }, this.ports));
  }

  private async openInstance(opening: Opening, pool: Pool): Promise<Opened> {
    const found = await this.fresh(opening.vm.id).catch(unavailable);
    if (found === undefined) return { vm: opening.vm, unready: goneBecause('it no longer exists') };
    const vm = runningVm(opening.vm, found);
    const unready = await this.unreadiness(found);
    if (unready !== undefined) return { vm, unready };
    return { vm, login: await logIn({ ...opening, vm }, { vm, pool, hostKeys: knownHostKeys(vm, pool) }, this.ports) };
  }

  /** Starts the instance if it was stopped. @returns nothing if it runs */
  private async unreadiness({ instance: { id, state } }: Fresh): Promise<Unready | undefined> {
    const power = powerOf({ state });
    if (power === 'running') return undefined;
    if (power === 'gone') return goneBecause(`the instance is ${state}`);
    if (power === 'changing') return starting(`the instance is ${state}`);
    return starting((await start(this.ports.ec2, id))?.why ?? STARTS);
  }

  private async fresh(id: string): Promise<Fresh | undefined> {
    return this.ports.instances.fresh(id, this.ports.known.holding()?.pools ?? new Map());
  }

  /** The pool of an instance. Undefined for any other VM. */
  private poolOf({ pool: name }: Vm): Pool | undefined {
    const pool = this.ports.known.holding()?.pools.get(name);
    return pool?.ec2 === undefined ? undefined : pool;
  }

  /**
   * Those of the newest inventory, and those of the one that holds: it must be known which instances a new one would
   * lose.
   */
  private pools(): readonly Pool[] {
    const { known } = this.ports;
    const named = [known.holding(), known.newest()].flatMap((inventory) => [...(inventory?.pools.values() ?? [])]);
    const byName = new Map(named.map((pool) => [pool.name, pool]));
    return [...byName.values()].filter(({ ec2 }) => ec2 !== undefined);
  }
}

function starting(why: string): Unready {
  return { status: 'starting', why, againInSec: LOOK_AGAIN_SEC };
}

function goneBecause(why: string): Unready {
  return { status: 'gone', why, againInSec: LOOK_AGAIN_SEC };
}

/** Leaves out instances that the inventory lists as well: one machine would be lent to two users. */
function apartFrom(listed: readonly Vm[], found: readonly Vm[]) {
  const taken = new Set(listed.flatMap(({ id, ip, port }) => [id, `${ip} ${port}`]));
  const isTaken = ({ id, ip, port }: Vm) => taken.has(id) || taken.has(`${ip} ${port}`);
  const clashes = found.filter(isTaken).map(({ id }) => `instance ${id}: vms of the inventory has its id or address`);
  return { others: found.filter((vm) => !isTaken(vm)), clashes };
}

/** One error of all, so that nobody mends only the first. */
function faultOf(fault: Error | undefined, others: readonly string[]): Pick<Inventory, 'fault'> {
  if (others.length === 0) return fault === undefined ? {} : { fault };
  const all = [...(fault === undefined ? [] : [fault.message]), ...others];
  return { fault: new Error(all.join('; '), { cause: fault }) };
}
