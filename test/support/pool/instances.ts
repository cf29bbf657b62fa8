/** VMs that start and stop, as the instances of a cloud do. A test decides how long that takes, and what fails. */
import type { Login } from '../../../lambda/pool/access.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
import { unchanged } from '../../../lambda/pool/life.ts';
import type { PoolRules, PowerRules } from '../../../lambda/pool/pool.ts';
import type { LeaseStore, OperatorStore } from '../../../lambda/pool/ports.ts';
import type {
  Inventory,
  Opened,
  Opening,
  Power,
  PowerState,
  Readiness,
  VmProvider,
} from '../../../lambda/pool/provider.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { MemoryStore } from '../../../lambda/store/memory/store.ts';
import { createTally } from '../../../lambda/telemetry/meter.ts';
import { LIMITS, serviceOver, someVms, TestClock } from './lending.ts';

/** One instance, as it is now. */
export interface Instance {
  state: 'running' | 'stopped' | 'starting' | 'gone';
  /** Why it does not start. */
  failure?: string | undefined;
  /** Looks at it until a start is over. */
  looksLeft?: number;
}

/** A pool of instances that are stopped while nobody needs them. */
export function instancePool(power?: PowerRules, more: Partial<PoolRules> = {}): PoolRules {
  const rules = { access: 'certificate', check: 'host-key', reset: 'none', checkLimitSec: 20 } as const;
  return { name: 'default', aliases: [], lease: LIMITS, ...rules, areFound: true, power, ...more };
}

/** A provider of VMs that are instances. Every call is over at once; a start takes some looks. */
export class Instances implements VmProvider {
  readonly instances = new Map<string, Instance>();
  readonly opened: Opening[] = [];
  readonly woken: string[] = [];
  readonly stopped: string[] = [];
  readonly checked: VmStatus[] = [];
  /** Looks that a start takes. */
  looksOfAStart = 1;
  /** Why instances do not stop, by id. */
  readonly keepRunning = new Map<string, string>();
  onStop: (vms: readonly Vm[]) => Promise<void> | void = () => undefined;
  facts: Omit<Inventory, 'vms'> = {};
  readonly power: { -readonly [Name in keyof Power]: Power[Name] };

  constructor(
    public vms: readonly Vm[],
    public rules: PoolRules,
  ) {
    for (const { id } of vms) this.instances.set(id, { state: 'running' });
    this.power = {
      states: () => this.states(),
      wake: async (vm) => this.wake(vm),
      stop: async (vms) => this.stop(vms),
    };
  }

  instance(id: string): Instance {
    const instance = this.instances.get(id);
    if (instance === undefined) throw new Error(`there is no instance ${id}`);
    return instance;
  }

  async inventory(): Promise<Inventory> {
    const gone = [...this.instances].filter(([, { state }]) => state === 'gone').map(([id]) => id);
    return { vms: this.vms.filter(({ id }) => !gone.includes(id)), gone: new Set(gone), ...this.facts };
  }

  async refresh(): Promise<void> {
    // The rules never change by themselves.
  }

  pool(name: string): PoolRules | undefined {
    return name === this.rules.name ? this.rules : undefined;
  }

  async hostKeys(): Promise<readonly string[]> {
    return [];
  }

  async open(opening: Opening): Promise<Opened> {
    this.opened.push(opening);
    const { vm } = opening;
    const instance = this.instance(vm.id);
    const { state } = instance;
    if (state === 'gone') return { vm, unready: { status: 'gone', why: 'it was terminated', againInSec: 60 } };
    if (state === 'running') return { vm, login: loginTo(vm) };
    const isReady = instance.failure === undefined && this.hasStarted(instance);
    if (isReady) return { vm, login: loginTo(vm) };
    return { vm, unready: { status: 'starting', why: 'it was stopped', againInSec: 10 } };
  }

  async check(status: VmStatus): Promise<Verdict> {
    this.checked.push(status);
    const readiness = this.wake(status.vm);
    if ('ready' in readiness) return { passed: true };
    if ('failed' in readiness) return { passed: false, reason: readiness.failed };
    return { ...readiness, withinSec: 600 };
  }

  private states(): ReadonlyMap<string, PowerState> {
    const shown = ({ state }: Instance): PowerState => (state === 'starting' ? 'changing' : state);
    return new Map([...this.instances].map(([id, instance]) => [id, shown(instance)]));
  }

  private wake(vm: Vm): Readiness {
    this.woken.push(vm.id);
    const instance = this.instance(vm.id);
    if (instance.state === 'gone') return { failed: 'it was terminated' };
    if (instance.state === 'running') return { ready: { ...vm, ip: `${vm.ip}0` } };
    if (instance.failure !== undefined) return { failed: instance.failure };
    if (this.hasStarted(instance)) return { ready: vm };
    return { waitingFor: 'the instance is being started', againInSec: 10 };
  }

  /** Starts an instance if it is stopped. @returns whether it runs after this look */
  private hasStarted(instance: Instance): boolean {
    if (instance.state === 'stopped') Object.assign(instance, { state: 'starting', looksLeft: this.looksOfAStart });
    instance.looksLeft = (instance.looksLeft ?? 0) - 1;
    if (instance.looksLeft < 0) instance.state = 'running';
    return instance.state === 'running';
  }

  private async stop(vms: readonly Vm[]): Promise<ReadonlyMap<string, string>> {
    await this.onStop(vms);
    const failed = new Map<string, string>();
    for (const { id } of vms) {
      const why = this.keepRunning.get(id);
      if (why !== undefined) failed.set(id, why);
      else {
        this.stopped.push(id);
        if (this.instance(id).state !== 'gone') this.instance(id).state = 'stopped';
      }
    }
    return failed;
  }
}

function loginTo({ id }: Vm): Login {
  return { login: 'certificate', certificate: `for ${id}`, certificateExpiresAtSec: 0, knownHosts: [] };
}

/** What an instance pool says of power when nothing else is tested. */
export const ONE_RUNS: PowerRules = { minRunning: 1, idleMinutes: 15 };

/**
 * The service over instances and a store in memory, with a clock that the test controls. All instances run and are
 * free.
 */
export async function serviceOverInstances(count: number, rules: PoolRules = instancePool(ONE_RUNS)) {
  const clock = new TestClock();
  const provider = new Instances(someVms(count), rules);
  const store = new MemoryStore();
  const tally = createTally();
  const service = serviceOver({ store, provider, clock: clock.read, tally });
  await service.upkeep.sync('r-0');
  await service.upkeep.tidy('r-0', count);
  provider.checked.length = 0;
  provider.woken.length = 0;
  return { ...service, clock, provider, store, tally };
}

/** Stops free VMs, in the store and in truth. */
export async function stopFree(
  { store, provider, clock }: { store: LeaseStore; provider: Instances; clock: TestClock },
  ...ids: readonly string[]
): Promise<void> {
  for (const id of ids) {
    const status = await store.status(id);
    if (status?.state !== 'free') throw new Error(`${id} is not free`);
    provider.instance(id).state = 'stopped';
    const { nowSec } = clock;
    const event = { kind: 'stopped', vmId: id, act: { who: 'test', nowMs: nowSec * 1000, requestId: 'r-0' } } as const;
    await store.change(status, { ...unchanged(status), stopped: true, freeSinceSec: nowSec }, event);
  }
}

/** Kinds and reasons of what happened to a VM, oldest first. */
export async function happenedTo(store: OperatorStore, vmId: string): Promise<string[]> {
  const { items } = await store.events({ vmId, limit: 1_000 });
  return items.map(({ kind, reason }) => (reason === undefined ? kind : `${kind}: ${reason}`)).reverse();
}
