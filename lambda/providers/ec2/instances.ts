import type { Ec2, Instance } from '../../aws/ec2.ts';
import type { Clock } from '../../pool/ports.ts';
import type { Vm } from '../../pool/vm.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import type { InstanceTags } from './instance-vm.ts';
import { vmOf } from './instance-vm.ts';
import type { Look } from './look.ts';
import { lookAt, powerOf } from './look.ts';

/**
 * Longest that a look may take, milliseconds. A process starts with the first one, and Lambda allows 10 s for all of a
 * start; a tick waits for each other one.
 */
const LIMITS = { firstMs: 3_000, laterMs: 6_000 };

/** One instance as it is now. Without a VM: why it is none that can be lent, as a sentence. */
export type Fresh =
  | { readonly instance: Instance; readonly vm: Vm; readonly fault?: undefined }
  | { readonly instance: Instance; readonly vm: undefined; readonly fault: string };

/** Finds the instances that are VMs of pools, and keeps what it found last. */
export class Instances {
  private found: { readonly instances: readonly Instance[]; readonly atMs: number } | undefined;
  private looked: Look | undefined;
  private limitMs: number;

  constructor(
    private readonly ec2: Pick<Ec2, 'tagged' | 'instance'>,
    private readonly tags: InstanceTags,
    private readonly clock: Clock,
    private readonly limits = LIMITS,
  ) {
    this.limitMs = limits.firstMs;
  }

  /** What the last look found. */
  get last(): Look | undefined {
    return this.looked;
  }

  /**
   * Reads all instances of these pools anew. If they can't be read, those that were found before stand, with a fault;
   * but nobody knows their states.
   * @throws AwsError when they can't be read, and never could
   */
  async look(pools: readonly Pool[]): Promise<Look> {
    this.looked = await this.lookNow(pools);
    return this.looked;
  }

  /**
   * Reads one instance as it is now.
   * @param pools - by name
   * @returns undefined when EC2 no longer knows it
   * @throws AwsError when it can't be read
   */
  async fresh(id: string, pools: ReadonlyMap<string, Pool>): Promise<Fresh | undefined> {
    const instance = await this.ec2.instance(id);
    if (instance === undefined) return undefined;
    if (powerOf(instance) === 'gone') return { instance, vm: undefined, fault: `instance ${id}: it is terminated` };
    const name = instance.tags[this.tags.pool];
    const pool = pools.get(name ?? '');
    if (pool?.name !== name || pool?.ec2 === undefined) return { instance, vm: undefined, fault: this.strayed(id) };
    const made = vmOf(instance, pool, this.tags);
    return 'vm' in made ? { instance, vm: made.vm } : { instance, vm: undefined, fault: made.fault };
  }

  private async lookNow(pools: readonly Pool[]): Promise<Look> {
    const names = pools.map(({ name }) => name);
    try {
      const instances = names.length === 0 ? [] : await this.ec2.tagged(this.tags.pool, names, this.limit());
      this.found = { instances, atMs: this.clock() };
      return lookAt(instances, pools, this.tags);
    } catch (error) {
      if (this.found === undefined) throw error;
      const stale = lookAt(this.found.instances, pools, this.tags);
      return { ...stale, states: new Map(), faults: [this.staleSince(this.found.atMs, error), ...stale.faults] };
    }
  }

  private limit(): AbortSignal {
    const limit = AbortSignal.timeout(this.limitMs);
    this.limitMs = this.limits.laterMs;
    return limit;
  }

  private staleSince(atMs: number, error: unknown): string {
    const why = error instanceof Error ? error.message : 'unknown';
    const agoSec = Math.round((this.clock() - atMs) / 1000);
    return `the instances can't be read: ${why}; those of ${agoSec} s ago stand`;
  }

  private strayed(id: string): string {
    return `instance ${id}: its tag ${this.tags.pool} names no pool of EC2 instances`;
  }
}
