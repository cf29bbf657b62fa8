import type { Verdict } from '../pool/life.ts';
import { DEFAULT_POOL } from '../pool/pool.ts';
import type { Inventory, Opened, Opening, VmProvider } from '../pool/provider.ts';
import type { Vm, VmStatus } from '../pool/vm.ts';

/**
 * The hard-coded VMs of the default product. Nothing answers at these addresses: they are of the block TEST-NET-1,
 * which RFC 5737 reserves for documentation.
 */
export const MOCK_VMS: readonly Vm[] = [
  mockVm('vm-01', '192.0.2.11'),
  mockVm('vm-02', '192.0.2.12'),
  mockVm('vm-03', '192.0.2.13'),
  mockVm('vm-04', '192.0.2.14'),
  mockVm('vm-05', '192.0.2.15'),
];

/** VMs that exist only in {@link MOCK_VMS}: their keys open nothing, their check is what the settings say. */
export class MockProvider implements VmProvider {
  private readonly failing: ReadonlySet<string>;

  /**
   * @param failingVms - ids of the VMs that fail every check, so that quarantine can be seen
   * @param vms - all VMs
   * @throws Error that names the ids that are not mock VMs
   */
  constructor(
    failingVms: readonly string[],
    private readonly vms = MOCK_VMS,
  ) {
    const known = vms.map(({ id }) => id);
    const unknown = failingVms.filter((id) => !known.includes(id));
    if (unknown.length > 0) {
      throw new Error(`MOCK_FAILING_VMS names ${unknown.join(', ')}; the mock VMs are ${known.join(', ')}`);
    }
    this.failing = new Set(failingVms);
  }

  async inventory(): Promise<Inventory> {
    return { vms: this.vms };
  }

  async refresh(): Promise<void> {
    // The list never changes.
  }

  /** The mock VMs follow the settings. */
  pool(): undefined {
    return undefined;
  }

  async hostKeys(): Promise<readonly string[]> {
    return [];
  }

  async open({ vm, sshPublicKey }: Opening): Promise<Opened> {
    if (sshPublicKey !== undefined) return { vm, login: { authorizedKey: sshPublicKey } };
    return { vm, login: { privateKey: `mock private key of ${vm.id}, opens nothing` } };
  }

  async check({ vm }: Pick<VmStatus, 'vm'>): Promise<Verdict> {
    if (this.failing.has(vm.id)) return { passed: false, reason: `${vm.id} is set to fail its check` };
    return { passed: true };
  }
}

function mockVm(id: string, ip: string): Vm {
  return { id, pool: DEFAULT_POOL, ip, port: 22, username: 'tester' };
}
