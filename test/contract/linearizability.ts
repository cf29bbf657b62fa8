import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Act, ChangeEvent } from '../../lambda/pool/event.ts';
import type { Lease } from '../../lambda/pool/lease.ts';
import type { VmChange } from '../../lambda/pool/life.ts';
import type { Grant, LeaseStore } from '../../lambda/pool/ports.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { AT_NOON, NOON_SEC, someVms } from '../support/pool/lending.ts';

/** A random call. `prepared` fills in the lease or the VM that it names. */
type Call =
  | AcquireCall
  | { readonly kind: 'release' | 'release-again' | 'renew' | 'begin' | 'exchange'; readonly user: string }
  | { readonly kind: 'change'; readonly place: number; readonly stopped: boolean };

/** A call with all that it takes to make it. */
type Prepared = AcquireCall | HolderCall | ExchangeCall | ChangeCall;

interface AcquireCall {
  readonly kind: 'acquire';
  readonly user: string;
  readonly key: string | undefined;
}

/** A call of a user about their lease. */
interface HolderCall {
  readonly kind: 'release' | 'renew' | 'begin';
  readonly user: string;
  readonly leaseId: string | undefined;
}

/** Gives the holder of a lease another VM. */
interface ExchangeCall {
  readonly kind: 'exchange';
  readonly user: string;
  /** The grant that was read before all calls of the moment. */
  readonly grant: Grant;
}

/** Takes a VM to its next place: one that waits for its check is free, any other waits for its check. */
interface ChangeCall {
  readonly kind: 'change';
  /** The status that was read before all calls of the moment. */
  readonly status: VmStatus;
  /** Whether a VM that becomes free is stopped. */
  readonly stopped: boolean;
}

/** What a call answered: the part of it that must fit into some order of all calls. */
type Answer = Readonly<Record<string, unknown>>;

/** The part of a lease that calls change. */
interface SpecLease extends Pick<Lease, 'id' | 'vmId' | 'acquiredAtSec' | 'expiresAtSec'> {
  readonly startingTtlSec: number | undefined;
}

/** Where a VM is that nobody has. */
type Place = 'running' | 'stopped' | 'checking' | 'quarantined';

/** A sequential specification: the state that calls lead to when they come one after another. */
interface Spec {
  /** The VMs that nobody has. */
  readonly places: ReadonlyMap<string, Place>;
  readonly leases: ReadonlyMap<string, SpecLease>;
  /** Id of the lease that each user released last: its release may be repeated. */
  readonly released: ReadonlyMap<string, string>;
  /** The lease that each user's key began, by user and key. A later end of the lease is noted here too. */
  readonly keys: ReadonlyMap<string, SpecLease>;
}

const TTL_SEC = 100;
const RENEWED_SEC = 150;
const START_LIMIT_SEC = 50;
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
    case 'begin':
      return afterBegin(spec, call, answer, nowSec);
    case 'exchange':
      return afterExchange(spec, call, answer, nowSec);
    case 'change':
      return afterChange(spec, call, answer);
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
  if (!hasFree(spec)) return unchanged(spec, answer.code === 'pool_empty');
  const lent = afterLending(vacated(spec, user), user, answer, { ttlSec: TTL_SEC, nowSec });
  if (lent === undefined || key === undefined) return lent;
  return { ...lent, keys: new Map(lent.keys).set(keyName(user, key), answer.granted as SpecLease) };
}

function hasFree({ places }: Spec): boolean {
  return [...places.values()].some((place) => place === 'running' || place === 'stopped');
}

/** A user gets a free VM, in which order ever they lie; the lease waits for a VM that is stopped. */
function afterLending(
  spec: Spec,
  user: string,
  answer: Answer,
  { ttlSec, nowSec }: { readonly ttlSec: number; readonly nowSec: number },
): Spec | undefined {
  const granted = answer.granted as SpecLease | undefined;
  const place = granted && spec.places.get(granted.vmId);
  if (granted === undefined || (place !== 'running' && place !== 'stopped')) return undefined;
  const { id, vmId } = granted;
  const term = { id, vmId, acquiredAtSec: nowSec };
  const right =
    place === 'running'
      ? { ...term, expiresAtSec: nowSec + ttlSec, startingTtlSec: undefined }
      : { ...term, expiresAtSec: nowSec + ttlSec + START_LIMIT_SEC, startingTtlSec: ttlSec };
  if (!isDeepStrictEqual(granted, right)) return undefined;
  const places = new Map(spec.places);
  places.delete(vmId);
  return { ...spec, places, leases: new Map(spec.leases).set(user, granted) };
}

/** The lease of a user has ended. @param place - where its VM is from then on */
function vacated(spec: Spec, user: string, place: Place = 'checking'): Spec {
  const lease = spec.leases.get(user);
  if (lease === undefined) return spec;
  const leases = new Map(spec.leases);
  leases.delete(user);
  return { ...spec, leases, places: new Map(spec.places).set(lease.vmId, place) };
}

function keyName(user: string, key: string): string {
  return `${user} ${key}`;
}

function afterRenew(spec: Spec, call: HolderCall, answer: Answer, nowSec: number): Spec | undefined {
  const lease = leaseOrRefusal(spec, call, nowSec);
  if (typeof lease === 'string') return unchanged(spec, answer.code === lease);
  const { startingTtlSec } = lease;
  const grownSec = startingTtlSec === undefined ? 0 : Math.max(0, RENEWED_SEC - startingTtlSec);
  const longer =
    startingTtlSec === undefined
      ? { ...lease, expiresAtSec: Math.max(lease.expiresAtSec, nowSec + RENEWED_SEC) }
      : { ...lease, expiresAtSec: lease.expiresAtSec + grownSec, startingTtlSec: startingTtlSec + grownSec };
  return withTerm(spec, call.user, longer, answer);
}

function afterBegin(spec: Spec, call: HolderCall, answer: Answer, nowSec: number): Spec | undefined {
  const lease = leaseOrRefusal(spec, call, nowSec);
  if (typeof lease === 'string') return unchanged(spec, answer.code === lease);
  const { startingTtlSec } = lease;
  if (startingTtlSec === undefined) return unchanged(spec, isDeepStrictEqual(answer.lease, lease));
  const expiresAtSec = nowSec + startingTtlSec;
  return withTerm(
    spec,
    call.user,
    { ...lease, acquiredAtSec: nowSec, expiresAtSec, startingTtlSec: undefined },
    answer,
  );
}

/** A lease and its key with another term, if that is what the call answered. */
function withTerm(spec: Spec, user: string, lease: SpecLease, answer: Answer): Spec | undefined {
  if (!isDeepStrictEqual(answer.lease, lease)) return undefined;
  return { ...spec, leases: new Map(spec.leases).set(user, lease), keys: keysOf(spec, lease) };
}

function keysOf(spec: Spec, lease: SpecLease): Spec['keys'] {
  return new Map([...spec.keys].map(([name, earlier]) => [name, earlier.id === lease.id ? lease : earlier]));
}

function afterExchange(spec: Spec, { user, grant }: ExchangeCall, answer: Answer, nowSec: number): Spec | undefined {
  const live = liveLease(spec, user, nowSec);
  if (live?.id !== grant.lease.id || live.vmId !== grant.vm.id) return unchanged(spec, answer.code === 'no_lease');
  const ended = vacated(spec, user, 'quarantined');
  if (!hasFree(spec)) return answer.code === 'pool_empty' ? withoutKeyOf(ended, live) : undefined;
  const ttlSec = live.startingTtlSec ?? live.expiresAtSec - live.acquiredAtSec;
  const moved = afterLending(ended, user, answer, { ttlSec, nowSec });
  return moved && { ...moved, keys: keysOf(moved, answer.granted as SpecLease) };
}

/** A lease that no VM could serve leaves its key unused. */
function withoutKeyOf(spec: Spec, { id }: SpecLease): Spec {
  return { ...spec, keys: new Map([...spec.keys].filter(([, earlier]) => earlier.id !== id)) };
}

function afterRelease(spec: Spec, call: HolderCall, answer: Answer, nowSec: number): Spec | undefined {
  const { user, leaseId } = call;
  const isRepeated = leaseId !== undefined && leaseId === spec.released.get(user);
  if (isRepeated) return unchanged(spec, answer.released === true);
  const lease = leaseOrRefusal(spec, call, nowSec);
  if (typeof lease === 'string') return unchanged(spec, answer.code === lease);
  if (answer.released !== true) return undefined;
  return { ...vacated(spec, user), released: new Map(spec.released).set(user, lease.id) };
}

/** Of several calls that have read the same version of a VM, only the first one changes it. */
function afterChange(spec: Spec, { status, stopped }: ChangeCall, answer: Answer): Spec | undefined {
  const { id } = status.vm;
  const before = placeOf(status);
  const isAsRead = spec.places.get(id) === before;
  if (answer.applied !== isAsRead) return undefined;
  const freed = stopped ? 'stopped' : 'running';
  return isAsRead
    ? { ...spec, places: new Map(spec.places).set(id, before === 'checking' ? freed : 'checking') }
    : spec;
}

function placeOf({ state, stopped }: VmStatus): Place | undefined {
  if (state === 'free') return stopped ? 'stopped' : 'running';
  return state === 'checking' || state === 'quarantined' ? state : undefined;
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

/**
 * The specification after each order of the calls that explains all answers; none if the answers contradict each other.
 */
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
      const { lease } = await store.acquire({ ...wish, startLimitSec: START_LIMIT_SEC, idempotency, act });
      return { granted: termOf(lease) };
    }
    case 'release':
      await store.release({ ...leaseNamedBy(call), act });
      return { released: true };
    case 'renew': {
      const termIn = () => ({ ttlSec: RENEWED_SEC, maxSec: 1e9 });
      return { lease: termOf(await store.renew({ ...leaseNamedBy(call), termIn, act })) };
    }
    case 'begin':
      return { lease: termOf(await store.begin({ ...leaseNamedBy(call), act })) };
    case 'exchange': {
      const wish = { grant: call.grant, reason: 'it does not start', startLimitSec: START_LIMIT_SEC };
      return { granted: termOf((await store.exchange({ ...wish, act })).lease) };
    }
    case 'change':
      return { applied: (await store.change(call.status, nextPlace(call, nowSec), changeEvent(call, act))).applied };
  }
}

function nextPlace({ status, stopped }: ChangeCall, nowSec: number): VmChange {
  const place = { failures: 0, draining: false };
  if (status.state !== 'checking') return { ...place, state: 'checking', dueAtSec: nowSec };
  return { ...place, state: 'free', stopped, freeSinceSec: nowSec };
}

function changeEvent({ status }: ChangeCall, act: Act): ChangeEvent {
  return { kind: 'changed', vmId: status.vm.id, act };
}

function termOf({ id, vmId, acquiredAtSec, expiresAtSec, startingTtlSec }: Lease): SpecLease {
  return { id, vmId, acquiredAtSec, expiresAtSec, startingTtlSec };
}

function leaseNamedBy({ user, leaseId }: HolderCall) {
  return { userId: user, ...(leaseId !== undefined && { leaseId }) };
}

/** Fills in what a call names: a lease as of before the moment, or one of the VMs that nobody had. */
function prepared(call: Call, spec: Spec, statuses: readonly VmStatus[]): Prepared | undefined {
  switch (call.kind) {
    case 'acquire':
      return call;
    case 'release':
    case 'renew':
    case 'begin':
      return { kind: call.kind, user: call.user, leaseId: spec.leases.get(call.user)?.id };
    case 'release-again':
      return { kind: 'release', user: call.user, leaseId: spec.released.get(call.user) };
    case 'exchange': {
      const [grant] = statuses.flatMap(({ vm, lease }) => (lease?.userId === call.user ? [{ vm, lease }] : []));
      return grant && { kind: 'exchange', user: call.user, grant };
    }
    case 'change': {
      const vacant = statuses.filter(({ state }) => state !== 'leased');
      const status = vacant[call.place % Math.max(1, vacant.length)];
      return status && { kind: 'change', status, stopped: call.stopped };
    }
  }
}

const user = fc.constantFrom(...USERS);
/** Few keys, so that one is used again while its lease lives and after its end. */
const key = fc.constantFrom(undefined, 'k-1', 'k-2');
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('acquire' as const), user, key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('release', 'release-again', 'renew'), user }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('begin', 'exchange'), user }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('change' as const), place: fc.nat(3), stopped: fc.boolean() }),
  },
);
const moment = fc.record({
  /** Clocks jump, backwards too. */
  jumpSec: fc.constantFrom(0, 0, 0, 1, 60, 100, 200, -50, WEEK_SEC),
  calls: fc.array(call, { minLength: 2, maxLength: 4 }),
});

const VMS = someVms(3);
const START: Spec = {
  places: new Map(VMS.map(({ id }) => [id, 'running'])),
  leases: new Map(),
  released: new Map(),
  keys: new Map(),
};

/** Makes calls at the same moment. @returns a specification that explains all answers */
async function afterMoment(store: LeaseStore, spec: Spec, calls: readonly Call[], nowSec: number): Promise<Spec> {
  const statuses = (await Promise.all(VMS.map(({ id }) => store.status(id)))).flatMap((status) => status ?? []);
  const batch = calls.flatMap((one) => prepared(one, spec, statuses) ?? []);
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
