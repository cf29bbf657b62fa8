/** What calls answer: values of the service as the API writes them. `answer-schemas.ts` describes them. */
import type { Login } from '../pool/access.ts';
import { defined } from '../pool/defined.ts';
import type { Lease } from '../pool/lease.ts';
import type { OpenGrant, PoolView } from '../pool/lending.ts';

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
