import type { Vm, VmStatus } from '../../../lambda/pool/vm.ts';
import { newVersion } from '../../../lambda/store/dynamodb/items.ts';

/** The only pool of every table here. */
export const POOL = 'default';

/** Different VMs of the {@link POOL}. */
export function vmsOf(count: number): Vm[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `vm-${String(n).padStart(6, '0')}`,
    pool: POOL,
    ip: '192.0.2.1',
    port: 22,
    username: 'tester',
  }));
}

/** The status of a free VM. */
export function free(vm: Vm): VmStatus {
  return { vm, state: 'free', version: newVersion(), failures: 0, draining: false, retired: false };
}

/** The status of a VM that is leased until a time, each VM to another user. */
export function leased(vm: Vm, expiresAtSec: number): VmStatus {
  const [userId, id] = [`holder-of-${vm.id}@example.com`, `lease-of-${vm.id}`];
  const lease = { id, userId, vmId: vm.id, acquiredAtSec: expiresAtSec - 3_600, expiresAtSec };
  return { ...free(vm), state: 'leased', dueAtSec: expiresAtSec, lease };
}
