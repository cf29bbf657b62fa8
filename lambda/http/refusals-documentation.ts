import * as v from 'valibot';
import { counts, instant, state } from './answer-schemas.ts';
import type { ProblemCode } from './refusals.ts';

/** What the contract says of a refusal. */
export interface RefusalDocumentation {
  /** One sentence for callers. */
  readonly meaning: string;
  /** Members of the problem document beside the standard ones, and an example of them. */
  readonly members?: v.ObjectEntries;
  readonly example?: Readonly<Record<string, unknown>>;
}

/** What each refusal means. The function does not import it, so it is not bundled. */
export const REFUSAL_DOCUMENTATION: Readonly<Record<ProblemCode, RefusalDocumentation>> = {
  access_unavailable: {
    meaning: 'No login credential can be made now; the lease stands, so ask connectvm after `Retry-After` seconds.',
  },
  already_allocated: {
    meaning: 'The user already holds a VM; `vmId`, `leaseId` and `expiresAt` say which.',
    members: { vmId: v.string(), leaseId: v.string(), expiresAt: instant },
    example: {
      vmId: 'vm-01',
      leaseId: '96ba437d-ec47-4d0f-a5f6-40e5483397ec',
      expiresAt: '2026-11-21T13:00:00Z',
    },
  },
  forbidden: { meaning: 'The call is for operators.' },
  host_key_changed: {
    meaning:
      'The VM is out because its host key changed; name the new one as `hostKey`. `hostKeys` are in the inventory, or on the console of the EC2 instance.',
    members: { hostKeys: v.array(v.string()) },
    example: { hostKeys: ['SHA256:kYaUkeKZtYOCKqFUcAmeJLBELrJ4vqJKKEBcKIdCC7o'] },
  },
  idempotency_key_reused: {
    meaning: 'The user has sent this `Idempotency-Key` before, with other parameters; use a new key.',
  },
  idempotency_key_spent: {
    meaning: 'The lease of this `Idempotency-Key` has ended; use a new key for another VM.',
  },
  internal: { meaning: 'A fault of the service; quote the `requestId` when you report it.' },
  invalid_cursor: { meaning: 'The cursor does not come from an earlier page.' },
  invalid_request: {
    meaning: 'Parameters are missing, wrong or unknown; `errors` names each.',
    members: { errors: v.array(v.object({ field: v.string(), message: v.string() })) },
    example: { errors: [{ field: 'userid', message: 'is required' }] },
  },
  lease_superseded: { meaning: "The `leaseId` is not the user's current lease." },
  lease_too_long: {
    meaning: 'The lease would be longer than allowed, renewals included; `latestExpiresAt` is its latest end.',
    members: { latestExpiresAt: instant },
    example: { latestExpiresAt: '2026-11-28T12:00:00Z' },
  },
  method_not_allowed: { meaning: 'The path exists, but only for the methods in `Allow`.' },
  metrics_token_unavailable: {
    meaning:
      'The service cannot read the token of the metrics; its log says why. Try again after `Retry-After` seconds.',
  },
  no_certificate_authority: { meaning: 'The service makes no login certificates.' },
  no_lease: { meaning: 'The user holds no lease, or it has ended.' },
  not_found: { meaning: 'No call has this path.' },
  not_yours: { meaning: 'The `userid` is not yours; only operators may act for others.' },
  payload_too_large: { meaning: 'The body is larger than 8 KiB.' },
  pool_empty: {
    meaning: 'No VM of the pool is free; try again after `Retry-After` seconds.',
    members: { pool: v.string(), counts },
    example: { pool: 'default', counts: { free: 0, leased: 5, checking: 0, quarantined: 0, drained: 0 } },
  },
  ssh_public_key_needed: {
    meaning: 'VMs of this pool open to your own key only: send `sshPublicKey`, of the type Ed25519 or RSA.',
  },
  store_unavailable: { meaning: 'The lease store did not answer in time, so the outcome is unknown; try again.' },
  too_many_requests: { meaning: 'The caller sends too many requests; try again after `Retry-After` seconds.' },
  unauthorized: { meaning: 'The call needs the token of the metrics, as `Authorization: Bearer TOKEN`.' },
  unknown_pool: {
    meaning: 'No VM belongs to the pool; `pools` lists the pools.',
    members: { pools: v.array(v.string()) },
    example: { pools: ['default'] },
  },
  unknown_vm: { meaning: 'The inventory does not contain the VM.' },
  unsupported_media_type: { meaning: 'The body is neither JSON nor a form, or it is compressed.' },
  unusable_identity: { meaning: 'The caller is verified but cannot be a user; `detail` says why.' },
  vm_busy: { meaning: 'The VM kept changing, so the order was not carried out; try again.' },
  vm_in_use: {
    meaning: 'A user holds the VM; release it first.',
    members: { state },
    example: { state: 'leased' },
  },
  wrong_state: {
    meaning: "The order does not apply to the VM's `state`.",
    members: { state },
    example: { state: 'free' },
  },
};
