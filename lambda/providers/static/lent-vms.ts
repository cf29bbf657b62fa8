/** The inventory as the provider uses it. */
import type { PoolRules } from '../../pool/pool.ts';
import type { LeaseLimits } from '../../pool/term.ts';
import type { Vm } from '../../pool/vm.ts';
import type { InventoryDocument, PoolEntry, VmEntry } from './document.ts';

/** What holds where the inventory says nothing. */
export interface PoolDefaults {
  readonly lease: LeaseLimits;
  /** Longest that a check may take that runs no command, seconds. */
  readonly checkLimitSec: number;
}

/** A pool: the rules that all know, and those of its provider. */
export interface Pool extends PoolRules {
  readonly checkLimitSec: number;
  readonly portForwarding: boolean;
}

/** Everything that an inventory says, ready to be looked up. */
export interface LentVms {
  readonly vms: readonly Vm[];
  /** By name and by alias. */
  readonly pools: ReadonlyMap<string, Pool>;
  readonly entries: ReadonlyMap<string, VmEntry>;
}

/** Longest that a reset or check by command may take, seconds: the cleaner ends within 15 s. */
const COMMAND_LIMIT_SEC = 20;

/** Makes what can be looked up from what was read. */
export function lentVms({ pools, vms }: InventoryDocument, defaults: PoolDefaults): LentVms {
  const named = Object.entries(pools).flatMap(([name, entry]) => {
    const pool = poolOf(name, entry, defaults);
    return [name, ...pool.aliases].map((each) => [each, pool] as const);
  });
  return { vms: vms.map(vmOf), pools: new Map(named), entries: new Map(vms.map((entry) => [entry.id, entry])) };
}

function poolOf(name: string, entry: PoolEntry, { lease, checkLimitSec }: PoolDefaults): Pool {
  const { description, aliases = [], access, check, reset, portForwarding = false } = entry;
  const maxMinutes = entry.leaseMaxMinutes ?? lease.maxMinutes;
  const defaultMinutes = Math.min(entry.leaseDefaultMinutes ?? lease.defaultMinutes, maxMinutes);
  const runsCommand = check === 'command' || reset === 'command';
  const limitSec = entry.checkTimeoutSeconds ?? (runsCommand ? COMMAND_LIMIT_SEC : checkLimitSec);
  const rules = { name, description, aliases, access, check, reset, portForwarding };
  return { ...rules, lease: { defaultMinutes, maxMinutes }, checkLimitSec: limitSec };
}

function vmOf({ id, pool, address: ip, port, username }: VmEntry): Vm {
  return { id, pool, ip, port, username };
}
