/** What must hold between the fields of an inventory, beyond what each field must be. */
import * as v from 'valibot';
import type { InventoryDocument, PoolEntry, VmEntry } from './document.ts';
import { poolName } from './document.ts';
import { ec2Faults } from './ec2-rules.ts';
import type { Fault } from './fault.ts';
import { printable } from './fault.ts';

/** The VMs and pools whose own fields are right, and where the text has them. */
export interface SoundParts {
  /** Names of all pools, right or wrong. Undefined where the pools are no object. */
  readonly poolNames: readonly string[] | undefined;
  readonly pools: readonly (readonly [name: string, pool: PoolEntry])[];
  readonly vms: readonly (readonly [index: number, vm: VmEntry])[];
}

/**
 * Every disagreement between fields.
 * @param hasEc2 - whether this service finds EC2 instances
 */
export function disagreements(parts: SoundParts, hasEc2: boolean): Fault[] {
  const pools = new Map(parts.pools);
  return [
    ...parts.pools.flatMap(([name, pool]) => [
      ...limitFaults(name, pool),
      ...commandFaults(name, pool),
      ...ec2Faults(name, pool, hasEc2),
      ...rootFaults(['pools', name, 'ec2', 'username'], pool.ec2?.username, pool),
    ]),
    ...aliasFaults(parts),
    ...parts.vms.flatMap(([index, vm]) => [
      ...poolFaults(index, vm, parts.poolNames),
      ...vmFaults(index, vm, pools.get(vm.pool)),
    ]),
    ...repeated(parts.vms, 'id', ({ id }) => id),
    ...repeated(parts.vms, 'address', addressOf),
  ];
}

/** Checks and resets that are commands of the cleaner on the VM. */
const RUN_BY_CLEANER: readonly string[] = ['command', 'reboot'];

function limitFaults(name: string, { leaseDefaultMinutes = 0, leaseMaxMinutes = Infinity }: PoolEntry): Fault[] {
  if (leaseDefaultMinutes <= leaseMaxMinutes) return [];
  return [{ place: ['pools', name, 'leaseDefaultMinutes'], what: 'must not be more than leaseMaxMinutes' }];
}

/** The cleaner takes the service's certificate only. A VM that is enrolled to take it takes no stored key any longer. */
function commandFaults(name: string, pool: PoolEntry): Fault[] {
  if (pool.access === 'certificate') return [];
  const fields = (['check', 'reset'] as const).filter((field) => RUN_BY_CLEANER.includes(pool[field]));
  return fields.map((field) => ({
    place: ['pools', name, field],
    what: `must not be "${pool[field]}" where access is "${pool.access}": only VMs that trust certificates can run it`,
  }));
}

function aliasFaults({ pools, poolNames = [] }: SoundParts): Fault[] {
  const taken = new Map(poolNames.map((name) => [name, 'a pool']));
  return pools.flatMap(([name, { aliases = [] }]) =>
    aliases.flatMap((alias, index) => {
      const by = taken.get(alias);
      taken.set(alias, `an alias of ${name}`);
      if (by === undefined) return [];
      return [{ place: ['pools', name, 'aliases', index], what: `must be a new name; ${alias} is ${by} already` }];
    }),
  );
}

/** Names that can't be right are not repeated: they may be anything, such as a key in the wrong place. */
function poolFaults(index: number, { pool }: VmEntry, poolNames: SoundParts['poolNames']): Fault[] {
  if (poolNames === undefined || poolNames.includes(pool)) return [];
  const names = poolNames.filter((name) => v.is(poolName, name));
  const known = names.length === 0 ? 'there is none' : `the pools are ${names.join(', ')}`;
  return [{ place: ['vms', index, 'pool'], what: `must be the name of a pool, not ${pool}; ${known}` }];
}

function vmFaults(index: number, vm: VmEntry, pool: PoolEntry | undefined): Fault[] {
  if (pool === undefined) return [];
  if (pool.ec2 !== undefined) {
    const what = 'must be a pool without ec2: the VMs of this one are EC2 instances, which are found by their tags';
    return [{ place: ['vms', index, 'pool'], what }];
  }
  return [...storedKeyFaults(index, vm, pool), ...rootFaults(['vms', index, 'username'], vm.username, pool)];
}

function storedKeyFaults(index: number, { storedKey }: VmEntry, { access }: PoolEntry): Fault[] {
  if ((access === 'stored-key') === (storedKey !== undefined)) return [];
  const rule = access === 'stored-key' ? 'must be there' : 'must be absent';
  return [{ place: ['vms', index, 'storedKey'], what: `${rule}, since the access of its pool is "${access}"` }];
}

function rootFaults(place: Fault['place'], username: string | undefined, pool: PoolEntry): Fault[] {
  const what = rootRule(username, pool);
  return what === undefined ? [] : [{ place, what }];
}

/** Why borrowers may not log in under that name. Undefined: they may. A borrower who is root could change the cleaner. */
export function rootRule(
  username: string | undefined,
  { check, reset }: Pick<PoolEntry, 'check' | 'reset'>,
): string | undefined {
  const field = [reset, check].find((each) => RUN_BY_CLEANER.includes(each));
  if (username !== 'root' || field === undefined) return undefined;
  return `must not be root where the check or reset of the pool is "${field}": only the cleaner runs as root there`;
}

/** One fault for each VM that repeats an earlier one. */
function repeated(vms: SoundParts['vms'], field: keyof VmEntry, keyOf: (vm: VmEntry) => string): Fault[] {
  const first = new Map<string, number>();
  return vms.flatMap(([index, vm]) => {
    const earlier = first.get(keyOf(vm));
    if (earlier === undefined) first.set(keyOf(vm), index);
    if (earlier === undefined) return [];
    return [{ place: ['vms', index, field], what: `must be of this VM only; vms[${earlier}] has the same` }];
  });
}

/** The same for every way to write an address. Only IPv6 has colons. */
function addressOf({ address, port }: VmEntry): string {
  const host = address.includes(':')
    ? new URL(`http://[${address}]`).hostname
    : address.toLowerCase().replace(/\.$/, '');
  return `${host} ${port}`;
}

/** `vms[3].hostKeys[0]`, `pools["my-pool"].check`. */
export function placeName(place: Fault['place']): string {
  const steps = place.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[$\w]{1,64}$/.test(step) ? `.${step}` : `["${printable(step, 64)}"]`;
  });
  return steps.join('').replace(/^\./, '') || 'the inventory';
}

/** The parts that have no fault of their own. */
export function soundParts(document: unknown, faults: readonly Fault[]): SoundParts {
  const faulty = new Set(faults.map(({ place: [list, key] }) => `${list} ${key}`));
  const { pools, vms }: Partial<InventoryDocument> = isObject(document) ? document : {};
  const arePools = isObject(pools) && !faulty.has('pools undefined');
  const entries = Object.entries(arePools ? pools : {});
  const all = Array.isArray(vms) ? [...vms.entries()] : [];
  return {
    poolNames: arePools ? entries.map(([name]) => name) : undefined,
    pools: entries.filter(([name]) => !faulty.has(`pools ${name}`)),
    vms: all.filter(([index]) => !faulty.has(`vms ${index}`)),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
