/** What the rules refuse. Why they refuse an order of an operator stands in `order-refusals.ts`. */
import type { Lease } from './lease.ts';
import type { OrderRefusal } from './order-refusals.ts';
import type { SshPublicKeyNeeded } from './pushed-key.ts';
import { RefusalError } from './refusal-error.ts';
import type { PoolCounts } from './vm.ts';

/** Public and permanent: clients branch on these, so add codes but never rename one. */
export type RefusalCode = Refusal['code'];

/** Every refusal the rules of lending foresee. Anything else that is thrown is a fault. */
export type Refusal =
  | AccessUnavailable
  | AlreadyAllocated
  | IdempotencyKeyReused
  | IdempotencyKeySpent
  | InvalidCursor
  | LeaseSuperseded
  | LeaseTooLong
  | NoLease
  | OrderRefusal
  | PoolEmpty
  | SshPublicKeyNeeded
  | StoreUnavailable
  | UnknownPool;

/** Whether an error is a refusal, which the caller reads. Anything else is a fault, which we mend. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof RefusalError;
}

/** No login credential can be made for the VM now. The lease stands. */
export class AccessUnavailable extends RefusalError {
  readonly code = 'access_unavailable';

  /** @param why - what can't be used, in a few words without secrets */
  constructor(
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(`no login credential can be made now: ${why}; your lease stands, so try connectvm in a moment`, options);
  }
}

/** The user already holds a VM; one user, one VM. */
export class AlreadyAllocated extends RefusalError {
  readonly code = 'already_allocated';

  constructor(readonly lease: Lease) {
    super(`${lease.userId} already holds ${lease.vmId}`);
  }
}

/** The user has sent the `Idempotency-Key` before, with other parameters. */
export class IdempotencyKeyReused extends RefusalError {
  readonly code = 'idempotency_key_reused';

  constructor() {
    super(
      'this Idempotency-Key was already used with other parameters; use a new key, such as a UUID, for a new request',
    );
  }
}

/** The lease of the `Idempotency-Key` has ended: a duplicate that comes so late must not get a second VM. */
export class IdempotencyKeySpent extends RefusalError {
  readonly code = 'idempotency_key_spent';

  constructor() {
    super('the lease of this Idempotency-Key has ended; use a new key for another VM');
  }
}

/** No VM of the pool is free. */
export class PoolEmpty extends RefusalError {
  readonly code = 'pool_empty';

  constructor(
    readonly pool: string,
    readonly counts: PoolCounts,
  ) {
    super(`no VM of pool ${pool} is free`);
  }
}

/** No VM of the inventory belongs to the pool that was asked for. */
export class UnknownPool extends RefusalError {
  readonly code = 'unknown_pool';

  constructor(
    readonly pool: string,
    readonly knownPools: readonly string[],
  ) {
    const known = knownPools.length === 0 ? 'the service knows no VM yet' : `the pools are ${knownPools.join(', ')}`;
    super(`there is no pool ${pool}; ${known}`);
  }
}

/** The cursor does not come from an earlier page. */
export class InvalidCursor extends RefusalError {
  readonly code = 'invalid_cursor';

  constructor() {
    super('use a cursor from an earlier page');
  }
}

/** The user holds no lease, or it has ended. */
export class NoLease extends RefusalError {
  readonly code = 'no_lease';

  constructor(readonly userId: string) {
    super(`${userId} holds no lease`);
  }
}

/** The call names a lease that is not the user's current one, so it may have been meant for an earlier VM. */
export class LeaseSuperseded extends RefusalError {
  readonly code = 'lease_superseded';

  constructor(
    readonly userId: string,
    readonly leaseId: string,
  ) {
    super(`${leaseId} is not the current lease of ${userId}`);
  }
}

/** The lease would become longer than a lease of its pool may be. */
export class LeaseTooLong extends RefusalError {
  readonly code = 'lease_too_long';

  constructor(
    /** Latest end that the lease may have, UTC epoch seconds. */
    readonly latestSec: number,
  ) {
    super('the lease would be longer than its pool allows');
  }
}

/** The store did not decide in time, or its answer was lost. Trying again is safe. */
export class StoreUnavailable extends RefusalError {
  readonly code = 'store_unavailable';

  constructor(options?: ErrorOptions) {
    super('the lease store did not answer in time; try again', options);
  }
}
