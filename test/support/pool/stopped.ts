import type { Act } from '../../../lambda/pool/event.ts';
import { secondsOf } from '../../../lambda/pool/event.ts';
import type { PowerStore } from '../../../lambda/pool/ports.ts';

/** Longest that a VM may take to start, seconds. */
export const START_LIMIT_SEC = 600;

/** Claims a free VM, as a tick does before it stops it, and makes it one that is stopped. */
export async function stopVm(store: PowerStore, vmId: string, act: Act): Promise<void> {
  const free = await store.status(vmId);
  if (free === undefined) throw new Error(`unknown VM: ${vmId}`);
  const place = { failures: 0, draining: false };
  const nowSec = secondsOf(act);
  const claim = { ...place, state: 'checking', dueAtSec: nowSec + 60 } as const;
  const { status } = await store.change(free, claim, { kind: 'stopping', vmId, act });
  const stopped = { ...place, state: 'free', stopped: true, freeSinceSec: nowSec } as const;
  await store.change(status, stopped, { kind: 'stopped', vmId, act });
}
