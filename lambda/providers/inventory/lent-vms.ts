/** The inventory as the provider uses it. */
import type { PoolRules, PowerRules } from '../../pool/pool.ts';
import type { LeaseLimits } from '../../pool/term.ts';
import type { Vm } from '../../pool/vm.ts';
import type { InventoryDocument, PoolEntry, VmEntry } from './document.ts';
import type { Ec2Pool } from './ec2-pool.ts';

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
  /** Its VMs are EC2 instances. */
  readonly ec2?: Ec2Pool | undefined;
}

/** Everything that an inventory says, ready to be looked up. */
export interface LentVms {
  readonly vms: readonly Vm[];
  /** By name and by alias. */
  readonly pools: ReadonlyMap<string, Pool>;
  readonly entries: ReadonlyMap<string, VmEntry>;
}

/** Longest that a check may take that runs a command or asks AWS, seconds: the cleaner ends within 15 s. */
const LONG_LIMIT_SEC = 20;

/** How long a VM must be free before it is stopped, where its pool does not say it, minutes. */
const IDLE_MINUTES = 15;

/** Makes what can be looked up from what was read. */
export function lentVms({ pools, vms }: InventoryDocument, defaults: PoolDefaults): LentVms {
  const named = Object.entries(pools).flatMap(([name, entry]) => {
    const pool = poolOf(name, entry, defaults);
    return [name, ...pool.aliases].map((each) => [each, pool] as const);
  });
  return { vms: vms.map(vmOf), pools: new Map(named), entries: new Map(vms.map((entry) => [entry.id, entry])) };
}

function poolOf(name: string, entry: PoolEntry, { lease, checkLimitSec }: PoolDefaults): Pool {
  const { description, aliases = [], access, check, reset, portForwarding = false, ec2 } = entry;
  const maxMinutes = entry.leaseMaxMinutes ?? lease.maxMinutes;
  const defaultMinutes = Math.min(entry.leaseDefaultMinutes ?? lease.defaultMinutes, maxMinutes);
  const rules = { name, description, aliases, access, check, reset, portForwarding };
  const found = ec2 && { ec2, areFound: true, power: powerOf(ec2) };
  return {
    ...rules,
    lease: { defaultMinutes, maxMinutes },
    checkLimitSec: checkLimitOf(entry) ?? checkLimitSec,
    ...found,
  };
}

/** Undefined: what the settings say. */
function checkLimitOf({ check, reset, ec2, checkTimeoutSeconds }: PoolEntry): number | undefined {
  const isLong = ec2 !== undefined || check === 'command' || reset === 'command';
  return checkTimeoutSeconds ?? (isLong ? LONG_LIMIT_SEC : undefined);
}

/** A pool that names no number has none of its VMs stopped. */
function powerOf({ minRunning, idleMinutes = IDLE_MINUTES, schedule }: Ec2Pool): PowerRules | undefined {
  if (minRunning === undefined && schedule === undefined) return undefined;
  return { minRunning: minRunning ?? Infinity, idleMinutes, schedule };
}

function vmOf({ id, pool, address: ip, port, username }: VmEntry): Vm {
  return { id, pool, ip, port, username };
}
