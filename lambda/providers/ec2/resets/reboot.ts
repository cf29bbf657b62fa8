import type { Verdict } from '../../../pool/life.ts';
import type { Visited } from '../../ssh/check.ts';
import type { CheckedInstance, InstancePorts } from '../ports.ts';
import { waiting } from '../waiting.ts';

/**
 * Why a VM waits that was told to reboot, once or twice. The next check reads it in the VM's status, and gives no third
 * order.
 */
const ORDERED = 'the VM reboots';
const ORDERED_AGAIN = 'the VM reboots, by a second order';

/** How soon the VM is visited again, seconds. */
const LOOK_AGAIN_SEC = 30;

/** EC2 cuts the power of an instance that does not reboot within 4 minutes. When it has not, the order was lost. */
const GIVE_AGAIN_SEC = 300;

/**
 * Reboots a VM that its cleaner has just cleaned, if it has not booted since its last use.
 * @returns nothing if it has
 */
export async function reboot(
  { status, pool }: CheckedInstance,
  { bootedAtSec }: Visited,
  { ec2, clock }: InstancePorts,
): Promise<Verdict | undefined> {
  const { vm, use, reason, waitUntilSec = 0 } = status;
  if (pool.reset !== 'reboot' || use === undefined) return undefined;
  if (bootedAtSec === undefined) {
    return {
      passed: false,
      reason: 'the cleaner does not say how long the VM is up; enroll it again with scripts/enroll',
    };
  }
  if (bootedAtSec > use.endedAtSec) return undefined;
  const leftSec = waitUntilSec - clock() / 1000;
  if (reason === ORDERED_AGAIN || (reason === ORDERED && leftSec > GIVE_AGAIN_SEC)) {
    return waiting(reason, LOOK_AGAIN_SEC, pool);
  }
  await ec2.reboot(vm.id);
  return waiting(reason === ORDERED ? ORDERED_AGAIN : ORDERED, LOOK_AGAIN_SEC, pool);
}
