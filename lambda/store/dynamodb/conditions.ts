import type { Condition } from './table.ts';

/** Nothing is there that still counts: no lease, or one that has ended. */
export function nothingLive(nowSec: number): Condition {
  return { expression: 'attribute_not_exists(pk) OR expiresAtSec <= :nowSec', values: { ':nowSec': nowSec } };
}

/** The item is that of this very lease. */
export function isOfLease(leaseId: string): Condition {
  return {
    expression: '#lease.#id = :leaseId',
    names: { '#lease': 'lease', '#id': 'id' },
    values: { ':leaseId': leaseId },
  };
}

/** The key belongs to this very lease. */
export function isKeyOf(leaseId: string): Condition {
  return { expression: 'leaseId = :leaseId', values: { ':leaseId': leaseId } };
}

/** The item has not changed since it was read in this version. */
export function isVersion(version: number): Condition {
  return { expression: 'version = :version', values: { ':version': version } };
}

/** There is no such item yet. */
export const isNew: Condition = { expression: 'attribute_not_exists(pk)' };

/** There is such an item. */
export const isThere: Condition = { expression: 'attribute_exists(pk)' };

/** All of the conditions hold. They must give their names and values names of their own. */
export function all(...conditions: readonly Condition[]): Condition {
  return {
    expression: conditions.map(({ expression }) => `(${expression})`).join(' AND '),
    names: Object.assign({}, ...conditions.map(({ names }) => names)) as Record<string, string>,
    values: Object.assign({}, ...conditions.map(({ values }) => values)) as Record<string, unknown>,
  };
}

/** The lease still has the end that it had when it was read. */
export function endsAt(expiresAtSec: number): Condition {
  return { expression: 'expiresAtSec = :expiresAtSec', values: { ':expiresAtSec': expiresAtSec } };
}

/** Nobody wants the VM out: neither an operator nor the inventory. */
export const isStaying: Condition = { expression: 'draining = :no AND retired = :no', values: { ':no': false } };
