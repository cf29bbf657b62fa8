/** One process of the function under load: several callers at once borrow, renew and release; sometimes a tick runs. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { OpenGrant } from '../../lambda/pool/provider.ts';
import type { Refusal } from '../../lambda/pool/refusals.ts';
import type { Vm } from '../../lambda/pool/vm.ts';
import { seededRandom } from '../support/pool/random.ts';
import type { FunctionProcess, Outcome } from '../support/processes/function-process.ts';
import { functionProcess, outcomeOf } from '../support/processes/function-process.ts';
import { serveTask } from '../support/processes/worker-task.ts';
import type { Entry } from './history.ts';

/** The load and its target. */
export interface BusyTask {
  readonly tableName: string;
  readonly vms: readonly Vm[];
  readonly users: number;
  readonly callers: number;
  readonly roundsEach: number;
  readonly seed: number;
}

/** Share of the leases that their caller does not give back, so that another caller finds them. */
const ABANDONED = 0.05;

/** Share of the leases whose acquire is repeated while they are given back, as a proxy would that retries late. */
const DUPLICATED = 0.3;

serveTask(async (task: BusyTask) => {
  const load = new Load(task);
  await Promise.all(Array.from({ length: task.callers }, () => load.call()));
  return load.entries;
});

class Load {
  readonly entries: Entry[] = [];
  private readonly service: FunctionProcess;
  private readonly random: () => number;

  constructor(private readonly task: BusyTask) {
    this.service = functionProcess({ ...task, clock: Date.now });
    this.random = seededRandom(task.seed);
  }

  async call(): Promise<void> {
    for (let round = 0; round < this.task.roundsEach; round++) {
      if (this.random() < 0.005) await outcomeOf(this.service.tick());
      await this.borrow(`user-${String(Math.floor(this.random() * this.task.users))}`);
    }
  }

  private async borrow(userId: string): Promise<void> {
    const { lending } = this.service;
    const idempotencyKey = randomUUID();
    const acquire = () => lending.acquire({ userId, idempotencyKey }, randomUUID());
    const outcome = await this.recorded({ use: 'acquire', userId }, acquire, ({ vm, lease }) => {
      return { vmId: vm.id, leaseId: lease.id };
    });
    if ('refusal' in outcome) {
      // Another caller acts for the same user, or has abandoned the lease. Half of the time, give it back for them.
      const { refusal } = outcome;
      if (refusal.code === 'already_allocated' && this.random() < 0.5) await this.giveBack(userId, refusal.lease.id);
      return;
    }
    await pause(this.random() * 20);
    const { id } = outcome.answer.lease;
    if (this.random() < 0.3) await this.renew(userId, id);
    if (this.random() < ABANDONED) return;
    const duplicate = this.random() < DUPLICATED ? () => this.duplicate(userId, id, acquire) : async () => undefined;
    await Promise.all([this.giveBack(userId, id), duplicate()]);
    await duplicate();
  }

  /** Repeats the acquire of a lease. @param leaseId - the lease that it got the first time */
  private async duplicate(userId: string, leaseId: string, acquire: () => Promise<OpenGrant>): Promise<void> {
    await this.recorded({ use: 'duplicate', userId, leaseId }, acquire, ({ vm, lease }) => {
      return { vmId: vm.id, code: lease.id === leaseId ? 'ok' : `lent ${lease.id} too` };
    });
  }

  private async renew(userId: string, leaseId: string): Promise<void> {
    const renew = () => this.service.lending.renew({ userId, leaseId, minutes: 600 }, randomUUID());
    await this.recorded({ use: 'renew', userId, leaseId }, renew, () => ({}));
  }

  private async giveBack(userId: string, leaseId: string): Promise<void> {
    const release = () => this.service.lending.release({ userId, leaseId }, randomUUID());
    await this.recorded({ use: 'release', userId, leaseId }, release, ({ vm, state }) => ({ vmId: vm.id, state }));
  }

  private async recorded<Answer>(
    asked: Pick<Entry, 'use' | 'userId' | 'leaseId'>,
    call: () => Promise<Answer>,
    factsOf: (answer: Answer) => Partial<Entry>,
  ): Promise<Outcome<Answer>> {
    const startMs = sharedMs();
    const outcome = await untilAnswered(call);
    const result = 'answer' in outcome ? { code: 'ok', ...factsOf(outcome.answer) } : refused(outcome.refusal);
    this.entries.push({ startMs, endMs: sharedMs(), ...asked, ...result });
    return outcome;
  }
}

/** Retries on `store_unavailable`: on a busy computer the database may be too slow without any fault. */
async function untilAnswered<Answer>(call: () => Promise<Answer>): Promise<Outcome<Answer>> {
  for (;;) {
    const outcome = await outcomeOf(call());
    if ('answer' in outcome || outcome.refusal.code !== 'store_unavailable') return outcome;
  }
}

function refused(refusal: Refusal): Pick<Entry, 'code' | 'leaseId'> {
  return { code: refusal.code, ...(refusal.code === 'already_allocated' && { leaseId: refusal.lease.id }) };
}

/** Milliseconds of a clock that all processes of a computer share and that never goes back. */
function sharedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
