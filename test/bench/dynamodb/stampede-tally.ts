import type { Lease } from '../../../lambda/pool/lease.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';

/** The answers to the callers of a stampede. */
export interface Answers {
  /** The grants, as callers got them. */
  readonly told: readonly (readonly [vmId: string, leaseId: string])[];
  /** Ids of the leases whose caller got 503. The table may have them or not. */
  readonly unanswered: readonly string[];
}

/** What the table holds after a stampede: the items of VMs and the leases in the items of users. */
export interface Contents {
  readonly vms: readonly VmStatus[];
  readonly leases: readonly Lease[];
}

/** Numbers of VMs with an unusual outcome. */
export interface Tally {
  /** Two callers or more got the VM. */
  readonly lentTwice: number;
  /** The VM is lent under a lease whose caller got 503. A retry returns this lease to the caller. */
  readonly untold: number;
  /** The table contradicts an answer, or its two items about a lease contradict each other. */
  readonly contradicted: number;
  /** The VM is not lent. */
  readonly notLent: number;
}

/** Compares the answers with the table. A VM counts in at most one figure. */
export function tally({ told, unanswered }: Answers, { vms, leases }: Contents): Tally {
  const toldLeases = grouped(told);
  const userLeases = grouped(leases.map(({ vmId, id }) => [vmId, id] as const));
  const unknown = new Set(unanswered);
  const known = new Map(vms.map((status) => [status.vm.id, status]));
  const fateOf = (vmId: string): keyof Tally | 'asTold' => {
    const lease = known.get(vmId)?.lease;
    const lent = toldLeases.get(vmId) ?? [];
    const holders = userLeases.get(vmId) ?? [];
    if (lent.length > 1) return 'lentTwice';
    if (holders.length > 1 || holders[0] !== lease?.id) return 'contradicted';
    if (lent.length === 1) return lent[0] === lease?.id ? 'asTold' : 'contradicted';
    if (lease === undefined) return 'notLent';
    return unknown.has(lease.id) ? 'untold' : 'contradicted';
  };
  const fates = [...new Set([...known.keys(), ...toldLeases.keys(), ...userLeases.keys()])].map(fateOf);
  const count = (fate: keyof Tally) => fates.filter((each) => each === fate).length;
  return {
    lentTwice: count('lentTwice'),
    untold: count('untold'),
    contradicted: count('contradicted'),
    notLent: count('notLent'),
  };
}

/** Distinct lease ids by VM. */
function grouped(pairs: readonly (readonly [vmId: string, leaseId: string])[]): ReadonlyMap<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const [vmId, leaseId] of pairs) groups.set(vmId, (groups.get(vmId) ?? new Set()).add(leaseId));
  return new Map([...groups].map(([vmId, ids]) => [vmId, [...ids]]));
}
