/** A lab of VMs that certificates open and that resets close, as the rules for real VMs say. */
import type { Login } from '../../../lambda/pool/access.ts';
import { CERTIFICATE_SEC, CLOCK_SKEW_SEC } from '../../../lambda/pool/access.ts';
import type { ChangeEvent } from '../../../lambda/pool/event.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { PoolRules } from '../../../lambda/pool/pool.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Inventory, Opened, Opening, VmProvider } from '../../../lambda/pool/provider.ts';
import { AccessUnavailable, StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { certificatePool, someVms } from './lending.ts';
import type { SlowThings } from './slow-things.ts';

/** Longest that a reset may take, seconds. */
const RESET_SEC = 20;

/** Longest that a VM waits, seconds. */
export const PATIENCE_SEC = 120;

/** Longest that the store takes for a change, seconds. */
const STORE_SEC = 6;

/** Longest that a certificate takes to be signed, seconds. */
const SIGN_SEC = 20;

/** What a check is to find, and whether it takes its time. */
export interface CheckPlan {
  readonly finds: 'all well' | 'a fault' | 'a wait';
  readonly isSlow: boolean;
}

/** What happens to the next write of a kind: an end of a lease, the claim of a reset, or anything else. */
export interface WritePlan {
  readonly of: 'end' | 'claim' | 'other';
  readonly comes: 'late' | 'answered late' | 'lost' | 'not answered';
}

interface Certificate {
  readonly vmId: string;
  readonly leaseId: string;
  readonly serial: number;
  readonly endSec: number;
}

interface Machine {
  /** Certificates up to this serial no longer open it. */
  revokedTo: number;
  /** Checks that it has failed. */
  failures: number;
  resetsRunning: number;
}

/** The pools: one that revokes certificates, one that waits for their end, and one of mock VMs. */
export const LAB_POOLS: readonly PoolRules[] = [
  certificatePool({ name: 'revoking', checkLimitSec: RESET_SEC }),
  certificatePool({ name: 'timed', reset: 'none', check: 'host-key' }),
  certificatePool({ name: 'mock', access: 'mock', reset: 'none', check: 'none' }),
];

/** All VMs of the lab, one of each pool: so that everything happens to the same few. */
export const LAB_VMS: readonly Vm[] = LAB_POOLS.flatMap(({ name }) => someVms(1, name, name));

/** The VMs, the certificates that were issued for them, and the store of the service that lends them. */
export class Lab implements VmProvider {
  vms: readonly Vm[] = LAB_VMS;
  /** Sentences about what must never happen. */
  readonly faults: string[] = [];
  /** Plans for the next checks; every other check finds what `usually` says, at once. */
  readonly checks: CheckPlan[] = [];
  usually: CheckPlan['finds'] = 'all well';
  /** What happens to later writes of the store. */
  readonly writes: WritePlan[] = [];
  /** Whether the next certificates take their time, or can't be signed. */
  readonly signings: ('late' | 'refused')[] = [];
  /** The store as the service sees it. */
  readonly store: LeaseStore;
  private readonly certificates: Certificate[] = [];
  private readonly machines = new Map(
    LAB_VMS.map(({ id }): [string, Machine] => [id, { revokedTo: 0, failures: 0, resetsRunning: 0 }]),
  );

  constructor(
    private readonly truth: LeaseStore,
    private readonly slow: SlowThings,
  ) {
    this.store = this.disturbed(truth);
  }

  async inventory(): Promise<Inventory> {
    return { vms: this.vms, isConfirmed: true };
  }

  async refresh(): Promise<void> {
    // The rules never change.
  }

  pool(name: string): PoolRules | undefined {
    return LAB_POOLS.find((pool) => pool.name === name);
  }

  async hostKeys(): Promise<readonly string[]> {
    return [];
  }

  /** Issues a certificate, by the rules for real VMs. */
  async open(opening: Opening): Promise<Opened> {
    return { vm: opening.vm, login: await this.loginTo(opening) };
  }

  private async loginTo({ vm, lease, askedAtMs }: Opening): Promise<Login> {
    if (vm.pool === 'mock') return { privateKey: 'opens nothing' };
    const signing = this.signings.shift();
    if (signing === 'refused') throw new AccessUnavailable('a test');
    if (signing === 'late') await this.slow.wait(SIGN_SEC);
    const endSec = Math.min(Math.floor(askedAtMs / 1000) + CERTIFICATE_SEC, lease.expiresAtSec);
    this.certificates.push({ vmId: vm.id, leaseId: lease.id, serial: askedAtMs, endSec });
    return { login: 'certificate', certificate: 'a certificate', certificateExpiresAtSec: endSec, knownHosts: [] };
  }

  /** Resets a VM that revokes certificates, and checks any VM. */
  async check({ vm }: VmStatus): Promise<Verdict> {
    const { finds, isSlow } = this.checks.shift() ?? { finds: this.usually, isSlow: false };
    if (vm.pool === 'revoking') await this.reset(vm.id, finds, isSlow);
    else if (isSlow) await this.slow.wait(RESET_SEC);
    switch (finds) {
      case 'all well':
        return { passed: true };
      case 'a fault':
        this.machine(vm.id).failures += 1;
        return { passed: false, reason: 'disk full' };
      case 'a wait':
        return { waitingFor: 'its disk', againInSec: 15, withinSec: PATIENCE_SEC };
    }
  }

  /** Looks at every VM that somebody has, or may have: no certificate of an earlier lease may open it. */
  async look(): Promise<void> {
    const { items } = await this.slow.call(() => this.truth.statuses({ limit: 100 }));
    for (const { vm, state, lease, failures } of items) {
      if (failures > this.machine(vm.id).failures) this.faults.push(`${vm.id} has failed checks that it did not fail`);
      if (state !== 'free' && state !== 'leased') continue;
      const key = this.certificates.find((one) => one.vmId === vm.id && one.leaseId !== lease?.id && this.opens(one));
      if (key !== undefined) this.faults.push(`${vm.id} is ${state}, and a certificate of ${key.leaseId} opens it`);
    }
  }

  private opens({ vmId, serial, endSec }: Certificate): boolean {
    return serial > this.machine(vmId).revokedTo && endSec + CLOCK_SKEW_SEC > Math.floor(this.slow.nowMs / 1000);
  }

  private async reset(vmId: string, finds: CheckPlan['finds'], isSlow: boolean): Promise<void> {
    const machine = this.machine(vmId);
    const serial = this.slow.clock();
    machine.resetsRunning += 1;
    if (machine.resetsRunning > 1) this.faults.push(`two resets run on ${vmId}`);
    if (isSlow) await this.slow.wait(RESET_SEC);
    const status = await this.slow.call(() => this.truth.status(vmId));
    if (status?.state === 'free' || status?.state === 'leased') this.faults.push(`a reset ran on a ${status.state} VM`);
    machine.resetsRunning -= 1;
    if (finds === 'all well') machine.revokedTo = Math.max(machine.revokedTo, serial);
  }

  private machine(vmId: string): Machine {
    const machine = this.machines.get(vmId);
    if (machine === undefined) throw new Error(`unknown machine: ${vmId}`);
    return machine;
  }

  /** The store, with writes that come late, get lost, or are not answered. */
  private disturbed(store: LeaseStore): LeaseStore {
    const write = async <Answer>(of: WritePlan['of'], make: () => Promise<Answer>): Promise<Answer> => {
      const place = this.writes.findIndex((plan) => plan.of === of);
      const disturbance = place < 0 ? undefined : this.writes.splice(place, 1)[0]?.comes;
      if (disturbance === 'lost') throw new StoreUnavailable();
      if (disturbance === 'late') await this.slow.wait(STORE_SEC);
      const answer = await this.slow.call(make);
      if (disturbance === 'answered late') await this.slow.wait(STORE_SEC);
      if (disturbance === 'not answered') throw new StoreUnavailable();
      return answer;
    };
    const read = <Answer>(make: () => Promise<Answer>): Promise<Answer> => this.slow.call(make);
    return {
      acquire: (...asked) => read(() => store.acquire(...asked)),
      find: (...asked) => read(() => store.find(...asked)),
      renew: (...asked) => read(() => store.renew(...asked)),
      begin: (...asked) => read(() => store.begin(...asked)),
      exchange: (...asked) => read(() => store.exchange(...asked)),
      release: (...asked) => write('end', () => store.release(...asked)),
      change: (before, change, event) => write(kindOf(event), () => store.change(before, change, event)),
      sync: (...asked) => read(() => store.sync(...asked)),
      due: (...asked) => read(() => store.due(...asked)),
      counts: (...asked) => read(() => store.counts(...asked)),
      status: (...asked) => read(() => store.status(...asked)),
      statuses: (...asked) => read(() => store.statuses(...asked)),
      events: (...asked) => read(() => store.events(...asked)),
      ping: () => store.ping(),
      free: (...asked) => read(() => store.free(...asked)),
      savings: () => read(() => store.savings()),
      addStoppedTime: (...asked) => read(() => store.addStoppedTime(...asked)),
    };
  }
}

function kindOf({ kind }: Partial<ChangeEvent> = {}): WritePlan['of'] {
  if (kind === 'force_released' || kind === 'expired') return 'end';
  return kind === 'reset_started' ? 'claim' : 'other';
}
