import pMap from 'p-map';
import type { EventKind } from './event.ts';
import { REAPER, secondsOf } from './event.ts';
import type { VmChange } from './life.ts';
import type { Changed, Clock, PowerStore } from './ports.ts';
import type { VmStatus } from './vm.ts';

/** A VM on which something failed. */
export interface Fault {
  readonly vmId: string;
  readonly error: unknown;
}

/** VMs changed at the same moment. */
const PARALLEL = 32;

/** One run of power upkeep: what it may do until when, and what failed. */
export class PowerRound {
  readonly faults: Fault[] = [];
  stopped = 0;
  /** VMs that are due for a check, which starts them. */
  toStart = 0;

  constructor(
    private readonly store: Pick<PowerStore, 'change'>,
    private readonly clock: Clock,
    private readonly requestId: string,
    /** From then on nothing more begins, UTC epoch milliseconds. */
    private readonly endMs: number,
  ) {}

  get isOver(): boolean {
    return this.clock() >= this.endMs;
  }

  get nowSec(): number {
    return secondsOf({ nowMs: this.clock() });
  }

  /**
   * Works on many VMs at once. One that fails does not stop the others.
   * @param items - what to work on, each after the id of its VM
   * @returns what was done, without failures
   */
  async each<Item, Done>(
    items: readonly (readonly [vmId: string, item: Item])[],
    work: (item: Item) => Promise<Done>,
  ): Promise<Done[]> {
    const done: Done[] = [];
    const workOne = async ([vmId, item]: readonly [string, Item]) => {
      try {
        done.push(await work(item));
      } catch (error) {
        this.faults.push({ vmId, error });
      }
    };
    await pMap(items, workOne, { concurrency: PARALLEL });
    return done;
  }

  /** Changes a VM, unless somebody else has. @param kind - of the event; undefined for none */
  async change(before: VmStatus, change: VmChange, kind?: EventKind, reason?: string): Promise<Changed> {
    if (kind === undefined) return this.store.change(before, change);
    const { vm, lease } = before;
    const act = { who: REAPER, nowMs: this.clock(), requestId: this.requestId };
    const event = { kind, vmId: vm.id, userId: lease?.userId, leaseId: lease?.id, reason, act };
    return this.store.change(before, change, event);
  }
}
