import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { Order } from '../../lambda/pool/orders.ts';
import type { PoolRules } from '../../lambda/pool/pool.ts';
import type { StoreFactory } from '../support/pool/lending.ts';
import { certificatePool, lendingOver, LIMITS, someVms } from '../support/pool/lending.ts';
import { expectFiguresAsEvents } from './figures-as-events.ts';
import type { Naming } from './lending-model/borrowing.ts';
import { acquire, connect, release, renew } from './lending-model/borrowing.ts';
import { USERS } from './lending-model/command.ts';
import { Model, WEEK_SEC } from './lending-model/model.ts';
import { look, operate, passTime, setHealth } from './lending-model/operating.ts';
import { exchange, start, stop } from './lending-model/power.ts';
import { Starts } from './lending-model/starts.ts';

/** A pool whose VMs may be stopped. */
const RULES: PoolRules = {
  ...certificatePool({ access: 'mock', check: 'none', reset: 'none' }),
  power: { minRunning: 0, idleMinutes: 15 },
};

const VM_IDS = someVms(3).map(({ id }) => id);

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
