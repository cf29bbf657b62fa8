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
  /** Ids of VMs that surely no longer exist. */
  readonly gone?: ReadonlySet<string>;
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
  /** Whether the holder only looks at the lease: then nothing begins that has to be ended again, such as a session. */
  readonly isLook?: boolean;
}

/** A VM that its holder can't use now. */
export interface Unready {
  /** `starting`: it will be ready. `gone`: it no longer exists, and never will be ready. */
  readonly status: 'starting' | 'gone';
  /** For the holder: what it waits for, or what has happened. */
  readonly why: string;
  /** When to ask again, seconds. */
  readonly againInSec: number;
}

/** What came of a wish to log in: the way in, or why there is none. `vm` is the VM as it is now. */
export type Opened = { readonly vm: Vm } & ({ readonly login: Login } | { readonly unready: Unready });

/** A lease, and what came of the wish to log in to its VM. Secret: only the holder may see it. */
export type OpenGrant = Opened & { readonly lease: Lease };

/** How far a VM is that has to be started. A `failed` start is over; its VM is not to be lent. */
export type Readiness =
  { readonly ready: Vm } | { readonly waitingFor: string; readonly againInSec: number } | { readonly failed: string };

/** Whether a VM runs, as the provider found it last. A VM on its way is `changing`. */
export type PowerState = 'running' | 'stopped' | 'changing' | 'gone';

/** Starts and stops VMs. Every call may be repeated. */
export interface Power {
  /** Every VM of the last look, by its id. Those that no longer exist are there for a while. */
  states(): ReadonlyMap<string, PowerState>;

  /** Starts a VM if it is stopped, and looks whether it is ready. Never throws for what the VM does. */
  wake(vm: Vm): Promise<Readiness>;

  /** Stops VMs that nobody has. @returns ids of those that do not stop, with the reason */
  stop(vms: readonly Vm[]): Promise<ReadonlyMap<string, string>>;
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

  /**
   * Fingerprints of the host keys that a VM should have by now, `SHA256:...`: those of the inventory, or those that it
   * shows on its console. Keys that a check has learnt don't count: they may be old. @throws when they can't be read
   */
  hostKeys(vm: Vm): Promise<readonly string[]>;

  /** Opens a VM to the holder of a lease. @throws AccessUnavailable */
  open(opening: Opening): Promise<Opened>;

  /**
   * Ends what still opens a VM to its last user, makes it clean and checks it for the next one. A check that throws has
   * failed.
   */
  check(status: VmStatus, options: CheckOptions): Promise<Verdict>;

  /** Undefined: its VMs always run. */
  readonly power?: Power | undefined;
}
