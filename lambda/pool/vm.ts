/** One VM that can be lent, as the inventory knows it. Holds nothing secret: keys come from the provider, lease by lease. */
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
}

/** The pool of a request that names none. */
export const DEFAULT_POOL = 'default';

/** Every state a VM can be in; it is always in exactly one. */
export const VM_STATES = ['free', 'leased', 'checking', 'quarantined'] as const;

/** Where a VM is in its life: free → leased → checking → free, or quarantined after too many failed checks. */
export type VmState = (typeof VM_STATES)[number];

/** How many VMs of one pool are in each state. */
export type PoolCounts = Readonly<Record<VmState, number>>;

/** A VM's place in its life at one moment. */
export interface VmStatus {
  readonly vm: Vm;
  readonly state: VmState;
  /** Changes with every change of the VM's state, so that a slow writer can tell that it came too late. */
  readonly version: number;
  /** Checks failed in a row since the VM was last free. */
  readonly failures: number;
  /** Why the last check failed; kept while the VM is `checking` or `quarantined`. */
  readonly reason?: string;
}
