/**
 * Schemas of the answers. TypeScript checks each handler against them, and `openapi.json` is generated from them. The
 * function never uses them, so they are not bundled.
 */
import * as v from 'valibot';
import { ACCESSES, CHECKS, RESETS } from '../pool/pool.ts';
import { VM_STATES } from '../pool/vm.ts';

/** A time, ISO 8601 in UTC. */
export const instant = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const address = { id: v.string(), pool: v.string(), ip: v.string(), port: count, username: v.string() };

/** Where a VM is in its life. */
export const state = v.picklist(VM_STATES);

/** A lease as the API shows it to its holder. */
export const lease = v.object({ id: v.string(), userid: v.string(), acquiredAt: instant, expiresAt: instant });

/**
 * A lease and its VM. If the VM is `ready`, with all it takes to log in: a certificate, with a private key if it is not
 * for the caller's own key; a key that others know too (`shared-key`); until when the VM takes the caller's own key
 * (`instance-connect`); a session of AWS Systems Manager (`session-manager`); or what a mock VM has.
 */
export const grant = {
  vm: v.object({
    ...address,
    status: v.picklist(['ready', 'starting', 'gone']),
    statusReason: v.optional(v.string()),
    login: v.optional(v.picklist(['certificate', 'shared-key', 'instance-connect', 'session-manager'])),
    certificate: v.optional(v.string()),
    certificateExpiresAt: v.optional(instant),
    keyAcceptedUntil: v.optional(instant),
    knownHosts: v.optional(v.pipe(v.array(v.string()), v.readonly())),
    region: v.optional(v.string()),
    session: v.optional(v.object({ sessionId: v.string(), streamUrl: v.string(), tokenValue: v.string() })),
    privateKey: v.optional(v.string()),
    authorizedKey: v.optional(v.string()),
  }),
  lease,
};

/** VMs by state. */
export const counts = v.object({ free: count, leased: count, checking: count, quarantined: count, drained: count });

/** Free VMs that run and that are stopped, and how many hours VMs of the pool were stopped, all together. */
const power = v.object({
  running: count,
  stopped: count,
  minRunning: count,
  hoursSaved: v.pipe(v.number(), v.minValue(0)),
});

/** A pool: its VMs by state, and how they are lent. */
export const pool = v.object({
  ...counts.entries,
  description: v.optional(v.string()),
  aliases: v.pipe(v.array(v.string()), v.readonly()),
  access: v.picklist(ACCESSES),
  check: v.picklist(CHECKS),
  reset: v.picklist(RESETS),
  lease: v.object({ defaultMinutes: count, maxMinutes: count }),
  power: v.optional(power),
});

/** A VM as operators see it. */
export const vmStatus = v.object({
  ...address,
  state,
  failures: count,
  draining: v.boolean(),
  retired: v.boolean(),
  stopped: v.optional(v.literal(true)),
  missingSince: v.optional(instant),
  since: v.optional(instant),
  dueAt: v.optional(instant),
  reason: v.optional(v.string()),
  userid: v.optional(v.string()),
  leaseId: v.optional(v.string()),
});

/** What happened to a VM. */
export const poolEvent = v.object({
  id: v.string(),
  at: instant,
  kind: v.string(),
  vmId: v.string(),
  from: v.optional(state),
  to: v.optional(state),
  userid: v.optional(v.string()),
  leaseId: v.optional(v.string()),
  reason: v.optional(v.string()),
  who: v.string(),
  requestId: v.string(),
});

/** Where the next page begins; absent on the last one. */
export const cursor = v.optional(v.string());
