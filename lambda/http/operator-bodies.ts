/** What the calls of operators answer. Loaded for the first of them, so that borrowers pay nothing for it. */
import { defined } from '../pool/defined.ts';
import type { PoolEvent } from '../pool/event.ts';
import type { Page } from '../pool/ports.ts';
import type { VmStatus } from '../pool/vm.ts';
import { isoSeconds } from './bodies.ts';

/** A VM as operators see it. */
export function vmBody({ vm, lease: held, dueAtSec, reason, ...status }: VmStatus) {
  const { id, pool, ip, port, username } = vm;
  const { state: now, failures, draining, retired, stopped, missingSinceSec } = status;
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
    stopped: stopped ? (true as const) : undefined,
    missingSince: missingSinceSec === undefined ? undefined : isoSeconds(missingSinceSec),
    since: held && isoSeconds(held.acquiredAtSec),
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
