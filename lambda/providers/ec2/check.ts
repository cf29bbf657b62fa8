/**
 * What an instance must pass before its next user. Each step may be repeated, so that a check that was killed resumes.
 */
import type { Instance } from '../../aws/ec2.ts';
import type { AwsError } from '../../aws/error.ts';
import type { Verdict } from '../../pool/life.ts';
import type { VmStatus } from '../../pool/vm.ts';
import type { Pool } from '../inventory/lent-vms.ts';
import { notNow } from '../ssh/check.ts';
import type { Fresh } from './instances.ts';
import { powerOf } from './look.ts';
import type { CheckedInstance, InstancePorts, Step } from './ports.ts';
import { awsErrorOf, isOfState, isOurs } from './refused.ts';
import { replaceRootVolume } from './resets/replace-root-volume.ts';
import { runningVm } from './running-vm.ts';
import { endSessions } from './sessions.ts';
import { LOOK_AGAIN_SEC, start, STARTS } from './start.ts';
import { passStatusChecks } from './status-checks.ts';
import { visitInstance } from './visit.ts';
import { waiting } from './waiting.ts';

/** What comes before the visit, in this order. */
const STEPS: readonly Step[] = [endSessions, replaceRootVolume, passStatusChecks];

/** An instance to be checked, by the pool that the store knows: upkeep goes by that, until a sync moves the VM. */
export interface CheckWish {
  readonly status: VmStatus;
  readonly pool: Pool;
  readonly signal: AbortSignal;
  /** Reads the instance as it is now. */
  readonly fresh: () => Promise<Fresh | undefined>;
}

/** Makes an instance clean and checks it, or says what has to be waited for. Throws nothing for what AWS answers. */
export async function checkInstance(wish: CheckWish, ports: InstancePorts): Promise<Verdict> {
  try {
    return await checkNow(wish, ports);
  } catch (thrown) {
    return verdictOf(awsErrorOf(thrown), wish.pool);
  }
}

function verdictOf(error: AwsError, pool: Pool): Verdict {
  if (isOfState(error))
    return waiting(`the instance is on its way to another state: ${error.message}`, LOOK_AGAIN_SEC, pool);
  return isOurs(error) ? notNow(error.message) : { passed: false, reason: error.message };
}

async function checkNow({ fresh, ...wish }: CheckWish, ports: InstancePorts): Promise<Verdict> {
  const startedMs = ports.clock();
  const { status, pool } = wish;
  const found = await fresh();
  if (found === undefined) return { passed: false, reason: 'EC2 does not know the instance' };
  if (powerOf(found.instance) === 'gone') return { passed: false, reason: `the instance is ${found.instance.state}` };
  // A tag that names another pool counts when the VM is clean: it was used by the rules of this one.
  if (found.vm === undefined) return notNow(found.fault);
  const off = await switchedOn(found.instance, pool, ports);
  if (off !== undefined) return off;
  const checked: CheckedInstance = { ...wish, status: { ...status, vm: runningVm(status.vm, found) } };
  return (await firstOf(STEPS, checked, ports)) ?? visitInstance(checked, ports, startedMs);
}

/** The first verdict, after which no other step comes. */
async function firstOf(
  steps: readonly Step[],
  checked: CheckedInstance,
  ports: InstancePorts,
): Promise<Verdict | undefined> {
  for (const step of steps) {
    const verdict = await step(checked, ports);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/** @returns nothing if the instance runs */
async function switchedOn({ id, state }: Instance, pool: Pool, { ec2 }: InstancePorts): Promise<Verdict | undefined> {
  const power = powerOf({ state });
  if (power === 'running') return undefined;
  if (power === 'changing') return waiting(`the instance is ${state}`, LOOK_AGAIN_SEC, pool);
  const fault = await start(ec2, id);
  if (fault?.isFailed === true) return { passed: false, reason: fault.why };
  return waiting(fault?.why ?? STARTS, LOOK_AGAIN_SEC, pool);
}
