/** From the instances that a search found to the VMs of their pools. */
import type { Instance } from '../../aws/ec2.ts';
import type { PowerState } from '../../pool/provider.ts';
import type { Vm } from '../../pool/vm.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import type { InstanceTags } from './instance-vm.ts';
import { vmOf } from './instance-vm.ts';

/** What a search for instances found. */
export interface Look {
  readonly vms: readonly Vm[];
  /** Ids of instances that are terminated, or about to be. */
  readonly gone: ReadonlySet<string>;
  /** Every instance of the pools by its id, those that are gone for about an hour. Empty when the search failed. */
  readonly states: ReadonlyMap<string, PowerState>;
  /** One sentence for each instance that is left out, and for a search that failed. */
  readonly faults: readonly string[];
}

const POWER: Readonly<Record<Instance['state'], PowerState>> = {
  pending: 'changing',
  running: 'running',
  stopping: 'changing',
  stopped: 'stopped',
  'shutting-down': 'gone',
  terminated: 'gone',
};

/** Whether an instance runs, as the pool's upkeep needs it. */
export function powerOf({ state }: Pick<Instance, 'state'>): PowerState {
  return POWER[state];
}

/** The VMs among instances. One whose tags name none of the pools is not ours and has no part in it. */
export function lookAt(instances: readonly Instance[], pools: readonly Pool[], tags: InstanceTags): Look {
  const byName = new Map(pools.map((pool) => [pool.name, pool]));
  const look = {
    vms: [] as Vm[],
    gone: new Set<string>(),
    states: new Map<string, PowerState>(),
    faults: [] as string[],
  };
  for (const instance of instances) {
    const pool = byName.get(instance.tags[tags.pool] ?? '');
    if (pool === undefined) continue;
    look.states.set(instance.id, powerOf(instance));
    if (powerOf(instance) === 'gone') look.gone.add(instance.id);
    else addVm(look, vmOf(instance, pool, tags));
  }
  return look;
}

function addVm(look: { readonly vms: Vm[]; readonly faults: string[] }, made: ReturnType<typeof vmOf>): void {
  if ('vm' in made) look.vms.push(made.vm);
  else look.faults.push(made.fault);
}
