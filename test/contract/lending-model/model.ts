import type { Lease } from '../../../lambda/pool/lease.ts';
import type { VmState } from '../../../lambda/pool/vm.ts';
import { CHECKS } from '../../support/pool/lending.ts';
import { IT_BOOTS, START_SEC } from './starts.ts';

/** Seconds of a week: for so long a key is remembered after its lease. */
export const WEEK_SEC = 7 * 86_400;

export interface ModelLease {
  readonly id: string;
  readonly vmId: string;
  readonly acquiredAtSec: number;
  readonly expiresAtSec: number;
  /** Present while its VM is being started. */
  readonly startingTtlSec?: number | undefined;
  /** While its VM is being started: when a tick looks at it next. */
  readonly lookAtSec?: number;
  readonly key: string | undefined;
  readonly minutes: number;
}

/** What the service remembers of a lease that began under an idempotency key. */
interface ModelKey {
  readonly leaseId: string;
  readonly minutes: number;
  readonly forgottenAtSec: number;
}

interface ModelVm {
  state: VmState;
  failures: number;
  draining: boolean;
  reason: string | undefined;
  /** Time of the next check, epoch seconds. */
  dueAtSec: number;
  /** While it is free. */
  stopped: boolean;
  /** When its start began, if it was ever started since it was stopped. */
  wokenAtSec: number | undefined;
}

/** The rules once more, in their simplest form: without indexes, clocks and concurrency. */
export class Model {
  nowSec: number;
  readonly vms: ReadonlyMap<string, ModelVm>;
  readonly failing = new Set<string>();
  readonly leases = new Map<string, ModelLease>();
  readonly released = new Map<string, string>();
  /** By user and key. */
  private readonly keys = new Map<string, ModelKey>();

  constructor(nowSec: number, vmIds: readonly string[]) {
    this.nowSec = nowSec;
    const power = { stopped: false, wokenAtSec: undefined };
    const fresh = { state: 'free', failures: 0, draining: false, reason: undefined, dueAtSec: 0, ...power } as const;
    this.vms = new Map(vmIds.map((id) => [id, { ...fresh }]));
  }

  vm(vmId: string): ModelVm {
    const vm = this.vms.get(vmId);
    if (vm === undefined) throw new Error(`unknown VM in the model: ${vmId}`);
    return vm;
  }

  vmsIn(state: VmState): string[] {
    return [...this.vms].filter(([, vm]) => vm.state === state).map(([id]) => id);
  }

  liveLease(user: string): ModelLease | undefined {
    const lease = this.leases.get(user);
    return lease !== undefined && this.nowSec < lease.expiresAtSec ? lease : undefined;
  }

  /** What is remembered of a key of the user. */
  keyOf(user: string, key: string | undefined): ModelKey | undefined {
    const known = this.keys.get(`${user} ${String(key)}`);
    return known !== undefined && this.nowSec < known.forgottenAtSec ? known : undefined;
  }

  /** The lease begins or gets longer, and so does the memory of its key. */
  hold(user: string, lease: ModelLease): void {
    const { id: leaseId, key, minutes, expiresAtSec } = lease;
    this.leases.set(user, lease);
    if (key === undefined) return;
    this.keys.set(`${user} ${key}`, { leaseId, minutes, forgottenAtSec: expiresAtSec + WEEK_SEC });
  }

  /** A lease that no VM could serve leaves its key unused. */
  forgetKey(user: string, key: string | undefined): void {
    this.keys.delete(`${user} ${String(key)}`);
  }

  endLease(user: string): void {
    const lease = this.leases.get(user);
    if (lease === undefined) return;
    this.leases.delete(user);
    const vm = this.vm(lease.vmId);
    Object.assign(vm, { state: 'checking', failures: 0, dueAtSec: this.nowSec });
    if (!vm.draining) vm.reason = undefined;
  }

  /** The VMs of which the next borrower gets one: those that run, if there are any. */
  next(): string[] {
    const free = this.vmsIn('free');
    const running = free.filter((id) => !this.vm(id).stopped);
    return running.length > 0 ? running : free;
  }

  /** A user gets a free VM. @param lease - as the service has answered it */
  lend(user: string, lease: Lease, asked: Pick<ModelLease, 'key' | 'minutes'>): void {
    const vm = this.vm(lease.vmId);
    this.hold(user, { ...lease, ...asked, ...(vm.stopped && { lookAtSec: this.nowSec }) });
    Object.assign(vm, { state: 'leased', stopped: false });
  }

  /** Somebody looks at the VM of a live lease: it is started, and the time of its lease begins when it is ready. */
  look(user: string): 'ready' | 'starting' {
    const lease = this.liveLease(user);
    if (lease?.startingTtlSec === undefined) return 'ready';
    const vm = this.vm(lease.vmId);
    vm.wokenAtSec ??= this.nowSec;
    if (this.nowSec - vm.wokenAtSec < START_SEC) return 'starting';
    const term = { acquiredAtSec: this.nowSec, expiresAtSec: this.nowSec + lease.startingTtlSec };
    this.hold(user, { ...lease, ...term, startingTtlSec: undefined });
    if (!vm.draining) vm.reason = undefined;
    return 'ready';
  }

  private lookIfDue(user: string): void {
    const lease = this.liveLease(user);
    if (lease?.startingTtlSec === undefined || (lease.lookAtSec ?? 0) > this.nowSec) return;
    if (this.look(user) === 'ready') return;
    this.leases.set(user, { ...lease, lookAtSec: Math.min(this.nowSec + 30, lease.expiresAtSec) });
    const vm = this.vm(lease.vmId);
    if (!vm.draining) vm.reason = IT_BOOTS;
  }

  /** A VM that is to be drained keeps its operator's reason; any other shows why its last check failed. */
  private noteCheck(vm: ModelVm): void {
    if (vm.draining && vm.state !== 'quarantined') return;
    vm.reason = vm.failures === 0 ? undefined : 'disk full';
  }

  reap(): void {
    for (const [user] of this.leases) if (this.liveLease(user) === undefined) this.endLease(user);
  }

  tidy(): void {
    this.reap();
    for (const user of this.leases.keys()) this.lookIfDue(user);
    for (const vmId of this.vmsIn('checking')) this.checkIfDue(vmId);
  }

  checkIfDue(vmId: string): void {
    const vm = this.vm(vmId);
    if (vm.state !== 'checking' || vm.dueAtSec > this.nowSec) return;
    vm.failures = this.failing.has(vmId) ? vm.failures + 1 : 0;
    // A check starts a VM that is stopped.
    if (vm.failures === 0) Object.assign(vm, { state: vm.draining ? 'drained' : 'free', stopped: false });
    else if (vm.failures === CHECKS.maxFailures) vm.state = 'quarantined';
    else vm.dueAtSec = this.nowSec + CHECKS.backoffSec * 2 ** (vm.failures - 1);
    this.noteCheck(vm);
  }

  /** A VM whose lease has ended counts as `checking`. */
  counts(): Record<VmState, number> {
    const leased = this.vmsIn('leased').length;
    const live = [...this.leases.keys()].filter((user) => this.liveLease(user) !== undefined).length;
    return {
      free: this.vmsIn('free').length,
      leased: live,
      checking: this.vmsIn('checking').length + leased - live,
      quarantined: this.vmsIn('quarantined').length,
      drained: this.vmsIn('drained').length,
    };
  }
}
