import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Order } from '../../lambda/pool/orders.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { VmState } from '../../lambda/pool/vm.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { CHECKS, lendingOver, LIMITS, someVms } from '../support/pool/lending.ts';
import { expectFiguresAsEvents } from './figures-as-events.ts';

const WEEK_SEC = 7 * 86_400;

/** The service under test, with its clock and its provider. */
type Real = Awaited<ReturnType<typeof lendingOver>>;

interface ModelLease {
  readonly id: string;
  readonly vmId: string;
  readonly acquiredAtSec: number;
  readonly expiresAtSec: number;
  readonly key: string | undefined;
  readonly minutes: number;
}

/** What the service remembers of a lease that began under an idempotency key. */
interface ModelKey {
  readonly leaseId: string;
  readonly minutes: number;
  readonly forgottenAtSec: number;
}

interface ModelVm {
  state: VmState;
  failures: number;
  draining: boolean;
  reason: string | undefined;
  /** Time of the next check, epoch seconds. */
  dueAtSec: number;
}

/** The rules once more, in their simplest form: without indexes, clocks and concurrency. */
class Model {
  nowSec: number;
  readonly vms: ReadonlyMap<string, ModelVm>;
  readonly failing = new Set<string>();
  readonly leases = new Map<string, ModelLease>();
  readonly released = new Map<string, string>();
  /** By user and key. */
  private readonly keys = new Map<string, ModelKey>();

  constructor(nowSec: number, vmIds: readonly string[]) {
    this.nowSec = nowSec;
    const fresh = { state: 'free', failures: 0, draining: false, reason: undefined, dueAtSec: 0 } as const;
    this.vms = new Map(vmIds.map((id) => [id, { ...fresh }]));
  }

  vm(vmId: string): ModelVm {
    const vm = this.vms.get(vmId);
    if (vm === undefined) throw new Error(`unknown VM in the model: ${vmId}`);
    return vm;
  }

  vmsIn(state: VmState): string[] {
    return [...this.vms].filter(([, vm]) => vm.state === state).map(([id]) => id);
  }

  liveLease(user: string): ModelLease | undefined {
    const lease = this.leases.get(user);
    return lease !== undefined && this.nowSec < lease.expiresAtSec ? lease : undefined;
  }

  /** What is remembered of a key of the user. */
  keyOf(user: string, key: string | undefined): ModelKey | undefined {
    const known = this.keys.get(`${user} ${String(key)}`);
    return known !== undefined && this.nowSec < known.forgottenAtSec ? known : undefined;
  }

  /** The lease begins or gets longer, and so does the memory of its key. */
  hold(user: string, lease: ModelLease): void {
    const { id: leaseId, key, minutes, expiresAtSec } = lease;
    this.leases.set(user, lease);
    if (key === undefined) return;
    this.keys.set(`${user} ${key}`, { leaseId, minutes, forgottenAtSec: expiresAtSec + WEEK_SEC });
  }

  endLease(user: string): void {
    const lease = this.leases.get(user);
    if (lease === undefined) return;
    this.leases.delete(user);
    Object.assign(this.vm(lease.vmId), { state: 'checking', failures: 0, dueAtSec: this.nowSec });
  }

  /** A VM that is to be drained keeps its operator's reason; any other shows why its last check failed. */
  private noteCheck(vm: ModelVm): void {
    if (vm.draining && vm.state !== 'quarantined') return;
    vm.reason = vm.failures === 0 ? undefined : 'disk full';
  }

  reap(): void {
    for (const [user] of this.leases) if (this.liveLease(user) === undefined) this.endLease(user);
  }

  tidy(): void {
    this.reap();
    for (const vmId of this.vmsIn('checking')) this.checkIfDue(vmId);
  }

  checkIfDue(vmId: string): void {
    const vm = this.vm(vmId);
    if (vm.state !== 'checking' || vm.dueAtSec > this.nowSec) return;
    vm.failures = this.failing.has(vmId) ? vm.failures + 1 : 0;
    if (vm.failures === 0) vm.state = vm.draining ? 'drained' : 'free';
    else if (vm.failures === CHECKS.maxFailures) vm.state = 'quarantined';
    else vm.dueAtSec = this.nowSec + CHECKS.backoffSec * 2 ** (vm.failures - 1);
    this.noteCheck(vm);
  }

  /** A VM whose lease has ended counts as `checking`. */
  counts(): Record<VmState, number> {
    const leased = this.vmsIn('leased').length;
    const live = [...this.leases.keys()].filter((user) => this.liveLease(user) !== undefined).length;
    return {
      free: this.vmsIn('free').length,
      leased: live,
      checking: this.vmsIn('checking').length + leased - live,
      quarantined: this.vmsIn('quarantined').length,
      drained: this.vmsIn('drained').length,
    };
  }
}

type Command = fc.AsyncCommand<Model, Real>;

/** The code of the refusal that a call ends with, or `none`. Any other error fails the test. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isRefusal(error)) return error.code;
    throw error;
  }
  return 'none';
}

/** Checks what must hold after every step. */
async function holdInvariants(model: Model, { store }: Real, users: readonly string[]): Promise<void> {
  const counts = (await store.counts(model.nowSec)).get('default');
  expect(counts).toEqual(model.counts());
  for (const { vm, reason } of (await store.statuses({ limit: 100 })).items) {
    expect({ [vm.id]: reason }).toEqual({ [vm.id]: model.vm(vm.id).reason });
  }
  const grants = await Promise.all(users.map((user) => store.find(user, model.nowSec)));
  users.forEach((user, index) => {
    const lease = model.liveLease(user);
    expect(grants[index]?.lease.id).toBe(lease?.id);
    expect(grants[index]?.lease.expiresAtSec).toBe(lease?.expiresAtSec);
  });
  const lent = grants.flatMap((grant) => (grant === undefined ? [] : [grant.vm.id]));
  expect(new Set(lent).size).toBe(lent.length);
}

const USERS = ['alice', 'bob', 'carol', 'dave'] as const;
const VM_IDS = someVms(3).map(({ id }) => id);

function command(text: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await holdInvariants(model, real, USERS);
    },
    toString: () => text,
  };
}

function acquire(userId: string, minutes: number, key: string | undefined): Command {
  return command(`acquire(${userId}, ${String(minutes)}, ${String(key)})`, async (model, { lending }) => {
    const call = lending.acquire({ userId, minutes, idempotencyKey: key }, 'r-1');
    const known = model.keyOf(userId, key);
    if (known !== undefined) {
      const isLive = model.liveLease(userId)?.id === known.leaseId;
      if (known.minutes !== minutes) expect(await refusalOf(call)).toBe('idempotency_key_reused');
      else if (!isLive) expect(await refusalOf(call)).toBe('idempotency_key_spent');
      else expect((await call).lease.id).toBe(known.leaseId);
      return;
    }
    if (model.liveLease(userId) !== undefined) {
      expect(await refusalOf(call)).toBe('already_allocated');
      return;
    }
    model.endLease(userId);
    if (model.vmsIn('free').length === 0) model.tidy();
    const free = model.vmsIn('free');
    if (free.length === 0) {
      expect(await refusalOf(call)).toBe('pool_empty');
      return;
    }
    const { vm, lease } = await call;
    expect(free).toContain(vm.id);
    expect(lease.expiresAtSec).toBe(model.nowSec + minutes * 60);
    model.vm(vm.id).state = 'leased';
    model.hold(userId, { ...lease, key, minutes });
  });
}

/** Calls may name no lease, the current one, one released earlier, or one that never existed. */
type Naming = 'none' | 'current' | 'released' | 'wrong';

function leaseIdOf(model: Model, userId: string, naming: Naming): string | undefined {
  if (naming === 'current') return model.leases.get(userId)?.id;
  if (naming === 'released') return model.released.get(userId);
  return naming === 'wrong' ? 'no-such-lease' : undefined;
}

function expectedRefusal(model: Model, userId: string, leaseId: string | undefined): string | undefined {
  const lease = model.liveLease(userId);
  if (lease === undefined) return 'no_lease';
  return leaseId !== undefined && leaseId !== lease.id ? 'lease_superseded' : undefined;
}

function release(userId: string, naming: Naming): Command {
  return command(`release(${userId}, ${naming})`, async (model, { lending }) => {
    const leaseId = leaseIdOf(model, userId, naming);
    const call = lending.release({ userId, leaseId }, 'r-2');
    if (leaseId !== undefined && leaseId === model.released.get(userId)) {
      const { vm, state } = await call;
      // A repeated release also runs a check that is still due.
      model.checkIfDue(vm.id);
      expect(state).toBe(model.vm(vm.id).state);
      return;
    }
    const refusal = expectedRefusal(model, userId, leaseId);
    if (refusal !== undefined) {
      expect(await refusalOf(call)).toBe(refusal);
      return;
    }
    const { vm, state } = await call;
    model.released.set(userId, model.leases.get(userId)?.id ?? '');
    model.endLease(userId);
    model.checkIfDue(vm.id);
    expect(state).toBe(model.vm(vm.id).state);
  });
}

function renew(userId: string, naming: Naming, minutes: number): Command {
  return command(`renew(${userId}, ${naming}, ${String(minutes)})`, async (model, { lending }) => {
    const leaseId = leaseIdOf(model, userId, naming);
    const call = lending.renew({ userId, leaseId, minutes }, 'r-3');
    const refusal = expectedRefusal(model, userId, leaseId);
    const lease = model.leases.get(userId);
    if (refusal !== undefined || lease === undefined) {
      expect(await refusalOf(call)).toBe(refusal);
      return;
    }
    const wantedSec = model.nowSec + minutes * 60;
    if (wantedSec > lease.acquiredAtSec + LIMITS.maxMinutes * 60) {
      expect(await refusalOf(call)).toBe('lease_too_long');
      return;
    }
    const expiresAtSec = Math.max(wantedSec, lease.expiresAtSec);
    expect((await call).expiresAtSec).toBe(expiresAtSec);
    model.hold(userId, { ...lease, expiresAtSec });
  });
}

function passTime(seconds: number): Command {
  return command(`passTime(${String(seconds)} s)`, async (model, { clock }) => {
    clock.advance(seconds);
    model.nowSec += seconds;
  });
}

function look(): Command {
  return command('look()', async (model, { lending }) => {
    const pools = await lending.pools('r-4');
    model.tidy();
    expect(pools.get('default')?.counts).toEqual(model.counts());
  });
}

/** What an operator's order does to a VM, or the refusal that it meets. */
function obey(model: Model, order: Order, vmId: string): string | undefined {
  const vm = model.vm(vmId);
  const { state } = vm;
  switch (order) {
    case 'drain':
      if (state === 'quarantined') return 'wrong_state';
      vm.draining = true;
      vm.reason = 'drain';
      if (state === 'free') vm.state = 'drained';
      return undefined;
    case 'return':
      if (state !== 'quarantined' && state !== 'drained' && !vm.draining) return 'wrong_state';
      vm.draining = false;
      vm.reason = undefined;
      if (state === 'quarantined' || state === 'drained') {
        Object.assign(vm, { state: 'checking', failures: 0, dueAtSec: model.nowSec });
      }
      return undefined;
    case 'quarantine':
      if (state === 'leased') return 'vm_in_use';
      Object.assign(vm, { state: 'quarantined', draining: false, reason: 'quarantine' });
      return undefined;
    case 'release': {
      if (state !== 'leased') return 'wrong_state';
      const holder = [...model.leases].find(([, lease]) => lease.vmId === vmId)?.[0];
      if (holder !== undefined) model.endLease(holder);
      return undefined;
    }
  }
}

function operate(order: Order, vmId: string): Command {
  return command(`${order}(${vmId})`, async (model, { operations }) => {
    const call = operations.order({ order, vmId, reason: order, operator: 'ops' }, 'r-5');
    const overdue = [...model.leases].find(([user, lease]) => lease.vmId === vmId && !model.liveLease(user));
    if (overdue !== undefined) model.endLease(overdue[0]);
    const refusal = obey(model, order, vmId);
    if (refusal !== undefined) {
      expect(await refusalOf(call)).toBe(refusal);
      return;
    }
    model.checkIfDue(vmId);
    const { state, draining } = await call;
    expect({ state, draining }).toEqual({ state: model.vm(vmId).state, draining: model.vm(vmId).draining });
  });
}

function setHealth(vmId: string, healthy: boolean): Command {
  return command(`${healthy ? 'mend' : 'break'}(${vmId})`, async (model, { provider }) => {
    for (const failing of [model.failing, provider.failing]) {
      if (healthy) failing.delete(vmId);
      else failing.add(vmId);
    }
  });
}

const user = fc.constantFrom(...USERS);
const naming = fc.constantFrom<Naming>('none', 'current', 'released', 'wrong');
const minutes = fc.integer({ min: 1, max: 5 });

const commands = [
  fc.tuple(user, minutes, fc.option(fc.constantFrom('k-1', 'k-2'), { nil: undefined })).map((args) => acquire(...args)),
  fc.tuple(user, naming).map((args) => release(...args)),
  fc.tuple(user, naming, fc.oneof(minutes, fc.constant(LIMITS.maxMinutes))).map((args) => renew(...args)),
  fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(10, 20, 86_400, WEEK_SEC)).map(passTime),
  fc.constant(look()),
  fc
    .tuple(fc.constantFrom<Order>('drain', 'return', 'quarantine', 'release'), fc.constantFrom(...VM_IDS))
    .map((args) => operate(...args)),
  fc.tuple(fc.constantFrom(...VM_IDS), fc.boolean()).map((args) => setHealth(...args)),
];

/** Runs random histories on a store and compares every step with the model. fast-check shrinks a failing one. */
export function describeLendingModel(name: string, makeStore: StoreFactory, numRuns: number): void {
  describe(`lending over ${name}`, () => {
    it('answers as the model does, holds the invariants and counts each step of a random history', async () => {
      const histories = fc.commands(commands, { maxCommands: 60, size: 'max' });
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          const real = await lendingOver(makeStore, someVms(VM_IDS.length));
          await fc.asyncModelRun(() => ({ model: new Model(real.clock.nowSec, VM_IDS), real }), history);
          await expectFiguresAsEvents(real.tally, real.store, VM_IDS);
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
