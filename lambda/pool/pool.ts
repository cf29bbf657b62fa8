import type { LeaseLimits } from './term.ts';

/** The pool of a request that names none. */
export const DEFAULT_POOL = 'default';

/** How a holder logs in to the VMs of a pool. */
export const ACCESSES = ['mock', 'certificate', 'stored-key', 'instance-connect', 'session-manager'] as const;

/** What a VM must pass before its next user. */
export const CHECKS = ['none', 'banner', 'host-key', 'command'] as const;

/** What makes a VM clean between two users. */
export const RESETS = ['none', 'command', 'reboot', 'replace-root-volume'] as const;

/** From a moment on, another number of VMs is to run. */
export interface PowerChange {
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  readonly minRunning: number;
}

/** How many VMs of a pool run while nobody has them. The others are stopped, and started when they are lent. */
export interface PowerRules {
  /** Free VMs that run at any time; the rest may be stopped. */
  readonly minRunning: number;
  /** How long a VM must be free before it is stopped. */
  readonly idleMinutes: number;
  /** Other numbers at other times; the last change that has come counts. */
  readonly schedule?: { readonly timezone: string; readonly changes: readonly PowerChange[] } | undefined;
}

/** Longest that a stopped VM may take to start, seconds. Then its holder gets another one. */
const START_LIMIT_SEC = 600;

/** Longest that a stopped VM of a pool may take to start, seconds. Undefined: the pool has no stopped VMs. */
export function startLimitOf({ power }: Pick<PoolRules, 'power'>): number | undefined {
  return power && START_LIMIT_SEC;
}

/** How the VMs of a pool are lent, as those who own them say. */
export interface PoolRules {
  readonly name: string;
  readonly description?: string | undefined;
  /** Further names of the pool. */
  readonly aliases: readonly string[];
  readonly lease: LeaseLimits;
  readonly access: (typeof ACCESSES)[number];
  readonly check: (typeof CHECKS)[number];
  readonly reset: (typeof RESETS)[number];
  /**
   * Whether a search finds its VMs, as with EC2 instances: it may miss one for a moment, and a VM that it finds at
   * another address is the same VM.
   */
  readonly areFound?: boolean | undefined;
  /** Undefined: the service stops none of its VMs. */
  readonly power?: PowerRules | undefined;
  /** Longest that a reset and its check may take, seconds. Undefined: what the settings say. */
  readonly checkLimitSec?: number | undefined;
}

/** How often a VM may fail its check, and how soon it is tried again. */
export interface CheckPolicy {
  /** Failed checks in a row after which a VM is quarantined. */
  readonly maxFailures: number;
  /** Wait before the second check; doubled for each further one. */
  readonly backoffSec: number;
}

/** How the VMs of a pool are lent and checked. */
export interface PoolPolicy extends PoolRules {
  /** Longest that a reset and its check may take, seconds. */
  readonly checkLimitSec: number;
  /** What happens after failed checks. */
  readonly retry: CheckPolicy;
}

/**
 * Looks up the policy of a pool by its name or an alias. A pool that nobody knows has one too: the store refuses it.
 */
export type PolicyOf = (pool: string) => PoolPolicy;
