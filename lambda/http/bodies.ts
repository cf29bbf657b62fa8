/** What calls answer: values of the service as the API writes them. `answer-schemas.ts` describes them. */
import type { Login } from '../pool/access.ts';
import { defined } from '../pool/defined.ts';
import type { PoolEvent } from '../pool/event.ts';
import type { Lease } from '../pool/lease.ts';
import type { OpenGrant, PoolView } from '../pool/lending.ts';
import type { Page } from '../pool/ports.ts';
import type { VmStatus } from '../pool/vm.ts';

/** Seconds since the epoch as the API writes them: ISO 8601 UTC, to the second. */
export function isoSeconds(epochSec: number): string {
  return `${new Date(epochSec * 1000).toISOString().slice(0, 19)}Z`;
}

/** A lease as the API shows it to its holder. */
export function leaseBody({ id, userId, acquiredAtSec, expiresAtSec }: Lease) {
  return { id, userid: userId, acquiredAt: isoSeconds(acquiredAtSec), expiresAt: isoSeconds(expiresAtSec) };
}

/** A lease and its VM, with all it takes to log in. */
export function grantBody({ vm, lease: granted, login }: OpenGrant) {
  const { id, pool, ip, port, username } = vm;
  return { vm: { id, pool, ip, port, username, ...loginBody(login) }, lease: leaseBody(granted) };
}

function loginBody(login: Login) {
  if (!('certificate' in login)) return login;
  const { certificateExpiresAtSec, ...rest } = login;
  return { ...rest, certificateExpiresAt: isoSeconds(certificateExpiresAtSec) };
}

/** A pool as the API shows it. */
export function poolBody({ policy, counts }: PoolView) {
  const { description, aliases, access, check, reset, lease } = policy;
  return defined({ ...counts, description, aliases, access, check, reset, lease });
}

/** A VM as operators see it. */
export function vmBody({ vm, lease: held, dueAtSec, reason, ...status }: VmStatus) {
  const { id, pool, ip, port, username } = vm;
  const { state: now, failures, draining, retired } = status;
  return defined({
    id,
    pool,
    ip,
    port,
    username,
    state: now,
    failures,
    draining,
    retired,
    dueAt: dueAtSec === undefined ? undefined : isoSeconds(dueAtSec),
    reason,
    userid: held?.userId,
    leaseId: held?.id,
  });
}

/** What happened to a VM. */
export function eventBody({ id, atMs, kind, vmId, from, to, userId, leaseId, reason, act }: PoolEvent) {
  return defined({
    id,
    at: new Date(atMs).toISOString(),
    kind,
    vmId,
    from,
    to,
    userid: userId,
    leaseId,
    reason,
    who: act.who,
    requestId: act.requestId,
  });
}

/** The cursor of a page as the API writes it. A store's own cursor may be any text; base64url can stand in a URL. */
export function cursorBody({ cursor: next }: Page<unknown>): { cursor?: string } {
  return next === undefined ? {} : { cursor: Buffer.from(next).toString('base64url') };
}

/** The store's own cursor, see {@link cursorBody}. */
export function readCursor(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'base64url').toString();
}
