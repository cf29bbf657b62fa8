import type { Login } from '../../../lambda/pool/access.ts';
import type { Verdict } from '../../../lambda/pool/life.ts';
import type { PoolRules } from '../../../lambda/pool/pool.ts';
import type { LeaseStore } from '../../../lambda/pool/ports.ts';
import type { Inventory, Opened, Opening, Power, VmProvider } from '../../../lambda/pool/provider.ts';
import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import type { Service, ServiceParts } from '../../../lambda/service.ts';
import { composeService } from '../../../lambda/service.ts';
import { loadSettings } from '../../../lambda/settings.ts';
import { createTally } from '../../../lambda/telemetry/meter.ts';

/** Saturday 2026-11-21, noon UTC; epoch seconds. */
export const NOON_SEC = Date.UTC(2026, 10, 21, 12) / 1000;

/** A VM that fails is checked again after 10 and 20 seconds, then quarantined. */
export const CHECKS = { maxFailures: 3, backoffSec: 10 };

export const LIMITS = { defaultMinutes: 480, maxMinutes: 10_080 };

/** `count` VMs `vm-01`, `vm-02`, ... of one pool. */
export function someVms(count: number, pool = 'default', prefix = 'vm'): Vm[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}-${String(index + 1).padStart(2, '0')}`,
    pool,
    ip: `192.0.2.${String((index % 250) + 1)}`,
    port: 22,
    username: 'tester',
  }));
}

/** A pool of VMs that certificates open, with a reset by command. */
export function certificatePool(more: Partial<PoolRules> = {}): PoolRules {
  const rules = { access: 'certificate', check: 'command', reset: 'command', checkLimitSec: 20 } as const;
  return { name: 'default', aliases: [], lease: LIMITS, ...rules, ...more };
}

/** A clock that moves only when a test advances it. */
export class TestClock {
  nowSec = NOON_SEC;

  readonly read = (): number => this.nowSec * 1000;

  advance(seconds: number): void {
    this.nowSec += seconds;
  }
}

/** A provider whose checks and logins a test decides. */
export class TestProvider implements VmProvider {
  readonly failing = new Set<string>();
  /** Rules of pools that do not follow the settings, by name. */
  readonly pools = new Map<string, PoolRules>();
  readonly checked: string[] = [];
  readonly opened: Opening[] = [];
  /** What else the inventory says. */
  facts: Omit<Inventory, 'vms'> = {};
  /** Fingerprints of the host keys of every VM. */
  fingerprints: readonly string[] = [];
  /** Given: its VMs may be stopped. */
  power: Power | undefined = undefined;
  onLogin: () => void = () => undefined;
  onRefresh: () => void = () => undefined;

  constructor(public vms: readonly Vm[]) {}

  async inventory(): Promise<Inventory> {
    return { vms: this.vms, ...this.facts };
  }

  async refresh(): Promise<void> {
    this.onRefresh();
  }

  pool(name: string): PoolRules | undefined {
    return this.pools.get(name) ?? [...this.pools.values()].find(({ aliases }) => aliases.includes(name));
  }

  async hostKeys(): Promise<readonly string[]> {
    return this.fingerprints;
  }

  async open(opening: Opening): Promise<Opened> {
    return { vm: opening.vm, login: await this.loginTo(opening) };
  }

  private async loginTo(opening: Opening): Promise<Login> {
    const { vm, sshPublicKey } = opening;
    this.opened.push(opening);
    this.onLogin();
    return sshPublicKey === undefined ? { privateKey: `key of ${vm.id}` } : { authorizedKey: sshPublicKey };
  }

  async check({ vm }: VmStatus): Promise<Verdict> {
    this.checked.push(vm.id);
    return this.failing.has(vm.id) ? { passed: false, reason: 'disk full' } : { passed: true };
  }
}

/** Makes the store that a suite tests, without VMs. */
export type StoreFactory = () => Promise<LeaseStore>;

/** An act at noon. */
export const AT_NOON = { who: 'test', nowMs: NOON_SEC * 1000, requestId: 'r-0' };

/** The service over a store, with the limits and checks of the tests. It logs nothing. */
export function serviceOver(parts: Omit<ServiceParts, 'write'>): Service {
  const defaults = loadSettings({});
  const settings = { ...defaults, limits: LIMITS, check: { ...defaults.check, ...CHECKS } };
  return composeService(settings, { ...parts, write: () => undefined });
}

/** Lending over a store, with a clock and a provider that the test controls. */
export async function lendingOver(makeStore: StoreFactory, vms: readonly Vm[]) {
  const clock = new TestClock();
  const provider = new TestProvider(vms);
  const store = await makeStore();
  const pause = async (ms: number) => {
    clock.advance(ms / 1000);
  };
  const tally = createTally();
  const { upkeep, lending, operations } = serviceOver({ store, provider, clock: clock.read, tally, pause });
  await upkeep.sync('r-0');
  return { clock, provider, store, upkeep, operations, lending, tally };
}
