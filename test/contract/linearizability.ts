import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeaseStore } from '../../lambda/pool/ports.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { AT_NOON, NOON_SEC, someVms } from '../support/pool/lending.ts';

/** What happens at the same moment as other calls. */
type Call =
  | { readonly kind: 'acquire' | 'release' | 'release-again' | 'renew'; readonly user: string }
  | { readonly kind: 'free'; readonly place: number };

/** What a call answered: the part of it that must fit into some order of all calls. */
type Answer = Readonly<Record<string, unknown>>;

interface SpecLease {
  readonly id: string;
  readonly vmId: string;
  readonly expiresAtSec: number;
}

/** A sequential specification: the answers that are right when calls come one after another. */
interface Spec {
  readonly free: ReadonlySet<string>;
  readonly leases: ReadonlyMap<string, SpecLease>;
  /** Lease ids by user that were released, so that their release may be repeated. */
  readonly released: ReadonlyMap<string, string>;
}

const TTL_SEC = 100;
const USERS = ['alice', 'bob', 'carol'];

/** The specification after a call that answered so, or nothing when it cannot have answered so. */
function after(spec: Spec, call: Prepared, answer: Answer, nowSec: number): Spec | undefined {
  if (call.kind === 'free') return afterFree(spec, call.status, answer);
  const held = spec.leases.get(call.user);
  const live = held !== undefined && nowSec < held.expiresAtSec ? held : undefined;
  if (call.kind === 'acquire') return afterAcquire(spec, call.user, live, answer);
  if (call.leaseId !== undefined && spec.released.get(call.user) === call.leaseId && call.kind === 'release') {
    return answer.released === true ? spec : undefined;
  }
  if (live === undefined) return answer.code === 'no_lease' ? spec : undefined;
  if (call.leaseId !== undefined && call.leaseId !== live.id)
    return answer.code === 'lease_superseded' ? spec : undefined;
  if (call.kind === 'renew') {
    const expiresAtSec = Math.max(live.expiresAtSec, nowSec + TTL_SEC);
    if (answer.expiresAtSec !== expiresAtSec) return undefined;
    return { ...spec, leases: new Map(spec.leases).set(call.user, { ...live, expiresAtSec }) };
  }
  if (answer.released !== true) return undefined;
  const leases = new Map(spec.leases);
  leases.delete(call.user);
  return { ...spec, leases, released: new Map(spec.released).set(call.user, live.id) };
}

function afterAcquire(spec: Spec, user: string, live: SpecLease | undefined, answer: Answer): Spec | undefined {
  if (live !== undefined) return answer.code === 'already_allocated' && answer.leaseId === live.id ? spec : undefined;
  if (spec.free.size === 0) return answer.code === 'pool_empty' ? spec : undefined;
  const granted = answer.granted as SpecLease | undefined;
  if (granted === undefined || !spec.free.has(granted.vmId)) return undefined;
  const free = new Set(spec.free);
  free.delete(granted.vmId);
  return { ...spec, free, leases: new Map(spec.leases).set(user, granted) };
}

/** A VM is freed once, by whoever comes first with the version that all of them read. */
function afterFree(spec: Spec, status: VmStatus, answer: Answer): Spec | undefined {
  const { id } = status.vm;
  const stillWaits = !spec.free.has(id) && ![...spec.leases.values()].some(({ vmId }) => vmId === id);
  if (answer.applied !== stillWaits) return undefined;
  return stillWaits ? { ...spec, free: new Set(spec.free).add(id) } : spec;
}

/** A call with all that it needs to know from before. */
type Prepared =
  | { readonly kind: 'acquire'; readonly user: string; readonly leaseId?: undefined }
  | { readonly kind: 'release' | 'renew'; readonly user: string; readonly leaseId: string | undefined }
  | { readonly kind: 'free'; readonly status: VmStatus };

/** All specifications that some order of the calls leads to; none, the answers contradict each other. */
function explained(spec: Spec, calls: readonly (readonly [Prepared, Answer])[], nowSec: number): Spec[] {
  if (calls.length === 0) return [spec];
  return calls.flatMap(([call, answer], first) => {
    const next = after(spec, call, answer, nowSec);
    const rest = calls.filter((_, place) => place !== first);
    return next === undefined ? [] : explained(next, rest, nowSec);
  });
}

async function answerOf(store: LeaseStore, call: Prepared, nowSec: number): Promise<Answer> {
  const act = { who: 'test', nowMs: nowSec * 1000, requestId: randomUUID() };
  try {
    switch (call.kind) {
      case 'acquire': {
        const request = {
          pool: 'default',
          userId: call.user,
          leaseId: randomUUID(),
          expiresAtSec: nowSec + TTL_SEC,
          act,
        };
        const { id, vmId, expiresAtSec } = (await store.acquire(request)).lease;
        return { granted: { id, vmId, expiresAtSec } };
      }
      case 'release':
        await store.release({ userId: call.user, ...(call.leaseId !== undefined && { leaseId: call.leaseId }), act });
        return { released: true };
      case 'renew': {
        const query = { userId: call.user, ...(call.leaseId !== undefined && { leaseId: call.leaseId }), act };
        return {
          expiresAtSec: (await store.renew({ ...query, termIn: () => ({ ttlSec: TTL_SEC, maxSec: 1e9 }) }))
            .expiresAtSec,
        };
      }
      case 'free': {
        const change = { state: 'free', failures: 0, draining: false } as const;
        const event = { kind: 'check_passed', vmId: call.status.vm.id, act } as const;
        return { applied: (await store.change(call.status, change, event)).applied };
      }
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { code: error.code, ...(error.code === 'already_allocated' && { leaseId: error.lease.id }) };
  }
}

/** Says which lease a call names and which VM it frees, by what was so before all calls of its moment. */
function prepared(call: Call, spec: Spec, waiting: readonly VmStatus[]): Prepared | undefined {
  if (call.kind === 'free') {
    const status = waiting[call.place % Math.max(1, waiting.length)];
    return status && { kind: 'free', status };
  }
  const { user, kind } = call;
  if (kind === 'acquire') return { kind, user };
  if (kind === 'release-again') return { kind: 'release', user, leaseId: spec.released.get(user) };
  return { kind, user, leaseId: spec.leases.get(user)?.id };
}

const user = fc.constantFrom(...USERS);
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('acquire' as const), user }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('release', 'release-again', 'renew'), user }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('free' as const), place: fc.nat(3) }) },
);
const moment = fc.record({
  /** Clocks jump, back as well. */
  jumpSec: fc.constantFrom(0, 0, 1, 60, 100, 200, -50),
  calls: fc.array(call, { minLength: 2, maxLength: 4 }),
});

/** Calls that come at the same moment answer as if they had come in some order, one after another. */
export function describeLinearizability(name: string, makeStore: StoreFactory, numRuns: number): void {
  describe(`concurrent calls of ${name}`, () => {
    it('answer as if they had come one after another', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(moment, { minLength: 4, maxLength: 10 }), async (history) => {
          const store = await makeStore();
          const vms = someVms(2);
          await store.sync(vms, AT_NOON);
          let nowSec = NOON_SEC;
          let specs: Spec[] = [{ free: new Set(vms.map(({ id }) => id)), leases: new Map(), released: new Map() }];
          for (const { jumpSec, calls } of history) {
            nowSec += jumpSec;
            const [spec] = specs;
            if (spec === undefined) throw new Error('no specification left');
            const waiting = (await Promise.all(vms.map(({ id }) => store.status(id)))).flatMap((status) => {
              return status?.state === 'checking' ? [status] : [];
            });
            const batch = calls.flatMap((one) => prepared(one, spec, waiting) ?? []);
            const answers = await Promise.all(
              batch.map(async (one) => [one, await answerOf(store, one, nowSec)] as const),
            );
            specs = specs.flatMap((candidate) => explained(candidate, answers, nowSec)).slice(0, 1);
            expect({ answers, explanations: specs.length }).toEqual({ answers, explanations: 1 });
          }
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
