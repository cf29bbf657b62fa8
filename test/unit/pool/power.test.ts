import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../../../lambda/pool/journal.ts';
import { StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import { createTick } from '../../../lambda/pool/tick.ts';
import { happenedTo, instancePool, ONE_RUNS, serviceOverInstances, stopFree } from '../../support/pool/instances.ts';
import { CHECKS } from '../../support/pool/lending.ts';

const IDLE_SEC = 15 * 60;

let service: Awaited<ReturnType<typeof serviceOverInstances>>;

const tick = () => service.tick('r-1', 10_000);
const status = (id: string) => service.store.status(id);
const instance = (id: string) => service.provider.instance(id);

async function lend(userId: string) {
  return service.lending.acquire({ userId, minutes: 600 }, 'r-2');
}

/** Ticks once a minute. */
async function ticksFor(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    service.clock.advance(60);
    await tick();
  }
}

beforeEach(async () => {
  service = await serviceOverInstances(3);
});

describe('a tick', () => {
  it('stops VMs that have been idle, but not the number that is to run', async () => {
    await ticksFor(14);
    expect(service.provider.stopped).toEqual([]);
    await ticksFor(1);
    expect(service.provider.stopped).toEqual(['vm-01', 'vm-02']);
    expect(await status('vm-01')).toMatchObject({ state: 'free', stopped: true, freeSinceSec: service.clock.nowSec });
    expect(await happenedTo(service.store, 'vm-01')).toEqual(['added', 'check_passed', 'stopping', 'stopped']);
    await ticksFor(60);
    expect(service.provider.stopped).toHaveLength(2);
    expect(await happenedTo(service.store, 'vm-01')).toHaveLength(4);
  });

  it('stops the one that is idle for longest when another comes back', async () => {
    await lend('alice');
    await ticksFor(15);
    expect(service.provider.stopped).toEqual(['vm-02']);
    await service.lending.release({ userId: 'alice' }, 'r-3');
    // A certificate of the lease opens it for a while.
    await ticksFor(6);
    expect(service.provider.stopped).toEqual(['vm-02']);
    await ticksFor(60);
    expect(service.provider.stopped).toEqual(['vm-02', 'vm-03']);
  });

  it('starts VMs when too few run, and checks them before they are lent', async () => {
    await stopFree(service, 'vm-01', 'vm-02', 'vm-03');
    service.provider.rules = instancePool({ minRunning: 2, idleMinutes: 15 });
    service.clock.advance(60);
    await tick();
    expect(await happenedTo(service.store, 'vm-01')).toEqual([
      ...['added', 'check_passed', 'stopped'],
      ...['starting: more free VMs are to run', 'waiting: the instance is being started'],
    ]);
    expect(service.provider.checked.map(({ use }) => use)).toEqual([undefined, undefined]);
    await ticksFor(1);
    expect(await status('vm-01')).toMatchObject({ state: 'free' });
    expect((await status('vm-01'))?.stopped).toBeUndefined();
    await ticksFor(5);
    expect(await status('vm-03')).toMatchObject({ stopped: true });
  });

  it('starts and stops by the schedule of the pool', async () => {
    const changes = [
      { cron: '0 13 * * *', minRunning: 3 },
      { cron: '0 14 * * *', minRunning: 0 },
    ];
    service.provider.rules = instancePool({ ...ONE_RUNS, schedule: { timezone: 'UTC', changes } });
    await ticksFor(59);
    // The change of yesterday still counts.
    expect(service.provider.stopped).toHaveLength(3);
    await ticksFor(3);
    expect((await service.upkeep.counts()).get('default')).toMatchObject({ free: 3 });
    expect(await service.store.free('default')).toMatchObject([{ stopped: undefined }, {}, {}]);
    await ticksFor(60);
    expect(service.provider.stopped).toHaveLength(6);
  });

  it('starts all VMs of a pool that no longer stops any', async () => {
    await stopFree(service, 'vm-01', 'vm-02');
    service.provider.rules = instancePool(undefined);
    await ticksFor(3);
    expect((await service.store.free('default')).map(({ stopped }) => stopped)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('leaves VMs alone that no search finds', async () => {
    service.provider.rules = instancePool(ONE_RUNS, { areFound: false });
    await ticksFor(30);
    expect(service.provider.stopped).toEqual([]);
  });

  it('knows VMs to be stopped that somebody else has stopped', async () => {
    service.clock.advance(60);
    instance('vm-01').state = 'stopped';
    await tick();
    expect(await status('vm-01')).toMatchObject({ state: 'free', stopped: true });
    expect((await happenedTo(service.store, 'vm-01')).at(-1)).toBe('stopped: stopped outside of vm-pool');
  });

  it('checks VMs that somebody else has started', async () => {
    await stopFree(service, 'vm-01');
    service.clock.advance(60);
    instance('vm-01').state = 'running';
    await tick();
    expect(await status('vm-01')).toMatchObject({ state: 'free', stopped: undefined });
    expect((await happenedTo(service.store, 'vm-01')).slice(-2)).toEqual([
      'starting: started outside of vm-pool',
      'check_passed',
    ]);
  });
});

describe('a VM that is being stopped', () => {
  it('is nobody else’s: it can neither be lent nor checked meanwhile', async () => {
    service = await serviceOverInstances(1, instancePool({ minRunning: 0, idleMinutes: 15 }));
    service.provider.onStop = async () => {
      expect(await status('vm-01')).toMatchObject({ state: 'checking' });
      await expect(lend('alice')).rejects.toMatchObject({ code: 'pool_empty' });
      expect(service.provider.checked).toEqual([]);
    };
    service.clock.advance(IDLE_SEC);
    await tick();
    expect(service.provider.stopped).toEqual(['vm-01']);
    expect(await lend('alice')).toMatchObject({ unready: { status: 'starting' } });
  });

  it('is checked when it does not stop, with the reason', async () => {
    service.provider.keepRunning.set('vm-01', 'IncorrectInstanceState');
    service.clock.advance(IDLE_SEC);
    await tick();
    const happened = await happenedTo(service.store, 'vm-01');
    expect(happened.slice(-2)).toEqual(['stopping', 'waiting: it does not stop: IncorrectInstanceState']);
    expect(await status('vm-01')).toMatchObject({
      state: 'checking',
      reason: 'it does not stop: IncorrectInstanceState',
    });
    await ticksFor(1);
    expect(await status('vm-01')).toMatchObject({ state: 'free' });
  });

  it('is not lent while a stop may still come that AWS has not answered', async () => {
    service = await serviceOverInstances(1, instancePool({ minRunning: 0, idleMinutes: 15 }));
    service.provider.keepRunning.set('vm-01', 'ec2 did not answer: TimeoutError');
    service.clock.advance(IDLE_SEC);
    await tick();
    service.clock.advance(59);
    await service.upkeep.tidy('r-4', 10);
    await expect(lend('alice')).rejects.toMatchObject({ code: 'pool_empty' });
    // The call to AWS has come through after all.
    instance('vm-01').state = 'stopped';
    await ticksFor(3);
    expect(await lend('alice')).toMatchObject({ vm: { id: 'vm-01' }, login: {} });
  });

  it('comes back by a check when its process dies, before or after the stop', async () => {
    const die = new Promise<void>(() => undefined);
    service.provider.onStop = () => die;
    service.clock.advance(IDLE_SEC);
    void tick();
    await new Promise(setImmediate);
    // The call to AWS came through, but nobody has read the answer.
    instance('vm-01').state = 'stopped';
    service.provider.onStop = () => undefined;
    for (let second = 0; second < 59; second++) {
      service.clock.advance(1);
      await service.upkeep.tidy('r-4', 10);
      expect(await status('vm-01')).toMatchObject({ state: 'checking' });
    }
    service.clock.advance(1);
    await ticksFor(3);
    expect(await status('vm-01')).toMatchObject({ state: 'free' });
    expect(await status('vm-02')).toMatchObject({ state: 'free' });
  });

  it('is stopped once when two ticks come at once', async () => {
    service.clock.advance(IDLE_SEC);
    await Promise.all([tick(), tick()]);
    expect(service.provider.stopped.sort()).toEqual(['vm-01', 'vm-02']);
  });

  it('is not stopped when somebody gets it first', async () => {
    const change = service.store.change.bind(service.store);
    service.store.change = async (before, to, event) => {
      if (event?.kind === 'stopping' && before.vm.id === 'vm-01') await lend('alice');
      return change(before, to, event);
    };
    service.clock.advance(IDLE_SEC);
    await tick();
    expect(await status('vm-01')).toMatchObject({ state: 'leased' });
    expect(service.provider.stopped).toEqual(['vm-02']);
  });

  it('does not keep others when its change fails', async () => {
    const change = service.store.change.bind(service.store);
    service.store.change = async (before, to, event) => {
      if (event?.kind === 'stopping' && before.vm.id === 'vm-01') throw new StoreUnavailable();
      return change(before, to, event);
    };
    service.clock.advance(IDLE_SEC);
    await tick();
    expect(service.provider.stopped).toEqual(['vm-02']);
  });

  it('is one of a hundred that one call stops, as long as there is time', async () => {
    service = await serviceOverInstances(250, instancePool({ minRunning: 0, idleMinutes: 15 }));
    const calls: number[] = [];
    service.provider.onStop = (vms) => {
      calls.push(vms.length);
      service.clock.advance(6);
    };
    service.clock.advance(IDLE_SEC);
    await tick();
    expect(calls).toEqual([100, 100]);
    await ticksFor(1);
    expect(calls).toEqual([100, 100, 50]);
  });
});

describe('a VM that somebody has', () => {
  beforeEach(async () => {
    await lend('alice');
  });

  it('is started again when it was stopped, which is on record each time it happens', async () => {
    for (const stops of [1, 2]) {
      instance('vm-01').state = 'stopped';
      service.provider.looksOfAStart = 3;
      await ticksFor(1);
      expect(instance('vm-01').state).toBe('starting');
      const happened = await happenedTo(service.store, 'vm-01');
      expect(happened.filter((text) => text === 'starting: stopped outside of vm-pool')).toHaveLength(stops);
      instance('vm-01').state = 'running';
      await ticksFor(2);
      expect((await status('vm-01'))?.reason).toBeUndefined();
    }
    expect(await status('vm-01')).toMatchObject({ state: 'leased', lease: { userId: 'alice' } });
  });

  it('and does not start is on record once, with the reason', async () => {
    Object.assign(instance('vm-01'), { state: 'stopped', failure: 'no capacity' });
    await ticksFor(5);
    const reason = 'stopped outside of vm-pool, and does not start: no capacity';
    expect(await happenedTo(service.store, 'vm-01')).toEqual([
      'added',
      'check_passed',
      'acquired',
      `starting: ${reason}`,
    ]);
    expect(await status('vm-01')).toMatchObject({ state: 'leased', reason });
  });

  it('is on record once when it is gone', async () => {
    instance('vm-01').state = 'gone';
    await ticksFor(3);
    expect((await happenedTo(service.store, 'vm-01')).filter((text) => text.startsWith('gone'))).toEqual([
      'gone: it no longer exists',
    ]);
  });

  it('keeps the reason of an operator', async () => {
    const order = { order: 'drain', vmId: 'vm-01', reason: 'repair', operator: 'ops' } as const;
    await service.operations.order(order, 'r-3');
    Object.assign(instance('vm-01'), { state: 'stopped', failure: 'no capacity' });
    await ticksFor(3);
    expect(await status('vm-01')).toMatchObject({ reason: 'repair', draining: true });
    const happened = await happenedTo(service.store, 'vm-01');
    expect(happened.filter((text) => text.startsWith('starting'))).toHaveLength(1);
  });
});

describe('what stopped VMs save', () => {
  it('is counted and shown', async () => {
    await ticksFor(15);
    await ticksFor(60);
    const { power } = (await service.lending.pools('r-2')).get('default') ?? {};
    expect(power).toEqual({ running: 1, stopped: 2, minRunning: 1, stoppedSec: 2 * 3600 });
    const series = service.tally.series();
    const of = (name: string) =>
      series.filter((one) => one.name === name).map(({ labels, value }) => ({ ...labels, value }));
    expect(of('poweredVms')).toEqual([
      { pool: 'default', power: 'running', value: 1 },
      { pool: 'default', power: 'stopped', value: 2 },
    ]);
    expect(of('stoppedSeconds')).toEqual([{ pool: 'default', value: 2 * 3600 }]);
  });

  it('goes on in a tick that has no time left for the pool', async () => {
    await ticksFor(15);
    const saved = async () => (await service.store.savings()).get('default');
    const before = (await saved())?.stoppedSec ?? 0;
    service.clock.advance(60);
    await service.tick('r-9', 0);
    expect(await saved()).toEqual({ stopped: 2, stoppedSec: before + 120 });
  });

  it('is not shown of a pool that stops none, nor counted', async () => {
    service.provider.rules = instancePool(undefined);
    await ticksFor(2);
    expect((await service.lending.pools('r-2')).get('default')?.power).toBeUndefined();
    expect(service.tally.series().filter(({ name }) => name === 'poweredVms')).toEqual([]);
  });

  it('shows all VMs as those that are to run before the first change of a schedule', async () => {
    const schedule = { timezone: 'UTC', changes: [{ cron: '0 0 30 2 *', minRunning: 1 }] };
    service.provider.rules = instancePool({ minRunning: Infinity, idleMinutes: 15, schedule });
    expect((await service.lending.pools('r-2')).get('default')?.power).toMatchObject({ running: 3, minRunning: 3 });
  });
});

describe('the log of a tick', () => {
  async function entriesOf(): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    const { store, upkeep, provider, clock, tally } = service;
    const policyOf = () => ({ ...provider.rules, checkLimitSec: 20, retry: CHECKS });
    const ports = { clock: clock.read, meter: tally.meter };
    const power = { ...ports, store, power: provider.power, policyOf };
    const journal = (entry: JournalEntry) => entries.push(entry);
    await createTick({ ...ports, upkeep, journal, watchesInventory: true, power })('r-1', 10_000).catch(
      () => undefined,
    );
    return entries;
  }

  it('says how many VMs were stopped, and which could not be', async () => {
    const change = service.store.change.bind(service.store);
    service.store.change = async (before, to, event) => {
      if (event?.kind === 'stopping' && before.vm.id === 'vm-01') throw new StoreUnavailable();
      return change(before, to, event);
    };
    service.clock.advance(IDLE_SEC);
    const entries = await entriesOf();
    expect(entries[0]).toMatchObject({
      ...{ level: 'ERROR', message: 'a VM could not be stopped or started', fields: { vmId: 'vm-01' } },
    });
    expect(entries.at(-1)).toMatchObject({ message: 'tick', fields: { stopped: 1, toStart: 0, checked: 0 } });
  });

  it('counts the checks that start VMs', async () => {
    await stopFree(service, 'vm-01', 'vm-02', 'vm-03');
    service.clock.advance(60);
    expect((await entriesOf()).at(-1)).toMatchObject({ fields: { stopped: 0, toStart: 1, checked: 1 } });
  });

  it('comes although no VM can be stopped, and the claimed ones come back', async () => {
    service.provider.power.stop = () => Promise.reject(new Error('no'));
    service.clock.advance(IDLE_SEC);
    const entries = await entriesOf();
    expect(entries.filter(({ level }) => level === 'ERROR').map(({ fields }) => fields)).toMatchObject([
      { vmId: 'vm-01' },
      { vmId: 'vm-02' },
    ]);
    expect(entries.at(-1)).toMatchObject({ message: 'tick', fields: { stopped: 0 } });
    await ticksFor(1);
    expect((await service.store.free('default')).map(({ stopped }) => stopped)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
