import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Order } from '../../lambda/pool/orders.ts';
import type { LeaseStore } from '../../lambda/pool/ports.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { Vm, VmState } from '../../lambda/pool/vm.ts';
import type { CheckPlan, WritePlan } from '../support/pool/lab.ts';
import { Lab, LAB_POOLS, LAB_VMS, PATIENCE_SEC } from '../support/pool/lab.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { NOON_SEC, serviceOver } from '../support/pool/lending.ts';
import { SlowThings } from '../support/pool/slow-things.ts';

/** A lab and the service that lends its VMs. Many calls run at once; each step looks at what they have done so far. */
class World {
  readonly slow = new SlowThings(NOON_SEC);
  readonly lab: Lab;
  private readonly service: ReturnType<typeof serviceOver>;
  private running = 0;

  constructor(store: LeaseStore) {
    this.lab = new Lab(store, this.slow);
    const pause = async () => undefined;
    this.service = serviceOver({ store: this.lab.store, provider: this.lab, clock: this.slow.clock, pause });
  }

  /** Begins a call, which may go on during later steps. A refusal is a right answer. */
  async begin(call: (service: ReturnType<typeof serviceOver>) => Promise<unknown>): Promise<void> {
    this.running += 1;
    void call(this.service)
      .catch((error: unknown) => {
        if (!isRefusal(error)) this.lab.faults.push(`a call failed: ${String(error)}`);
      })
      .finally(() => {
        this.running -= 1;
      });
    await this.slow.settle();
    await this.look();
  }

  async pass(seconds: number): Promise<void> {
    await this.slow.pass(seconds, () => this.look());
    await this.look();
  }

  /** Lets time pass until something is due, and does it. */
  async passUntilDue(): Promise<void> {
    const nowSec = Math.floor(this.slow.nowMs / 1000);
    const { items } = await this.lab.store.statuses({ limit: 100 });
    const due = items.map(({ dueAtSec = 0 }) => dueAtSec).filter((dueAtSec) => dueAtSec > nowSec);
    if (due.length > 0) await this.pass(Math.min(...due) - nowSec);
    await this.begin(({ upkeep }) => upkeep.tidy('r-1', 100));
  }

  async look(): Promise<void> {
    await this.lab.look();
    expect(this.lab.faults).toEqual([]);
  }

  /** Ends all calls. From now on nothing is disturbed, and every check finds the same. */
  async calmDown(usually: CheckPlan['finds']): Promise<void> {
    const { checks, writes, signings } = this.lab;
    for (const plans of [checks, writes, signings]) plans.length = 0;
    this.lab.usually = usually;
    while (this.running > 0) await this.pass(60);
  }

  /** Runs ticks for a while. */
  async tickFor(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 60) {
      await this.pass(60);
      await this.begin(({ upkeep }) => upkeep.tidy('end', 100));
    }
  }

  async statesOf(pool: string): Promise<VmState[]> {
    const { items } = await this.lab.store.statuses({ limit: 100 });
    return items.filter(({ vm }) => vm.pool === pool).map(({ state }) => state);
  }
}

/** Something that a random history does, by its name. */
interface Step {
  readonly run: (world: World) => Promise<void>;
  readonly toString: () => string;
}

function step(text: string, run: Step['run']): Step {
  return { run, toString: () => text };
}

const call = (text: string, make: Parameters<World['begin']>[0]) => step(text, (world) => world.begin(make));

function sync(text: string, changed: (vms: readonly Vm[]) => readonly Vm[]): Step {
  return step(text, async (world) => {
    world.lab.vms = changed(world.lab.vms);
    await world.begin(({ upkeep }) => upkeep.sync('r-1'));
  });
}

/** Decides what happens to a later call. */
function plan(text: string, decide: (lab: Lab) => void): Step {
  return step(text, async ({ lab }) => {
    decide(lab);
  });
}

function acquire(userId: string, pool: string, minutes: number): Step {
  const wish = { userId, pool, minutes };
  return call(`acquire(${Object.values(wish).join(', ')})`, ({ lending }) => lending.acquire(wish, 'r-1'));
}

function renew(userId: string, minutes: number): Step {
  return call(`renew(${userId}, ${String(minutes)})`, ({ lending }) => lending.renew({ userId, minutes }, 'r-1'));
}

function order(what: Order, vmId: string): Step {
  const params = { order: what, vmId, reason: 'a test', operator: 'ops' };
  return call(`${what}(${vmId})`, ({ operations }) => operations.order(params, 'r-1'));
}

function move(id: string): Step {
  return sync(`move(${id})`, (vms) => vms.map((vm) => (vm.id === id ? { ...vm, port: vm.port + 1 } : vm)));
}

const connect = (userId: string) => call(`connect(${userId})`, ({ lending }) => lending.connect({ userId }, 'r-1'));
const release = (userId: string) => call(`release(${userId})`, ({ lending }) => lending.release({ userId }, 'r-1'));
const remove = (id: string) => sync(`remove(${id})`, (vms) => vms.filter((vm) => vm.id !== id));
const addAll = sync('add all', () => LAB_VMS);
const tidy = call('tidy()', ({ upkeep }) => upkeep.tidy('r-1', 100));
const passUntilDue = step('pass until due', (world) => world.passUntilDue());
const pass = (seconds: number) => step(`pass(${String(seconds)} s)`, (world) => world.pass(seconds));
const endSlowThing = step('end a slow thing', async (world) => {
  await world.slow.endOne();
  await world.look();
});

const moments = fc.integer({ min: 1, max: 6 }).map(pass);
const minutes = fc.constantFrom(1, 10, 60);
const check = fc.record<CheckPlan>({
  finds: fc.constantFrom('all well', 'all well', 'a fault', 'a wait'),
  isSlow: fc.boolean(),
});
const write = fc.record<WritePlan>({
  of: fc.constantFrom('end', 'claim', 'other'),
  comes: fc.constantFrom('late', 'late', 'answered late', 'lost', 'not answered'),
});
const plans: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: check.map((what) => plan(JSON.stringify(what), ({ checks }) => checks.push(what))) },
  { weight: 2, arbitrary: write.map((what) => plan(JSON.stringify(what), ({ writes }) => writes.push(what))) },
  fc.constantFrom('late' as const, 'refused' as const).map((what) => {
    return plan(`certificate: ${what}`, ({ signings }) => signings.push(what));
  }),
);

/** A user borrows a VM and gives it back, while their operator, the inventory and the reaper do what they like. */
const scene: fc.Arbitrary<readonly Step[]> = fc
  .record({ userId: fc.constantFrom('alice', 'bob'), vm: fc.constantFrom(...LAB_VMS) })
  .chain(({ userId, vm: { id, pool } }) => {
    const borrowed = fc.oneof(
      fc.constant(connect(userId)),
      moments,
      minutes.map((more) => renew(userId, more)),
    );
    const troubles = fc.oneof(
      fc.constantFrom<Order>('quarantine', 'return', 'return', 'drain').map((what) => order(what, id)),
      fc.constantFrom(connect(userId), endSlowThing, tidy, remove(id), addAll, move(id)),
      moments,
    );
    const ends = fc.constantFrom(release(userId), release(userId), order('release', id), pass(600));
    const waits = fc.constantFrom(passUntilDue, passUntilDue, pass(25), pass(3600));
    return fc
      .tuple(
        fc.array(plans, { maxLength: 3 }),
        minutes.map((length) => [acquire(userId, pool, length)]),
        fc.array(borrowed, { maxLength: 2 }),
        ends.map((end) => [end]),
        fc.array(troubles, { maxLength: 6 }),
        fc.array(waits, { maxLength: 3 }),
      )
      .map((parts) => parts.flat());
  });

const slowCheck = plan('a slow check', ({ checks }) => checks.push({ finds: 'all well', isSlow: true }));
const lateWrite = (of: WritePlan['of']) => plan(`late: ${of}`, ({ writes }) => writes.push({ of, comes: 'late' }));

/** Histories that need more luck than a random one has. */
const DANGERS: readonly { readonly danger: string; readonly history: readonly Step[] }[] = [
  {
    danger: 'a certificate that was asked for while the release was on its way to the store',
    history: [acquire('alice', 'timed', 60), lateWrite('end'), release('alice'), pass(3), connect('alice')],
  },
  {
    danger: 'a reset whose claim came late to the store',
    history: [
      acquire('alice', 'revoking', 60),
      lateWrite('claim'),
      slowCheck,
      release('alice'),
      ...[6, 9, 6, 4].flatMap((seconds) => [pass(seconds), tidy]),
    ],
  },
  {
    danger: 'a return while the last reset runs',
    history: [
      acquire('alice', 'revoking', 60),
      slowCheck,
      release('alice'),
      order('quarantine', 'revoking-01'),
      order('return', 'revoking-01'),
    ],
  },
  {
    danger: 'a VM that leaves the inventory and comes back while its reset runs',
    history: [acquire('alice', 'revoking', 60), slowCheck, release('alice'), remove('revoking-01'), addAll, tidy],
  },
  {
    danger: 'a VM that leaves the inventory and comes back while a certificate opens it',
    history: [acquire('alice', 'timed', 60), release('alice'), remove('timed-01'), addAll],
  },
  {
    danger: 'a VM that leaves the inventory while it is leased, and comes back after that',
    history: [acquire('alice', 'timed', 60), remove('timed-01'), release('alice'), addAll],
  },
];

/** What a calm service makes of every VM, whatever has happened before. */
async function expectAnEnd(world: World): Promise<void> {
  await world.calmDown('a wait');
  await world.begin(({ upkeep }) => upkeep.sync('end'));
  // All leases end, then all VMs give up waiting.
  await world.pass(3600 + 400);
  await world.tickFor(PATIENCE_SEC + 240);
  for (const { name } of LAB_POOLS) expect(await world.statesOf(name)).not.toContain('checking');

  await world.calmDown('all well');
  world.lab.vms = LAB_VMS;
  await world.begin(({ upkeep }) => upkeep.sync('end'));
  for (const { id: vmId } of LAB_VMS) {
    const params = { order: 'return', vmId, reason: 'a test', operator: 'ops' } as const;
    await world.begin(({ operations }) => operations.order(params, 'end'));
  }
  await world.tickFor(480);
  const states = await Promise.all(LAB_POOLS.map(({ name }) => world.statesOf(name)));
  expect(states.flat()).toEqual(LAB_VMS.map(() => 'free'));
}

async function live(world: World, history: readonly Step[]): Promise<void> {
  await world.begin(({ upkeep }) => upkeep.sync('r-0'));
  for (const { run } of history) await run(world);
}

/**
 * Runs random histories of many calls at once, with slow stores, slow certificates and slow resets. At no moment may a
 * certificate of an earlier lease open a VM that is free or has a new user, nor may two resets run on one VM, nor one
 * on a VM that somebody has.
 */
export function describeClosing(name: string, makeStore: StoreFactory, numRuns: number): void {
  describe(`VMs lent over ${name}`, () => {
    it.each(DANGERS)('are closed to earlier users after $danger', async ({ history }) => {
      await live(new World(await makeStore()), [...history, endSlowThing, passUntilDue, passUntilDue]);
    });

    it('are closed to earlier users, and reset by one at a time, at every moment of a random history', async () => {
      const histories = fc.array(scene, { minLength: 1, maxLength: 5, size: 'max' });
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          const world = new World(await makeStore());
          await live(world, history.flat());
          await expectAnEnd(world);
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
