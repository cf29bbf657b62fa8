import type { Lease } from '../../pool/lease.ts';
import { all, any, compares, exists, isAbsent } from './expressions.ts';

/** No live lease: the item is absent, or its lease has ended. */
export const noLiveLease = (nowSec: number) => any(isAbsent('pk'), compares('expiresAtSec', '<=', nowSec));

/** The item belongs to this very lease. */
export const isOfLease = (leaseId: string) => compares('lease.id', '=', leaseId);

/** No lease has begun with the idempotency key, or it is forgotten. */
export const isUnusedKey = (nowSec: number) => any(isAbsent('pk'), compares('ttl', '<=', nowSec));

/** The VM has not changed since it was read in this version. */
export const isVersion = (version: number) => compares('version', '=', version);

/** The item belongs to this very lease, and its term is still the one that was read. */
export const isTermOf = ({ id, expiresAtSec, startingTtlSec }: Lease) => {
  const starts =
    startingTtlSec === undefined
      ? isAbsent('lease.startingTtlSec')
      : compares('lease.startingTtlSec', '=', startingTtlSec);
  return all(isOfLease(id), compares('expiresAtSec', '=', expiresAtSec), starts);
};

/** The savings are those that were read. */
export const isAddedUpAt = (atSec: number) => compares('atSec', '=', atSec);

/** The event is later than every event of the VM. */
export const isLastEvent = (eventId: string) => any(isAbsent('lastEvent'), compares('lastEvent', '<', eventId));

/** The item does not exist. */
export const isNew = isAbsent('pk');

/** The item exists. */
export const isThere = exists('pk');

/** Neither an operator nor the inventory wants the VM out. */
export const isStaying = all(compares('draining', '=', false), compares('retired', '=', false));
