import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Vm } from '../../lambda/pool/vm.ts';
import { PoolTable } from '../support/dynamodb/pool-table.ts';
import { Borrower } from '../support/pool/borrower.ts';
import { someVms } from '../support/pool/lending.ts';
import { seededRandom } from '../support/pool/random.ts';
import type { FunctionProcess } from '../support/processes/function-process.ts';
import { functionProcess, outcomeOf } from '../support/processes/function-process.ts';

/** The size of a world, and how much goes wrong in it. */
export interface History {
  readonly seed: number;
  readonly users: number;
  readonly vms: number;
  readonly actsEach: number;
  /** Share of the requests with a fault, 0 to 1 */
  readonly faultRate: number;
}

/** Processes that share the calls of a world. */
const PROCESSES = 4;

/** Mean pauses of the operator and of the reaper, milliseconds. */
const OPERATOR_PAUSE_MS = 300;
const REAPER_PAUSE_MS = 500;

/** The real time, which a test can move forward. */
class JumpingClock {
  private jumpedMs = 0;

  readonly read = (): number => Date.now() + this.jumpedMs;

  jump(minutes: number): void {
    this.jumpedMs += minutes * 60_000;
  }
}

/** A pool with its users, its reaper and its operator, whose time jumps. */
export class World {
  readonly clock = new JumpingClock();
  readonly borrowers: readonly Borrower[];
  private readonly random: () => number;
  private readonly vms: readonly Vm[];
  private readonly processes: readonly FunctionProcess[];

  constructor(
    private readonly client: DynamoDBClient,
    private readonly tableName: string,
    private readonly history: History,
  ) {
    const vms = someVms(history.vms);
    const clock = this.clock.read;
    const random = seededRandom(history.seed);
    const instance = () => this.anyProcess();
    const lookUp = (userId: string, nowSec: number) => PoolTable.leaseOf(client, tableName, userId, nowSec);
    this.random = random;
    this.vms = vms;
    this.processes = Array.from({ length: PROCESSES }, () => functionProcess({ tableName, vms, clock }));
    this.borrowers = Array.from(
      { length: history.users },
      (_, index) => new Borrower(`user-${String(index)}`, { instance, clock, random, lookUp }),
    );
  }

  /** Runs the history: users act, time jumps, the reaper runs, and an operator drains and returns VMs, all at once. */
  async live(): Promise<void> {
    let isOver = false;
    const repeat = async (act: () => Promise<unknown>, meanPauseMs: number) => {
      while (!isOver) {
        await act();
        await pause(this.random() * meanPauseMs * 2);
      }
    };
    const others = [repeat(() => this.operate(), OPERATOR_PAUSE_MS), repeat(() => this.tryTick(), REAPER_PAUSE_MS)];
    try {
      await Promise.all(this.borrowers.map((borrower) => actOften(borrower, this.history.actsEach)));
    } finally {
      isOver = true;
      await Promise.all(others);
    }
  }

  /** Runs a tick, and retries it when the database is too slow: a busy computer is, without any fault. */
  async tick(): Promise<void> {
    const outcome = await this.tryTick();
    if ('refusal' in outcome) await this.tick();
  }

  async table(): Promise<PoolTable> {
    return PoolTable.read(this.client, this.tableName);
  }

  /** What is wrong although no call is in flight. @returns a sentence for each fault in the table and in an answer */
  async faults(): Promise<string[]> {
    const inTable = (await this.table()).faults(this.vms, Math.floor(this.clock.read() / 1000));
    return [...inTable, ...this.borrowers.flatMap(({ complaints }) => complaints)];
  }

  private anyProcess(): FunctionProcess {
    return anyOf(this.processes, this.random);
  }

  private tryTick() {
    return outcomeOf(this.anyProcess().tick());
  }

  private async operate(): Promise<void> {
    this.clock.jump(this.random() < 0.2 ? Math.floor(this.random() * 20) : 0);
    const { id: vmId } = anyOf(this.vms, this.random);
    const order = this.random() < 0.4 ? 'drain' : 'return';
    const { operations } = this.anyProcess();
    await outcomeOf(operations.order({ order, vmId, reason: 'a test', operator: 'an operator' }, 'operate'));
  }
}

async function actOften(borrower: Borrower, times: number): Promise<void> {
  for (let acts = 0; acts < times; acts++) await borrower.act();
}

function anyOf<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to choose from');
  return item;
}
