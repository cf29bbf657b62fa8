import type { Sessions } from '../../aws/sessions.ts';
import { lastOpeningSec } from '../../pool/checking.ts';
import type { Step } from './ports.ts';
import { waiting } from './waiting.ts';

/** How soon sessions that were ended are looked for again, seconds. */
const LOOK_AGAIN_SEC = 5;

/** Ends the sessions of Session Manager, and does so once more when no new one of the last lease can come. */
export const endSessions: Step = async ({ status: { vm, use }, pool, signal }, { sessions, clock }) => {
  if (pool.access !== 'session-manager') return undefined;
  const ended = await endAll(sessions, vm.id, signal);
  const closesInSec = use === undefined ? 0 : lastOpeningSec(use) - Math.floor(clock() / 1000);
  if (closesInSec > 0) return waiting('waits until no session of the last lease can begin', closesInSec, pool);
  return ended === 0 ? undefined : waiting('the sessions of the last user end', LOOK_AGAIN_SEC, pool);
};

/** @returns how many had not ended yet */
async function endAll(sessions: Sessions, instanceId: string, signal: AbortSignal): Promise<number> {
  const active = await sessions.active(instanceId, signal);
  await Promise.all(active.map((id) => sessions.terminate(id, signal)));
  return active.length;
}
