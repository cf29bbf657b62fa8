/** One VM whose check is made again and again, as upkeep does it, while time passes. */
import { checked as changeOf } from '../../../lambda/pool/checking.ts';
import type { Verdict, VmChange } from '../../../lambda/pool/life.ts';
import type { Use, VmStatus } from '../../../lambda/pool/vm.ts';
import type { Ec2World } from './ec2-world.ts';
import { checked, vmIn } from './ec2-world.ts';
import { checkingStatus } from './static-world.ts';

const POLICY = { maxFailures: 3, backoffSec: 30 };

/** Ticks come once a minute. */
const TICK_SEC = 60;

/** How a use of a VM ends that has ended now. */
export function useEndedNow({ nowMs }: Ec2World, id = 'l-1'): Use {
  return { id, endedAtSec: Math.floor(nowMs / 1000) };
}

/** The status of the VM of an instance whose use has ended now. */
export async function usedStatus(world: Ec2World, id: string, fields: Partial<VmStatus> = {}): Promise<VmStatus> {
  return { ...checkingStatus(await vmIn(world, id)), use: useEndedNow(world), ...fields };
}

/** The status after a verdict, and the verdict. */
export interface Round {
  readonly status: VmStatus;
  readonly verdict: Verdict;
}

/** Makes one check, as upkeep does it. A check that throws has failed. */
export async function round(world: Ec2World, status: VmStatus): Promise<Round> {
  const verdict = await checked(world, status).catch((error: unknown): Verdict => {
    return { passed: false, reason: `the check itself failed: ${String(error)}` };
  });
  return { verdict, status: changed(status, changeOf(status, verdict, world.nowMs, POLICY)) };
}

/** The status after a change, as a store has it. */
export function changed({ vm, version, retired }: VmStatus, { state, hostKeys, ...change }: VmChange): VmStatus {
  if (state === 'removed') throw new Error('no change of these tests removes a VM');
  const after = hostKeys === undefined ? vm : { ...vm, hostKeys };
  return { ...change, state, vm: after, version: version + 1, retired };
}

/** Checks the VM with each tick until it is no longer `checking`. @returns all verdicts, and its last status */
export async function untilChecked(world: Ec2World, first: VmStatus) {
  const verdicts: Verdict[] = [];
  let status = first;
  while (status.state === 'checking') {
    if (verdicts.length > 200) throw new Error(`it never ends: ${JSON.stringify(verdicts.at(-1))}`);
    const made = await round(world, status);
    verdicts.push(made.verdict);
    ({ status } = made);
    const dueMs = (status.dueAtSec ?? 0) * 1_000;
    if (status.state === 'checking') while (world.nowMs < dueMs) world.nowMs += TICK_SEC * 1_000;
  }
  return { status, verdicts };
}

/** What a verdict says, in a line. */
export function saying(verdict: Verdict): string {
  if ('waitingFor' in verdict) return `waits: ${verdict.waitingFor}`;
  return verdict.passed ? 'passed' : `failed: ${verdict.reason}`;
}
