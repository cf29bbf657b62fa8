import type { Act } from '../../../lambda/pool/event.ts';
import { REAPER } from '../../../lambda/pool/event.ts';
import type { AcquireRequest, LeaseStore } from '../../../lambda/pool/ports.ts';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import { POOL } from './pool.ts';

/** A request for a lease of one hour; the names of user and lease derive from `name`. */
export function acquireRequest(name: string): AcquireRequest {
  const userId = `${name}@example.com`;
  const nowMs = Date.now();
  const act = { who: userId, nowMs, requestId: 'bench' };
  return { pool: POOL, userId, leaseId: name, expiresAtSec: Math.floor(nowMs / 1000) + 3_600, act };
}

/** Frees a released VM, as its check does. @throws Error when it is not free afterwards */
export async function settle(store: LeaseStore, returned: VmStatus, act: Act): Promise<void> {
  const event = { kind: 'check_passed', vmId: returned.vm.id, act: { ...act, who: REAPER } } as const;
  const { status } = await store.change(returned, { state: 'free', failures: 0, draining: false }, event);
  if (status.state !== 'free') throw new Error(`${status.vm.id} is ${status.state}`);
}
