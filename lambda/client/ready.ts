/** Waits until the VM of a lease is ready: it may have to be started first. */
import type { Client } from './client.ts';
import { retryAfterSecOf } from './client.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { NotReady } from './not-ready.ts';
import { Refused } from './refused.ts';
import type { Held } from './routes.ts';

/** Whose VM is waited for, and how long. */
export interface ReadyOptions {
  /** The user id, where the service asks nobody who they are. */
  readonly userid?: string | undefined;
  /** The key to let in; by default that of the lease. */
  readonly sshPublicKey?: string | undefined;
  /** Longest wait in milliseconds; 15 minutes unless given. */
  readonly waitMs?: number | undefined;
  /** Hears that the VM is being started, and in how many milliseconds the next look comes. */
  readonly onStarting?: ((held: Held, nextLookMs: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Longest wait for a start, milliseconds: the service tries another VM after 10 minutes. */
const START_WAIT_MS = 15 * 60_000;

/** Seconds between two looks where the service names none. */
const RETRY_AFTER_SEC = 10;

/** Callers whose VMs start at the same time spread over this share of the wait. */
const SPREAD = 0.1;

/**
 * Waits until the VM of a lease is ready, and answers how to log in to it. It looks again after `Retry-After`, and once
 * more when the wait ends. The lease keeps its id, but may move to another VM meanwhile.
 *
 * @param held - what a call has answered about the lease; a VM that is ready is answered as it is
 * @throws {@link NotReady} when the VM is gone, did not become ready in time or was not started at all
 */
export async function readyVm(
  client: Client,
  held: Held,
  { userid, sshPublicKey, waitMs = START_WAIT_MS, onStarting, signal }: ReadyOptions = {},
  clock: Clock = systemClock,
): Promise<Held> {
  const endMs = clock.now() + waitMs;
  const wish = { leaseId: held.lease.id, ...(userid !== undefined && { userid }), sshPublicKey };
  let latest = held;
  while (latest.vm.status === 'starting') {
    const leftMs = endMs - clock.now();
    if (leftMs <= 0) throw new NotReady('starting', latest);
    const nextLookMs = Math.min(waitAfter(latest), leftMs);
    onStarting?.(latest, nextLookMs);
    await clock.wait(nextLookMs, signal);
    latest = await client.call('POST /connectvm', wish, { signal }).catch(explained(latest));
  }
  if (latest.vm.status === 'gone') throw new NotReady('gone', latest);
  return latest;
}

function waitAfter(held: Held): number {
  return (retryAfterSecOf(held) ?? RETRY_AFTER_SEC) * 1_000 * (1 + Math.random() * SPREAD);
}

/** The service ends a lease whose VM can't be started while no other one is free. */
function explained(latest: Held): (error: unknown) => never {
  return (error) => {
    const isOver = error instanceof Refused && (error.code === 'no_lease' || error.code === 'lease_superseded');
    throw isOver ? new NotReady('not-started', latest, { cause: error }) : error;
  };
}
