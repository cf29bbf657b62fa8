import type { Lease } from './lease.ts';

/**
 * One VM that can be lent, as the inventory knows it. Holds nothing secret: keys come from the provider, lease by
 * lease.
 */
export interface Vm {
  /** Unique in the inventory, e.g. `vm-01`. */
  readonly id: string;
  /** Name of the pool it belongs to. */
  readonly pool: string;
  readonly ip: string;
  /** TCP port of its SSH server. */
  readonly port: number;
  /** Login name. */
  readonly username: string;
  /** Public host keys that the service has learnt, `ssh-ed25519 AAAA...`; none where the inventory says them. */
  readonly hostKeys?: readonly string[];
}

/** Whether the inventory says the same of a VM, given that it is the same VM. */
export function sameVm(one: Vm, other: Vm): boolean {
  return one.pool === other.pool && one.ip === other.ip && one.port === other.port && one.username === other.username;
}

/** Every state a VM can be in; it is always in exactly one. */
export const VM_STATES = ['free', 'leased', 'checking', 'quarantined', 'drained'] as const;

/**
 * Where a VM is in its life: free → leased → checking → free, or quarantined after too many failed checks, or drained
 * when an operator wants it for themselves. `life.ts` has every step.
 */
export type VmState = (typeof VM_STATES)[number];

/** How many VMs of one pool are in each state. */
export type PoolCounts = Readonly<Record<VmState, number>>;

/** The last use of a VM, which its reset must undo. */
export interface Use {
  /**
   * Names it for good: the id of the lease, or another one after an operator has returned the VM. At most 64
   * characters.
   */
  readonly id: string;
  /** When it ended, UTC epoch seconds. */
  readonly endedAtSec: number;
}

/** A VM's place in its life at one moment. */
export interface VmStatus {
  readonly vm: Vm;
  readonly state: VmState;
  /** Changes with every change of the VM, so that a slow writer notices that it is too late. */
  readonly version: number;
  /** Checks failed in a row since the VM was last free. */
  readonly failures: number;
  /** Whether an operator wants the VM drained as soon as nobody has it. */
  readonly draining: boolean;
  /** Whether the VM has left the inventory, and is dropped as soon as nobody has it. */
  readonly retired: boolean;
  /** When something is to happen to it, UTC epoch seconds: the end of its lease, or its next check. */
  readonly dueAtSec?: number | undefined;
  /** Why its last check failed or has to wait, or why an operator took it out. */
  readonly reason?: string | undefined;
  /** From then on no login certificate of an earlier lease opens it, UTC epoch seconds. */
  readonly closedAtSec?: number | undefined;
  /** When a check that keeps waiting gives up, UTC epoch seconds. */
  readonly waitUntilSec?: number | undefined;
  /** A reset that has begun, and has given no verdict yet, is over by then; UTC epoch seconds. */
  readonly resetUntilSec?: number | undefined;
  /** While `free`: whether it is stopped, so that it must be started for its next user. */
  readonly stopped?: boolean | undefined;
  /** While `free`: since when it is free, or stopped, UTC epoch seconds. */
  readonly freeSinceSec?: number | undefined;
  /** What its reset is for, until it has passed its check. Undefined: nobody has used it. */
  readonly use?: Use | undefined;
  /** Since when a search no longer finds it, UTC epoch seconds. */
  readonly missingSinceSec?: number | undefined;
  /** While `leased`, the lease, which may have ended. */
  readonly lease?: Lease | undefined;
}
