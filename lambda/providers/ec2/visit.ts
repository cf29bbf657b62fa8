import { isReset } from '../../pool/checking.ts';
import type { Verdict } from '../../pool/life.ts';
import { isHostKeyReason } from '../../pool/life.ts';
import type { Visited } from '../ssh/check.ts';
import { notNow, provesHostKey, visited, visitLimitMs } from '../ssh/check.ts';
import { areOfTheAmi, knownHostKeys, learnHostKeys } from './host-keys.ts';
import type { CheckedInstance, InstancePorts } from './ports.ts';
import { reboot } from './resets/reboot.ts';
import { waiting } from './waiting.ts';

/** How soon a VM is visited again that does not answer yet, seconds. */
const VISIT_AGAIN_SEC = 20;

/** Less time than this is not enough for a visit, milliseconds. */
const SHORTEST_VISIT_MS = 1_000;

/** Host keys for a visit. Those that are learnt count only if the visit finds one of them. */
interface Expected {
  readonly hostKeys: readonly string[];
  readonly areLearnt: boolean;
}

/** Visits an instance over SSH, as its pool says; reboots it, if it has to be. */
export async function visitInstance(
  checked: CheckedInstance,
  ports: InstancePorts,
  startedMs: number,
): Promise<Verdict> {
  const { status, pool } = checked;
  const expected = await expectedKeys(checked, ports);
  if (provesHostKey(pool) && expected.hostKeys.length === 0) {
    return waiting('the console of the instance shows no host keys yet', VISIT_AGAIN_SEC, pool);
  }
  const spentMs = ports.clock() - startedMs;
  if (visitLimitMs(pool, spentMs) < SHORTEST_VISIT_MS) return notNow('AWS took the time of the check');
  const options = { spentMs, isReset: isReset(status, pool) };
  const found = await visited({ vm: status.vm, pool, hostKeys: expected.hostKeys }, ports, options);
  if (passed(found)) return (await reboot(checked, found, ports)) ?? passedWith(expected);
  return patience(checked, found, expected) ?? found.verdict;
}

/** A fresh root volume has new host keys, unless they are those of the AMI. */
async function expectedKeys({ status, pool, signal }: CheckedInstance, { ec2 }: InstancePorts): Promise<Expected> {
  const isReplaced = pool.reset === 'replace-root-volume' && status.use !== undefined && !areOfTheAmi(pool);
  const hostKeys = isReplaced ? [] : knownHostKeys(status.vm, pool);
  if (hostKeys.length > 0 || !provesHostKey(pool)) return { hostKeys, areLearnt: false };
  return { hostKeys: await learnHostKeys(ec2, status.vm.id, signal), areLearnt: true };
}

function passed({ verdict }: Visited): boolean {
  return 'passed' in verdict && verdict.passed;
}

function passedWith({ hostKeys, areLearnt }: Expected): Verdict {
  return areLearnt ? { passed: true, hostKeys } : { passed: true };
}

/** A VM that was waited for may boot still. The console may show the host keys of an earlier boot for some time. */
function patience({ status, pool }: CheckedInstance, { verdict, isShut }: Visited, { areLearnt }: Expected) {
  if (!('passed' in verdict) || verdict.passed) return undefined;
  const { reason } = verdict;
  const mayBoot = isShut === true && status.waitUntilSec !== undefined;
  const mayBeOld = areLearnt && isHostKeyReason(reason);
  if (!mayBoot && !mayBeOld) return undefined;
  return waiting(
    mayBoot ? `the VM is not ready yet: ${reason}` : `the console shows other host keys: ${reason}`,
    VISIT_AGAIN_SEC,
    pool,
  );
}
