import type { Login } from './access.ts';
import type { Lease } from './lease.ts';
import type { Verdict } from './life.ts';
import type { PoolRules } from './pool.ts';
import type { Vm, VmStatus } from './vm.ts';

/** Every VM that can be lent, as it was read last. */
export interface Inventory {
  readonly vms: readonly Vm[];
  /** Whether an operator has confirmed this very inventory, so that it may remove most of a pool. */
  readonly isConfirmed?: boolean;
  /** What an operator must set to confirm it. */
  readonly confirmation?: string;
  /** Why the newest inventory can't be used. The VMs are those of the last good one. */
  readonly fault?: Error;
}

/** A wish to log in to a VM. */
export interface Opening {
  readonly vm: Vm;
  readonly lease: Lease;
  /** The key to let in. Undefined: a key pair is made. */
  readonly sshPublicKey?: string | undefined;
  /**
   * When the holder asked, before the lease was read; UTC epoch milliseconds. A credential is valid from then, so that
   * none outlives what its lease allows.
   */
  readonly askedAtMs: number;
}

/** What a check may look at. */
export interface CheckOptions {
  /** Aborted when nobody waits any longer. */
  readonly signal: AbortSignal;
}

/** Where VMs come from. */
export interface VmProvider {
  /** Reads what VMs there are. @throws when they can't be read, and never could */
  inventory(): Promise<Inventory>;

  /**
   * Reads pools and VMs again if what is known is old. Never throws: if they can't be read, what was known before
   * stands.
   */
  refresh(): Promise<void>;

  /** The rules of a pool, by its name or an alias. Undefined: the provider has no such pool. */
  pool(name: string): PoolRules | undefined;

  /** Fingerprints of the host keys that a VM should have, `SHA256:...`. */
  hostKeys(vmId: string): readonly string[];

  /** Opens a VM to the holder of a lease. @throws AccessUnavailable */
  open(opening: Opening): Promise<Login>;

  /** Makes a VM clean after its last user and checks it for the next one. A check that throws has failed. */
  check(status: VmStatus, options: CheckOptions): Promise<Verdict>;
}
