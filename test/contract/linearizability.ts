import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeaseStore } from '../../lambda/pool/ports.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { AT_NOON, NOON_SEC, someVms } from '../support/pool/lending.ts';

/** A random call. `prepared` fills in the lease or the VM that it names. */
type Call =
  | AcquireCall
  | { readonly kind: 'release' | 'release-again' | 'renew'; readonly user: string }
  | { readonly kind: 'free'; readonly place: number };

/** A call with all that it takes to make it. */
type Prepared = AcquireCall | HolderCall | FreeCall;

interface AcquireCall {
  readonly kind: 'acquire';
  readonly user: string;
  readonly key: string | undefined;
}

/** A call of a user about their lease. */
interface HolderCall {
  readonly kind: 'release' | 'renew';
  readonly user: string;
  readonly leaseId: string | undefined;
}

/** Frees a VM that waits for its check. */
interface FreeCall {
  readonly kind: 'free';
  /** The status that was read before all calls of the moment. */
  readonly status: VmStatus;
}

/** What a call answered: the part of it that must fit into some order of all calls. */
type Answer = Readonly<Record<string, unknown>>;

interface SpecLease {
  readonly id: string;
  readonly vmId: string;
  readonly expiresAtSec: number;
}

/** A sequential specification: the state that calls lead to when they come one after another. */
interface Spec {
  readonly free: ReadonlySet<string>;
  readonly leases: ReadonlyMap<string, SpecLease>;
  /** Id of the lease that each user released last: its release may be repeated. */
  readonly released: ReadonlyMap<string, string>;
  /** The lease that each user's key began, by user and key. A later end of the lease is noted here too. */
  readonly keys: ReadonlyMap<string, SpecLease>;
}

const TTL_SEC = 100;
const WEEK_SEC = 7 * 86_400;
const USERS = ['alice', 'bob', 'carol'];

/** The specification after a call, or `undefined` if a call at this point can't get this answer. */
function after(spec: Spec, call: Prepared, answer: Answer, nowSec: number): Spec | undefined {
  switch (call.kind) {
    case 'acquire':
      return afterAcquire(spec, call, answer, nowSec);
    case 'renew':
      return afterRenew(spec, call, answer, nowSec);
    case 'release':
      return afterRelease(spec, call, answer, nowSec);
    case 'free':
      return afterFree(spec, call, answer);
  }
}

function afterAcquire(spec: Spec, { user, key }: AcquireCall, answer: Answer, nowSec: number): Spec | undefined {
  const live = liveLease(spec, user, nowSec);
  const earlier = key === undefined ? undefined : spec.keys.get(keyName(user, key));
  if (earlier !== undefined && nowSec < earlier.expiresAtSec + WEEK_SEC) {
    if (earlier.id !== live?.id) return unchanged(spec, answer.code === 'idempotency_key_spent');
    return unchanged(spec, isDeepStrictEqual(answer.granted, live));
  }
  if (live !== undefined) return unchanged(spec, answer.code === 'already_allocated' && answer.leaseId === live.id);
  if (spec.free.size === 0) return unchanged(spec, answer.code === 'pool_empty');
  const granted = answer.granted as SpecLease | undefined;
  if (granted === undefined || !spec.free.has(granted.vmId)) return undefined;
  const free = new Set(spec.free);
  free.delete(granted.vmId);
  const keys = key === undefined ? spec.keys : new Map(spec.keys).set(keyName(user, key), granted);
  return { ...spec, free, leases: new Map(spec.leases).set(user, granted), keys };
}

function keyName(user: string, key: string): string {
  return `${user} ${key}`;
}

function afterRenew(spec: Spec, call: HolderCall, answer: Answer, nowSec: number): Spec | undefined {
  const lease = leaseOrRefusal(spec, call, nowSec);
  if (typeof lease === 'string') return unchanged(spec, answer.code === lease);
  const expiresAtSec = Math.max(lease.expiresAtSec, nowSec + TTL_SEC);
  if (answer.expiresAtSec !== expiresAtSec) return undefined;
  const longer = { ...lease, expiresAtSec };
  const keys = new Map([...spec.keys].map(([name, earlier]) => [name, earlier.id === lease.id ? longer : earlier]));
  return { ...spec, leases: new Map(spec.leases).set(call.user, longer), keys };
}

function afterRelease(spec: Spec, call: HolderCall, answer: Answer, nowSec: number): Spec | undefined {
  const { user, leaseId } = call;
  const isRepeated = leaseId !== undefined && leaseId === spec.released.get(user);
  if (isRepeated) return unchanged(spec, answer.released === true);
  const lease = leaseOrRefusal(spec, call, nowSec);
  if (typeof lease === 'string') return unchanged(spec, answer.code === lease);
  if (answer.released !== true) return undefined;
  const leases = new Map(spec.leases);
  leases.delete(user);
  return { ...spec, leases, released: new Map(spec.released).set(user, lease.id) };
}

/** Of several calls that have read the same version of a VM, only the first one frees it. */
function afterFree(spec: Spec, { status }: FreeCall, answer: Answer): Spec | undefined {
  const { id } = status.vm;
  const isLeased = [...spec.leases.values()].some(({ vmId }) => vmId === id);
  const isWaiting = !spec.free.has(id) && !isLeased;
  if (answer.applied !== isWaiting) return undefined;
  return isWaiting ? { ...spec, free: new Set(spec.free).add(id) } : spec;
}

/** The same specification if the answer was right, otherwise `undefined`. */
function unchanged(spec: Spec, isRight: boolean): Spec | undefined {
  return isRight ? spec : undefined;
}

function liveLease(spec: Spec, user: string, nowSec: number): SpecLease | undefined {
  const lease = spec.leases.get(user);
  return lease !== undefined && nowSec < lease.expiresAtSec ? lease : undefined;
}

/** The live lease that the call is about, or the code of the refusal that the call must get. */
function leaseOrRefusal(
  spec: Spec,
  { user, leaseId }: HolderCall,
  nowSec: number,
): SpecLease | 'no_lease' | 'lease_superseded' {
  const live = liveLease(spec, user, nowSec);
  if (live === undefined) return 'no_lease';
  return leaseId === undefined || leaseId === live.id ? live : 'lease_superseded';
}

/** The specification after each order of the calls that explains all answers; none if the answers contradict each other. */
function explained(spec: Spec, calls: readonly (readonly [Prepared, Answer])[], nowSec: number): Spec[] {
  if (calls.length === 0) return [spec];
  return calls.flatMap(([call, answer], first) => {
    const next = after(spec, call, answer, nowSec);
    const rest = calls.filter((_, place) => place !== first);
    return next === undefined ? [] : explained(next, rest, nowSec);
  });
}

/** What a call answers, or the code of its refusal. */
async function answerOf(store: LeaseStore, call: Prepared, nowSec: number): Promise<Answer> {
  try {
    return await granted(store, call, nowSec);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { code: error.code, ...(error.code === 'already_allocated' && { leaseId: error.lease.id }) };
  }
}

async function granted(store: LeaseStore, call: Prepared, nowSec: number): Promise<Answer> {
  const act = { who: 'test', nowMs: nowSec * 1000, requestId: randomUUID() };
  switch (call.kind) {
    case 'acquire': {
      const idempotency = call.key === undefined ? undefined : { key: call.key, fingerprint: 'the same' };
      const wish = { pool: 'default', userId: call.user, leaseId: randomUUID(), expiresAtSec: nowSec + TTL_SEC };
      const { id, vmId, expiresAtSec } = (await store.acquire({ ...wish, idempotency, act })).lease;
      return { granted: { id, vmId, expiresAtSec } };
    }
    case 'release':
      await store.release({ ...leaseNamedBy(call), act });
      return { released: true };
    case 'renew': {
      const termIn = () => ({ ttlSec: TTL_SEC, maxSec: 1e9 });
      const { expiresAtSec } = await store.renew({ ...leaseNamedBy(call), termIn, act });
      return { expiresAtSec };
    }
    case 'free': {
      const change = { state: 'free', failures: 0, draining: false } as const;
      const event = { kind: 'check_passed', vmId: call.status.vm.id, act } as const;
      return { applied: (await store.change(call.status, change, event)).applied };
    }
  }
}

function leaseNamedBy({ user, leaseId }: HolderCall) {
  return { userId: user, ...(leaseId !== undefined && { leaseId }) };
}

/** Fills in what a call names: a lease as of before the moment, or one of the VMs that were waiting for their check. */
function prepared(call: Call, spec: Spec, waiting: readonly VmStatus[]): Prepared | undefined {
  switch (call.kind) {
    case 'acquire':
      return call;
    case 'release':
    case 'renew':
      return { kind: call.kind, user: call.user, leaseId: spec.leases.get(call.user)?.id };
    case 'release-again':
      return { kind: 'release', user: call.user, leaseId: spec.released.get(call.user) };
    case 'free': {
      const status = waiting[call.place % Math.max(1, waiting.length)];
      return status && { kind: 'free', status };
    }
  }
}

const user = fc.constantFrom(...USERS);
/** Few keys, so that one is used again while its lease lives and after its end. */
const key = fc.constantFrom(undefined, 'k-1', 'k-2');
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('acquire' as const), user, key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('release', 'release-again', 'renew'), user }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('free' as const), place: fc.nat(3) }) },
);
const moment = fc.record({
  /** Clocks jump, backwards too. */
  jumpSec: fc.constantFrom(0, 0, 0, 1, 60, 100, 200, -50, WEEK_SEC),
  calls: fc.array(call, { minLength: 2, maxLength: 4 }),
});

const VMS = someVms(2);
const START: Spec = { free: new Set(VMS.map(({ id }) => id)), leases: new Map(), released: new Map(), keys: new Map() };

async function waitingForCheck(store: LeaseStore): Promise<VmStatus[]> {
  const statuses = await Promise.all(VMS.map(({ id }) => store.status(id)));
  return statuses.filter((status) => status?.state === 'checking') as VmStatus[];
}

/** Makes calls at the same moment. @returns a specification that explains all answers */
async function afterMoment(store: LeaseStore, spec: Spec, calls: readonly Call[], nowSec: number): Promise<Spec> {
  const waiting = await waitingForCheck(store);
  const batch = calls.flatMap((one) => prepared(one, spec, waiting) ?? []);
  const answers = await Promise.all(batch.map(async (one) => [one, await answerOf(store, one, nowSec)] as const));
  const [next] = explained(spec, answers, nowSec);
  expect({ answers, areExplained: next !== undefined }).toEqual({ answers, areExplained: true });
  return next ?? spec;
}

/** Calls that come at the same moment answer as if they had come in some order, one after another. */
export function describeLinearizability(name: string, makeStore: StoreFactory, numRuns: number): void {
  describe(`concurrent calls of ${name}`, () => {
    it('answer as if they had come one after another', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(moment, { minLength: 4, maxLength: 10 }), async (history) => {
          const store = await makeStore();
          await store.sync(VMS, AT_NOON);
          let nowSec = NOON_SEC;
          let spec = START;
          for (const { jumpSec, calls } of history) {
            nowSec += jumpSec;
            spec = await afterMoment(store, spec, calls, nowSec);
          }
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
