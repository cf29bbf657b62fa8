import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventKind } from '../../lambda/pool/event.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { someVms } from '../support/pool/lending.ts';
import { functionProcess } from '../support/processes/function-process.ts';
import { compiledWorker, Worker } from '../support/processes/worker.ts';
import type { BusyTask } from './busy-process.ts';
import type { Entry } from './history.ts';
import { PoolHistory } from './history.ts';

const PROCESSES = 8;
const CALLERS = 4;
const USERS = 200;

let database: TestDatabase;
let bundle: string;

beforeAll(async () => {
  database = await TestDatabase.start();
  bundle = await compiledWorker('busy-process');
  Object.assign(process.env, database.local.variables);
}, 60_000);

afterAll(() => database.stop());

/** Starts all processes on one fresh table. @returns the answers they got, and the content of the table at the end */
async function rush(vmCount: number, roundsEach: number) {
  const vms = someVms(vmCount);
  const tableName = await database.freshTable();
  const service = functionProcess({ tableName, vms, clock: Date.now });
  await service.upkeep.sync('prepare');
  const workers = Array.from(
    { length: PROCESSES },
    () => new Worker<BusyTask, Entry[]>(bundle, database.local.variables),
  );
  const load = { tableName, vms, users: USERS, callers: CALLERS, roundsEach };
  const entries = await Promise.all(workers.map((worker, seed) => worker.run({ ...load, seed })));
  const exitCodes = await Promise.all(workers.map(({ ended }) => ended));
  await service.tick();
  const table = await PoolTable.read(database.client, tableName);
  const history = new PoolHistory(
    entries.flatMap((some = []) => some),
    vms.map(({ id }) => id),
  );
  return { vms, exitCodes, history, table };
}

const refusalCodes = ({ history }: Awaited<ReturnType<typeof rush>>, use: Entry['use']) => {
  return ['no_lease', 'lease_superseded', 'idempotency_key_reused', 'idempotency_key_spent'].flatMap((code) =>
    history.all(use, code),
  );
};

describe(`${String(PROCESSES)} processes of ${String(CALLERS)} callers on one table, for ${String(USERS)} users`, () => {
  it.each([
    { about: 'fewer VMs than callers', vmCount: 12, roundsEach: 20 },
    { about: 'as many VMs as callers', vmCount: 32, roundsEach: 15 },
    { about: 'VMs for all users', vmCount: USERS, roundsEach: 12 },
  ])(
    'lend no VM twice, give no user two VMs, and refuse nobody without a reason: $about',
    async ({ about, vmCount, roundsEach }) => {
      const outcome = await rush(vmCount, roundsEach);
      const { vms, exitCodes, history, table } = outcome;
      expect(new Set(exitCodes)).toEqual(new Set([0]));
      expect(history.faults()).toEqual([]);
      expect(table.faults(vms, Date.now() / 1000)).toEqual([]);
      if (vmCount === USERS) expect(history.all('acquire', 'pool_empty')).toEqual([]);

      // A release that names a granted lease succeeds, however often it is repeated.
      expect(refusalCodes(outcome, 'release')).toEqual([]);
      expect(refusalCodes(outcome, 'acquire')).toEqual([]);

      const eventsOf = (wanted: EventKind) => table.events.filter(({ kind }) => kind === wanted);
      const idsOf = (some: readonly { readonly leaseId?: string | undefined }[]) =>
        some.map(({ leaseId }) => leaseId).sort();
      const granted = history.leases;
      const released = granted.filter(({ releases }) => releases.length > 0);
      const open = granted.filter(({ releases }) => releases.length === 0);
      expect(idsOf(eventsOf('acquired'))).toEqual(idsOf(granted));
      expect(idsOf(eventsOf('released'))).toEqual(idsOf(released));
      // A renewal whose answer was late is repeated, and may have happened twice.
      expect(new Set(idsOf(eventsOf('renewed')))).toEqual(new Set(idsOf(history.all('renew', 'ok'))));
      expect([...table.leases(Date.now() / 1000).values()].map(({ id }) => id).sort()).toEqual(idsOf(open));

      const count = (use: Entry['use'], code: string) => `${String(history.all(use, code).length)} ${code}`;
      const acquired = ['ok', 'already_allocated', 'pool_empty'].map((code) => count('acquire', code)).join(', ');
      const late = ['ok', 'idempotency_key_spent'].map((code) => count('duplicate', code)).join(', ');
      console.log(
        `${about}: acquire ${acquired}; duplicates ${late}; release ${count('release', 'ok')}; renew ${count('renew', 'ok')}`,
      );
    },
    120_000,
  );
});
