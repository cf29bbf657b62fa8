import type { Use } from '../../../pool/vm.ts';
import type { Step } from '../ports.ts';
import { waiting } from '../waiting.ts';

/** How soon EC2 is asked again, seconds. A replacement takes some minutes. */
const LOOK_AGAIN_SEC = 20;

/**
 * Gives an instance a fresh root volume after each use. EC2 knows the task by its token and holds its state: whoever
 * asks again, after a crash too, gets the task that there is.
 */
export const replaceRootVolume: Step = async ({ status, pool, signal }, { ec2 }) => {
  const { vm, use } = status;
  if (pool.reset !== 'replace-root-volume' || use === undefined) return undefined;
  const task = await ec2.replaceRootVolume(vm.id, tokenOf(use, status.failures));
  const { state } = (await ec2.replaceTask(task.id, signal)) ?? task;
  if (state === 'succeeded') return undefined;
  if (state === 'failed' || state === 'failed-detached') {
    return { passed: false, reason: `EC2 could not replace the root volume (${state}, task ${task.id})` };
  }
  return waiting(`EC2 replaces the root volume (${state}, task ${task.id})`, LOOK_AGAIN_SEC, pool);
};

/** The same for the same use, as long as no check has failed. EC2 takes at most 64 characters. */
function tokenOf({ id }: Use, failures: number): string {
  return failures === 0 ? id : `${id}.${failures}`;
}
