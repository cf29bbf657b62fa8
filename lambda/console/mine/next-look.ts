import { retryAfterSecOf } from '../../client/client.ts';
import type { Held } from '../api.ts';

/** A lease is asked for rarely: each answer may make a certificate. */
const USUAL_MS = 60_000;

/** A VM that takes the user's key for a minute is asked to do so again before the minute is over. */
const TAKING_KEY_MS = 45_000;

/** Where the service does not say when to look at a VM again that is being started. */
const STARTING_SEC = 10;

/** How long the page waits before it asks for the lease again, milliseconds. */
export function nextLookMs(held: Held | null): number {
  if (held?.vm.status === 'starting') return (retryAfterSecOf(held) ?? STARTING_SEC) * 1000;
  return held?.vm.keyAcceptedUntil === undefined ? USUAL_MS : TAKING_KEY_MS;
}
