import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Act } from '../../lambda/pool/event.ts';
import type { Lease } from '../../lambda/pool/lease.ts';
import type { Order } from '../../lambda/pool/orders.ts';
import type { PoolRules } from '../../lambda/pool/pool.ts';
import type { Power, PowerState, Readiness } from '../../lambda/pool/provider.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { Vm, VmState } from '../../lambda/pool/vm.ts';
import type { StoreFactory, TestClock } from '../support/pool/lending.ts';
import { certificatePool, CHECKS, lendingOver, LIMITS, someVms } from '../support/pool/lending.ts';
import { START_LIMIT_SEC, stopVm } from '../support/pool/stopped.ts';
import { expectFiguresAsEvents } from './figures-as-events.ts';

const WEEK_SEC = 7 * 86_400;

/** The service under test, with its clock and its provider. */
type Real = Awaited<ReturnType<typeof lendingOver>>;

interface ModelLease {
  readonly id: string;
  readonly vmId: string;
  readonly acquiredAtSec: number;
  readonly expiresAtSec: number;
  /** Present while its VM is being started. */
  readonly startingTtlSec?: number | undefined;
  /** While its VM is being started: when a tick looks at it next. */
  readonly lookAtSec?: number;
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
  /** While it is free. */
  stopped: boolean;
  /** When its start began, if it was ever started since it was stopped. */
  wokenAtSec: number | undefined;
}

/** How long every VM takes to start, seconds. */
const START_SEC = 60;

/** Why a lease waits whose VM starts. */
const IT_BOOTS = 'it boots';

/** VMs that may be stopped, by a provider that starts each in {@link START_SEC}. */
class Starts implements Power {
  private readonly wokenAtSec = new Map<string, number>();

  constructor(private readonly clock: TestClock) {}

  states(): ReadonlyMap<string, PowerState> {
    return new Map();
  }

  async wake(vm: Vm): Promise<Readiness> {
    const { nowSec } = this.clock;
    const sinceSec = this.wokenAtSec.get(vm.id) ?? nowSec;
    this.wokenAtSec.set(vm.id, sinceSec);
    return nowSec - sinceSec >= START_SEC ? { ready: vm } : { waitingFor: IT_BOOTS, againInSec: 10 };
  }

  async stop(vms: readonly Pick<Vm, 'id'>[]): Promise<ReadonlyMap<string, string>> {
    for (const { id } of vms) this.wokenAtSec.delete(id);
    return new Map();
  }
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
    const power = { stopped: false, wokenAtSec: undefined };
    const fresh = { state: 'free', failures: 0, draining: false, reason: undefined, dueAtSec: 0, ...power } as const;
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
    const vm = this.vm(lease.vmId);
    Object.assign(vm, { state: 'checking', failures: 0, dueAtSec: this.nowSec });
    if (!vm.draining) vm.reason = undefined;
  }

  /** The VMs of which the next borrower gets one: those that run, if there are any. */
  next(): string[] {
    const free = this.vmsIn('free');
    const running = free.filter((id) => !this.vm(id).stopped);
    return running.length > 0 ? running : free;
  }

  /** A user gets a free VM. @param lease - as the service has answered it */
  lend(user: string, lease: Lease, asked: Pick<ModelLease, 'key' | 'minutes'>): void {
    const vm = this.vm(lease.vmId);
    this.hold(user, { ...lease, ...asked, ...(vm.stopped && { lookAtSec: this.nowSec }) });
    Object.assign(vm, { state: 'leased', stopped: false });
  }

  /** Somebody looks at the VM of a live lease: it is started, and the time of its lease begins when it is ready. */
  look(user: string): 'ready' | 'starting' {
    const lease = this.liveLease(user);
    if (lease?.startingTtlSec === undefined) return 'ready';
    const vm = this.vm(lease.vmId);
    vm.wokenAtSec ??= this.nowSec;
    if (this.nowSec - vm.wokenAtSec < START_SEC) return 'starting';
    const term = { acquiredAtSec: this.nowSec, expiresAtSec: this.nowSec + lease.startingTtlSec };
    this.hold(user, { ...lease, ...term, startingTtlSec: undefined });
    if (!vm.draining) vm.reason = undefined;
    return 'ready';
  }

  private lookIfDue(user: string): void {
    const lease = this.liveLease(user);
    if (lease?.startingTtlSec === undefined || (lease.lookAtSec ?? 0) > this.nowSec) return;
    if (this.look(user) === 'ready') return;
    this.leases.set(user, { ...lease, lookAtSec: Math.min(this.nowSec + 30, lease.expiresAtSec) });
    const vm = this.vm(lease.vmId);
    if (!vm.draining) vm.reason = IT_BOOTS;
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
    for (const user of this.leases.keys()) this.lookIfDue(user);
    for (const vmId of this.vmsIn('checking')) this.checkIfDue(vmId);
  }

  checkIfDue(vmId: string): void {
    const vm = this.vm(vmId);
    if (vm.state !== 'checking' || vm.dueAtSec > this.nowSec) return;
    vm.failures = this.failing.has(vmId) ? vm.failures + 1 : 0;
    // A check starts a VM that is stopped.
    if (vm.failures === 0) Object.assign(vm, { state: vm.draining ? 'drained' : 'free', stopped: false });
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
  for (const { vm, state, reason, stopped = false } of (await store.statuses({ limit: 100 })).items) {
    const known = model.vm(vm.id);
    expect({ [vm.id]: reason }).toEqual({ [vm.id]: known.reason });
    if (state === 'free') expect({ [vm.id]: stopped }).toEqual({ [vm.id]: known.stopped });
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

/** A pool whose VMs may be stopped. */
const RULES: PoolRules = {
  ...certificatePool({ access: 'mock', check: 'none', reset: 'none' }),
  power: { minRunning: 0, idleMinutes: 15 },
};

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
      else {
        expect((await call).lease.id).toBe(known.leaseId);
        model.look(userId);
      }
      return;
    }
    if (model.liveLease(userId) !== undefined) {
      expect(await refusalOf(call)).toBe('already_allocated');
      return;
    }
    model.endLease(userId);
    if (model.vmsIn('free').length === 0) model.tidy();
    const free = model.next();
    if (free.length === 0) {
      expect(await refusalOf(call)).toBe('pool_empty');
      return;
    }
    const { vm, lease, ...answer } = await call;
    expect(free).toContain(vm.id);
    expectTerm(model, lease, minutes * 60);
    model.lend(userId, lease, { key, minutes });
    expect('login' in answer ? 'ready' : 'starting').toBe(model.look(userId));
  });
}

/** Expects that a lease has just begun, or that it waits for its VM if that is stopped. */
function expectTerm(model: Model, { vmId, acquiredAtSec, expiresAtSec, startingTtlSec }: Lease, ttlSec: number): void {
  const { nowSec } = model;
  const isStopped = model.vm(vmId).stopped;
  expect({ acquiredAtSec, expiresAtSec, startingTtlSec }).toEqual({
    acquiredAtSec: nowSec,
    expiresAtSec: nowSec + ttlSec + (isStopped ? START_LIMIT_SEC : 0),
    startingTtlSec: isStopped ? ttlSec : undefined,
  });
}

function connect(userId: string): Command {
  return command(`connect(${userId})`, async (model, { lending }) => {
    const call = lending.connect({ userId }, 'r-6');
    if (model.liveLease(userId) === undefined) {
      expect(await refusalOf(call)).toBe('no_lease');
      return;
    }
    const isReady = model.look(userId) === 'ready';
    expect('login' in (await call)).toBe(isReady);
  });
}

/** Makes a free VM one that is stopped, as a tick does. */
function stop(vmId: string): Command {
  return command(`stop(${vmId})`, async (model, { store, clock, provider }) => {
    const vm = model.vm(vmId);
    if (vm.state !== 'free' || vm.stopped) return;
    await stopVm(store, vmId, actAt(clock));
    await provider.power?.stop([{ id: vmId } as Vm]);
    Object.assign(vm, { stopped: true, wokenAtSec: undefined });
  });
}

/** Starts a stopped VM before anybody asks for it, as a tick does: it goes through a check. */
function start(vmId: string): Command {
  return command(`start(${vmId})`, async (model, { store, clock }) => {
    const vm = model.vm(vmId);
    const status = await store.status(vmId);
    if (vm.state !== 'free' || !vm.stopped || status === undefined) return;
    const change = { state: 'checking', failures: 0, draining: false, dueAtSec: clock.nowSec } as const;
    await store.change(status, change, { kind: 'starting', vmId, act: actAt(clock) });
    Object.assign(vm, { ...change, stopped: false });
  });
}

function actAt(clock: TestClock): Act {
  return { who: 'test', nowMs: clock.read(), requestId: 'r-7' };
}

/** The VM of a user is of no use, so that they get another one. */
function exchange(userId: string): Command {
  return command(`exchange(${userId})`, async (model, { store, clock }) => {
    const grant = await store.find(userId, clock.nowSec);
    const lease = model.liveLease(userId);
    if (grant === undefined || lease === undefined) return;
    const reason = 'it is of no use';
    const call = store.exchange({ grant, reason, startLimitSec: START_LIMIT_SEC, act: actAt(clock) });
    const free = model.next();
    Object.assign(model.vm(lease.vmId), { state: 'quarantined', failures: 0, reason });
    model.leases.delete(userId);
    if (free.length === 0) {
      expect(await refusalOf(call)).toBe('pool_empty');
      return;
    }
    const moved = await call;
    expect(free).toContain(moved.vm.id);
    expect(moved.lease.id).toBe(lease.id);
    expectTerm(model, moved.lease, lease.startingTtlSec ?? lease.expiresAtSec - lease.acquiredAtSec);
    const { key, minutes } = lease;
    model.lend(userId, moved.lease, { key, minutes });
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
    const { startingTtlSec } = lease;
    if (startingTtlSec !== undefined) {
      const longerSec = Math.max(startingTtlSec, minutes * 60);
      const expiresAtSec = lease.expiresAtSec + longerSec - startingTtlSec;
      expect((await call).expiresAtSec).toBe(expiresAtSec);
      model.hold(userId, { ...lease, expiresAtSec, startingTtlSec: longerSec });
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
  user.map(connect),
  user.map(exchange),
  fc.constantFrom(...VM_IDS).map(stop),
  fc.constantFrom(...VM_IDS).map(start),
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
          real.provider.power = new Starts(real.clock);
          real.provider.pools.set('default', RULES);
          await fc.asyncModelRun(() => ({ model: new Model(real.clock.nowSec, VM_IDS), real }), history);
          await expectFiguresAsEvents(real.tally, real.store, VM_IDS);
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
