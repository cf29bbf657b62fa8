import type { Lease } from '../../../lambda/pool/lease.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';

/** What the callers of a stampede learned. */
export interface Answers {
  /** Each grant that a caller got. */
  readonly told: readonly (readonly [vmId: string, leaseId: string])[];
  /** Ids of the leases whose caller got 503: the lease may have been made or not. */
  readonly unanswered: readonly string[];
}

/** What the table holds after a stampede: the items of VMs and the leases in the items of users. */
export interface Contents {
  readonly vms: readonly VmStatus[];
  readonly leases: readonly Lease[];
}

/** VMs by what became of them. */
export interface Tally {
  /** Two callers or more were told to have the VM. */
  readonly lentTwice: number;
  /** The VM is lent under a lease whose caller got 503. The caller finds it by asking again. */
  readonly untold: number;
  /** The table disagrees with what a caller was told, or its two items about a lease disagree. */
  readonly contradicted: number;
  /** Nobody has the VM. */
  readonly notLent: number;
}

/** Compares what callers were told with what the table holds. A VM counts in one figure at most. */
export function tally({ told, unanswered }: Answers, { vms, leases }: Contents): Tally {
  const toldLeases = grouped(told);
  const userLeases = grouped(leases.map(({ vmId, id }) => [vmId, id] as const));
  const unknown = new Set(unanswered);
  const known = new Map(vms.map((status) => [status.vm.id, status]));
  const fateOf = (vmId: string): keyof Tally | 'asTold' => {
    const lease = known.get(vmId)?.lease;
    const tellings = toldLeases.get(vmId) ?? [];
    const holders = userLeases.get(vmId) ?? [];
    if (tellings.length > 1) return 'lentTwice';
    if (holders.length > 1 || holders[0] !== lease?.id) return 'contradicted';
    if (tellings.length === 1) return tellings[0] === lease?.id ? 'asTold' : 'contradicted';
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
