/** One call of one process, and its answer. */
export interface Entry {
  readonly use: 'acquire' | 'duplicate' | 'renew' | 'release';
  readonly userId: string;
  readonly startMs: number;
  readonly endMs: number;
  /** `ok`, or the code of the refusal. */
  readonly code: string;
  readonly vmId?: string;
  readonly leaseId?: string;
  /** State of the VM after a release. */
  readonly state?: string;
}

/** Time during which something held for certain, however the calls were interleaved. */
interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A lease, from the calls that granted and released it. */
interface Lent extends Required<Pick<Entry, 'leaseId' | 'vmId' | 'userId'>> {
  readonly acquire: Entry;
  readonly releases: readonly Entry[];
  /** From the end of the call that granted it to the start of the first call that released it. */
  readonly held: Interval;
}

/** The answers to all callers in all processes. */
export class PoolHistory {
  readonly leases: readonly Lent[];

  constructor(
    private readonly entries: readonly Entry[],
    private readonly vmIds: readonly string[],
  ) {
    const releases = grouped(this.all('release', 'ok'), ({ leaseId = '' }) => leaseId);
    this.leases = this.all('acquire', 'ok').map((acquire) => lent(acquire, releases));
  }

  all(use: Entry['use'], code: string): Entry[] {
    return this.entries.filter((entry) => entry.use === use && entry.code === code);
  }

  /** Finds what is impossible in every order of the calls. @returns a sentence for each fault */
  faults(): string[] {
    return [
      ...overlaps(grouped(this.leases, ({ vmId }) => vmId)),
      ...overlaps(grouped(this.leases, ({ userId }) => userId)),
      ...this.foreignLeases(),
      ...this.wrongDuplicates(),
      ...this.falselyEmpty(),
    ];
  }

  /** Leases that an answer attributed to a user to whom no call had granted them. */
  private foreignLeases(): string[] {
    const granted = new Set(this.leases.map(({ leaseId, userId }) => `${leaseId} of ${userId}`));
    const named = this.all('acquire', 'already_allocated').map(({ leaseId = '', userId }) => `${leaseId} of ${userId}`);
    return named.filter((lease) => !granted.has(lease)).map((lease) => `nobody granted lease ${lease}`);
  }

  /** Duplicates of an acquire that got neither its lease nor the refusal that the lease is over. */
  private wrongDuplicates(): string[] {
    const right = ['ok', 'idempotency_key_spent', 'no_lease'];
    const wrong = this.entries.filter(({ use, code }) => use === 'duplicate' && !right.includes(code));
    return wrong.map(({ userId, leaseId = '', code }) => `a duplicate of ${leaseId} of ${userId} got: ${code}`);
  }

  /** Refusals with `pool_empty` although at every moment of the call some VM was free for certain. */
  private falselyEmpty(): string[] {
    const free = this.certainlyFree();
    const refused = this.all('acquire', 'pool_empty').filter((call) => isCovered(call, free));
    return refused.map(({ userId, startMs }) => `${userId} was refused at ${String(startMs)}, although VMs were free`);
  }

  /** From the end of the call that freed a VM to the start of the call that got it, earliest first. */
  private certainlyFree(): Interval[] {
    const byVm = grouped(this.leases, ({ vmId }) => vmId);
    const intervals = this.vmIds.flatMap((vmId) => {
      const leases = (byVm.get(vmId) ?? []).toSorted((one, other) => one.held.fromMs - other.held.fromMs);
      const freed = leases.map(({ releases }) => Math.min(...releases.filter(isFree).map(({ endMs }) => endMs)));
      return [-Infinity, ...freed].map((fromMs, place) => ({
        fromMs,
        toMs: leases[place]?.acquire.startMs ?? Infinity,
      }));
    });
    return intervals.filter(({ fromMs, toMs }) => fromMs < toMs).sort((one, other) => one.fromMs - other.fromMs);
  }
}

function lent(acquire: Entry, releasesOf: ReadonlyMap<string, readonly Entry[]>): Lent {
  const { leaseId = '', vmId = '', userId } = acquire;
  const releases = releasesOf.get(leaseId) ?? [];
  const toMs = Math.min(...releases.map(({ startMs }) => startMs));
  return { leaseId, vmId, userId, acquire, releases, held: { fromMs: acquire.endMs, toMs } };
}

function isFree({ state }: Entry): boolean {
  return state === 'free';
}

function overlaps(groups: ReadonlyMap<string, readonly Lent[]>): string[] {
  return [...groups].flatMap(([who, leases]) => {
    const inOrder = leases.toSorted((one, other) => one.held.fromMs - other.held.fromMs);
    const pairs = inOrder.slice(1).map((lease, place) => [inOrder[place], lease] as const);
    const wrong = pairs.filter(
      ([before, { held }]) => before !== undefined && before.held.toMs > Math.min(held.fromMs, held.toMs),
    );
    return wrong.map(([before, { leaseId }]) => `${who} has ${leaseId} beside ${before?.leaseId ?? ''}`);
  });
}

/** @param intervals - earliest first */
function isCovered({ startMs, endMs }: Entry, intervals: readonly Interval[]): boolean {
  let untilMs = startMs;
  for (const { fromMs, toMs } of intervals) {
    if (fromMs > untilMs) return false;
    untilMs = Math.max(untilMs, toMs);
    if (untilMs >= endMs) return true;
  }
  return false;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
