import type { CheckPolicy } from './life.ts';
import type { LeaseLimits } from './term.ts';

/** The pool of a request that names none. */
export const DEFAULT_POOL = 'default';

/** How the VMs of a pool are lent and checked. */
export interface PoolPolicy {
  readonly lease: LeaseLimits;
  readonly check: CheckPolicy;
}

/** Looks up the policy of a pool by its name. A pool that nobody knows has one too: the store refuses it. */
export type PolicyOf = (pool: string) => PoolPolicy;
