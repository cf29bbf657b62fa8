/** A VM's next place in life when it is stopped or started. */
import type { VmChange } from './life.ts';
import { unchanged } from './life.ts';
import type { VmStatus } from './vm.ts';

/**
 * How long a VM that is being stopped is left alone by everybody else, seconds. No call takes longer. If its process
 * dies meanwhile, a check then starts the VM.
 */
const STOP_SEC = 60;

/** A free VM that is about to be stopped: nobody can get it, and nothing else begins with it. */
export function stopping(status: VmStatus, nowSec: number): VmChange {
  const untilSec = nowSec + STOP_SEC;
  return { ...checking(status, untilSec), resetUntilSec: untilSec };
}

/** A VM that has been stopped: free, and to be started for its next user. */
export function stopped(status: VmStatus, nowSec: number): VmChange {
  const { failures, draining } = status;
  return { state: 'free', failures, draining, stopped: true, freeSinceSec: nowSec };
}

/** A free VM that goes through a check, which starts it if it is stopped. Nobody has used it since its last one. */
export function toBeChecked(status: VmStatus, reason: string, dueAtSec: number): VmChange {
  return { ...checking(status, dueAtSec), reason };
}

function checking(status: VmStatus, dueAtSec: number): VmChange {
  return { ...unchanged(status), state: 'checking', dueAtSec, stopped: undefined, freeSinceSec: undefined };
}
