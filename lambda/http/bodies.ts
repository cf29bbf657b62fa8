/** What calls answer: values of the service as the API writes them. `answer-schemas.ts` describes them. */
import type { Login } from '../pool/access.ts';
import { defined } from '../pool/defined.ts';
import type { Lease } from '../pool/lease.ts';
import type { PoolView } from '../pool/lending.ts';
import type { PowerView } from '../pool/power-view.ts';
import type { OpenGrant, Unready } from '../pool/provider.ts';
import type { Facts } from './facts.ts';
import { noteLease } from './facts.ts';

/** Seconds since the epoch as the API writes them: ISO 8601 UTC, to the second. */
export function isoSeconds(epochSec: number): string {
  return `${new Date(epochSec * 1000).toISOString().slice(0, 19)}Z`;
}

/** A lease as the API shows it to its holder. */
export function leaseBody({ id, userId, acquiredAtSec, expiresAtSec }: Lease) {
  return { id, userid: userId, acquiredAt: isoSeconds(acquiredAtSec), expiresAt: isoSeconds(expiresAtSec) };
}

/** A lease and its VM, with all it takes to log in if the VM is ready. */
export function grantBody({ vm, lease: granted, ...opened }: OpenGrant) {
  const { id, pool, ip, port, username } = vm;
  return { vm: { id, pool, ip, port, username, ...openedBody(opened) }, lease: leaseBody(granted) };
}

/** Notes a lease for the log, and when to ask again if its VM is not ready. @returns the body */
export function noteGrant(facts: Facts, granted: OpenGrant, body: ReturnType<typeof grantBody>) {
  noteLease(facts, body.vm.id, body.lease);
  if ('unready' in granted) facts.retryAfterSec = granted.unready.againInSec;
  return body;
}

function openedBody(opened: { login: Login } | { unready: Unready }) {
  if ('login' in opened) return { status: 'ready' as const, ...loginBody(opened.login) };
  const { status, why } = opened.unready;
  return { status, statusReason: why };
}

function loginBody(login: Login) {
  if ('certificate' in login) {
    const { certificateExpiresAtSec, ...rest } = login;
    return { ...rest, certificateExpiresAt: isoSeconds(certificateExpiresAtSec) };
  }
  if (!('keyAcceptedUntilSec' in login)) return login;
  const { keyAcceptedUntilSec, ...rest } = login;
  return { ...rest, keyAcceptedUntil: isoSeconds(keyAcceptedUntilSec) };
}

/** A pool as the API shows it. */
export function poolBody({ policy, counts, power }: PoolView) {
  const { description, aliases, access, check, reset, lease } = policy;
  return defined({ ...counts, description, aliases, access, check, reset, lease, power: power && powerBody(power) });
}

/** In hours, with one digit after the point. */
function powerBody({ running, stopped, minRunning, stoppedSec }: PowerView) {
  return { running, stopped, minRunning, hoursSaved: Math.floor(stoppedSec / 360) / 10 };
}
