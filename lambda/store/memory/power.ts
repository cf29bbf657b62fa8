/** What stopping VMs needs of the store. Loaded where VMs are stopped. */
import type { PoolSavings } from '../../pool/ports.ts';
import type { Savings } from '../../pool/savings.ts';
import { addedUp } from '../../pool/savings.ts';
import type { VmStatus } from '../../pool/vm.ts';
import { statusOf } from './slot.ts';
import type { Vms } from './vms.ts';

/** The free VMs, and what the stopped ones saved. */
export class Power {
  private saved: Savings | undefined;

  constructor(private readonly vms: Vms) {}

  /** Every free VM of a pool, running or stopped. */
  free(pool: string): VmStatus[] {
    return [...this.vms.all()].filter(({ vm, state }) => state === 'free' && vm.pool === pool).map(statusOf);
  }

  /** Adds the time since the last call for each stopped VM. */
  addStoppedTime(stopped: ReadonlyMap<string, number>, nowSec: number): void {
    this.saved = addedUp(this.saved, stopped, nowSec) ?? this.saved;
  }

  /** By pool; only pools that ever had stopped VMs. */
  savings(): ReadonlyMap<string, PoolSavings> {
    return new Map(Object.entries(this.saved?.pools ?? {}));
  }
}
