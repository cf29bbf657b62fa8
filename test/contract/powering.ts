import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeaseStore } from '../../lambda/pool/ports.ts';
import type { OpenGrant, Power } from '../../lambda/pool/provider.ts';
import { isRefusal } from '../../lambda/pool/refusals.ts';
import type { VmStatus } from '../../lambda/pool/vm.ts';
import type { Service } from '../../lambda/service.ts';
import { instancePool, Instances } from '../support/pool/instances.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { serviceOver, someVms, TestClock } from '../support/pool/lending.ts';
import { Mortal } from '../support/pool/mortal.ts';

const VMS = someVms(4);
const USERS = ['alice', 'bob', 'carol'];
const IDLE_MINUTES = 2;

/** Longer than any history. */
const LONG_MINUTES = 10_000;

/** Instances that start, fail, hang, are stopped and terminated as a history says, and the service that lends them. */
class World {
  readonly clock = new TestClock();
  readonly provider = new Instances(VMS, this.rules(1));
  /** Sentences about what must never happen. */
  readonly faults: string[] = [];
  readonly service: Service;

  constructor(readonly store: LeaseStore) {
    this.service = this.process();
    this.provider.onStop = async (vms) => {
      for (const { id } of vms) await this.expectNobodys(id);
    };
  }

  /** One process of the service. @param mortal - kills it at one of its calls */
  process(mortal?: Mortal): Service {
    const { clock, provider } = this;
    if (mortal === undefined) return serviceOver({ store: this.store, provider, clock: clock.read });
    const power = mortal.wrap<Power>(provider.power, ['wake', 'stop']);
    const changing = ['change', 'begin', 'exchange', 'addStoppedTime', 'free', 'due', 'status', 'sync'] as const;
    const dying = Object.create(provider, { power: { value: power } }) as Instances;
    return serviceOver({ store: mortal.wrap(this.store, changing), provider: dying, clock: clock.read });
  }

  setMinRunning(minRunning: number): void {
    this.provider.rules = this.rules(minRunning);
  }

  /** Makes a call. A refusal is a right answer. */
  async call<Answer>(make: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await make();
    } catch (error) {
      if (!isRefusal(error)) this.faults.push(`a call failed: ${String(error)}`);
      return undefined;
    }
  }

  /** Asks for the VM of a user, in one way or another. Whoever is let in has a VM that runs. */
  async open(ask: (service: Service) => Promise<OpenGrant>): Promise<OpenGrant | undefined> {
    const granted = await this.call(() => ask(this.service));
    if (granted === undefined) return undefined;
    const { vm, lease } = granted;
    const { state } = this.provider.instance(vm.id);
    if ('login' in granted) {
      if (state !== 'running') this.faults.push(`${lease.userId} is let in to ${vm.id}, which is ${state}`);
      if (lease.startingTtlSec !== undefined) this.faults.push(`the time of ${lease.userId} has not begun`);
    }
    return granted;
  }

  tick(service = this.service): Promise<void> {
    return service.tick('r-1', 20_000);
  }

  /** A tick whose process dies at its n-th call. */
  async dyingTick(calls: number, isDone: boolean): Promise<void> {
    const mortal = new Mortal(calls, isDone);
    await Promise.race([this.tick(this.process(mortal)), mortal.death]);
  }

  /** Ticks once a minute, and lets each user look now and then. */
  async ticksFor(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      this.clock.advance(60);
      await this.tick();
      for (const userId of USERS) await this.open(({ lending }) => lending.leaseOf(userId, 'r-2'));
    }
  }

  /** What the store says of every VM that it still knows. */
  async known(): Promise<VmStatus[]> {
    const statuses = await Promise.all(VMS.map(({ id }) => this.store.status(id)));
    return statuses.filter((status) => status !== undefined);
  }

  /** A VM that is being stopped is nobody's, and nobody can get it. */
  private async expectNobodys(id: string): Promise<void> {
    const status = await this.store.status(id);
    if (status?.state !== 'checking') this.faults.push(`${id} is stopped while it is ${String(status?.state)}`);
  }

  private rules(minRunning: number) {
    return instancePool({ minRunning, idleMinutes: IDLE_MINUTES }, { access: 'stored-key' });
  }
}

/** Something that a random history does, by its name. */
interface Step {
  readonly run: (world: World) => Promise<unknown>;
  readonly toString: () => string;
}

function step(text: string, run: Step['run']): Step {
  return { run, toString: () => text };
}

const getVm = (userId: string, minutes: number) => {
  return step(`getvm(${userId}, ${String(minutes)})`, (world) =>
    world.open(({ lending }) => lending.acquire({ userId, minutes }, 'r-3')),
  );
};
const look = (userId: string) => {
  return step(`look(${userId})`, (world) => world.open(({ lending }) => lending.leaseOf(userId, 'r-3')));
};
const release = (userId: string) => {
  return step(`release(${userId})`, (world) => world.call(() => world.service.lending.release({ userId }, 'r-3')));
};
const tick = step('tick', (world) => world.tick());
const twoTicks = step('two ticks', (world) => Promise.all([world.tick(), world.tick()]));
const crowd = step('a tick while all want a VM', (world) =>
  Promise.all([world.tick(), ...USERS.map((userId) => getVm(userId, LONG_MINUTES).run(world))]),
);
const pass = (seconds: number) => {
  return step(`pass(${String(seconds)} s)`, async ({ clock }) => {
    clock.advance(seconds);
  });
};
const dyingTick = (calls: number, isDone: boolean) => {
  return step(`a tick dies ${isDone ? 'after' : 'before'} call ${String(calls)}`, (world) =>
    world.dyingTick(calls, isDone),
  );
};
const setMinRunning = (count: number) => {
  return step(`minRunning(${String(count)})`, async (world) => {
    world.setMinRunning(count);
  });
};

/** By hand, or by AWS. */
function happens(what: 'stopped' | 'running' | 'gone' | 'failing' | 'hanging', id: string): Step {
  return step(`${id} is ${what}`, async ({ provider }) => {
    const instance = provider.instance(id);
    if (instance.state === 'gone') return;
    if (what === 'failing') instance.failure = 'no capacity';
    else if (what === 'hanging') instance.looksLeft = 1_000;
    else instance.state = what;
  });
}

const userId = fc.constantFrom(...USERS);
const vmId = fc.constantFrom(...VMS.map(({ id }) => id));
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(userId, fc.constantFrom(5, LONG_MINUTES)).map((args) => getVm(...args)) },
  { weight: 3, arbitrary: userId.map(look) },
  { weight: 3, arbitrary: userId.map(release) },
  { weight: 6, arbitrary: fc.constant(tick) },
  { weight: 2, arbitrary: fc.constantFrom(twoTicks, crowd) },
  { weight: 6, arbitrary: fc.constantFrom(10, 30, 60, 120, 700).map(pass) },
  { weight: 4, arbitrary: fc.tuple(fc.integer({ min: 1, max: 14 }), fc.boolean()).map((args) => dyingTick(...args)) },
  { weight: 1, arbitrary: fc.nat(4).map(setMinRunning) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('stopped', 'stopped', 'running', 'gone', 'failing', 'hanging'), vmId)
      .map(([what, id]) => happens(what as 'stopped', id)),
  },
);

/** What a calm world makes of everything, whatever has happened before. VMs that do not start never will. */
async function expectCalm(world: World, minRunning: number): Promise<void> {
  const { provider, store, clock } = world;
  world.setMinRunning(minRunning);
  for (let minute = 0; minute < 3; minute++) {
    clock.advance(60);
    await world.tick();
  }
  // Whoever has a VM need not ask for it to be started.
  for (const { vm, state } of await world.known()) {
    const instance = provider.instance(vm.id);
    if (state === 'leased' && instance.failure === undefined) expect(instance.state).not.toBe('stopped');
  }
  await world.ticksFor(IDLE_MINUTES + 28);
  for (const user of USERS) {
    const held = await store.find(user, clock.nowSec);
    expect(held?.lease.startingTtlSec).toBeUndefined();
  }
  const statuses = await world.known();
  const isRunning = ({ vm }: VmStatus) => provider.instance(vm.id).state === 'running';
  const isGone = ({ vm }: VmStatus) => provider.instance(vm.id).state === 'gone';
  for (const status of statuses) expect(status.state).not.toBe('checking');
  // A VM that no longer exists stays with its holder only.
  expect(statuses.filter((status) => isGone(status) && status.state !== 'leased')).toEqual([]);
  const free = statuses.filter(({ state }) => state === 'free');
  // What the store says is true, so every VM that we have stopped is free.
  expect(free.filter((status) => isRunning(status) === (status.stopped ?? false))).toEqual([]);
  const stopped = statuses.filter(({ vm }) => provider.instance(vm.id).state === 'stopped');
  const startable = stopped.filter(({ vm }) => provider.instance(vm.id).failure === undefined);
  expect(startable.filter(({ state }) => state !== 'free' && state !== 'quarantined')).toEqual([]);
  expect(free.filter(isRunning)).toHaveLength(Math.min(minRunning, free.length));
}

/**
 * Runs random histories of a pool whose VMs are stopped and started: by the service, by hand and by AWS, with starts
 * that fail or hang, and with ticks that die at any of their calls. Nobody's VM is ever stopped by the service, and
 * whoever is let in has a VM that runs. When the world calms down, each lease has become ready, has another VM or is
 * over, and as many VMs run as should.
 */
export function describePowering(name: string, makeStore: StoreFactory, numRuns: number): void {
  describe(`VMs stopped and started over ${name}`, () => {
    it('are nobody’s while they are stopped, and run for whoever is let in, at every moment of a random history', async () => {
      const histories = fc.array(steps, { minLength: 5, maxLength: 40, size: 'max' });
      await fc.assert(
        fc.asyncProperty(histories, fc.nat(VMS.length), async (history, minRunning) => {
          const world = new World(await makeStore());
          await world.ticksFor(1);
          for (const { run } of history) {
            await run(world);
            expect(world.faults).toEqual([]);
          }
          await expectCalm(world, minRunning);
          expect(world.faults).toEqual([]);
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
