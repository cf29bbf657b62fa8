import * as v from 'valibot';
import type { RawParameters } from './parameters.ts';
import { invalidRequest } from './problem.ts';
import type { FieldFault } from './problem.ts';
import { isPublicKey, PUBLIC_KEY_RULE } from './ssh-public-key.ts';

// One message a field: whatever is wrong with it, the caller needs to know what would be right.
const USERID = 'must be 1 to 128 characters of A-Z a-z 0-9 . _ @ + -';
const POOL = 'must be the name of a pool: 1 to 64 characters of A-Z a-z 0-9 . _ -';
const LEASE_ID = 'must be the id of a lease, as getvm answered it';
const REASON = 'must be 1 to 500 characters that tell why';
const VM_ID = 'must be the id of a VM: 1 to 128 characters of A-Z a-z 0-9 . _ -';
const CURSOR = 'must be the cursor of an earlier page, as it was answered';
const IDEMPOTENCY_KEY = 'must be 1 to 255 visible ASCII characters, such as a UUID';

const userid = v.pipe(v.string(USERID), v.regex(/^[A-Za-z0-9._@+-]{1,128}$/, USERID));
const pool = v.pipe(v.string(POOL), v.regex(/^[A-Za-z0-9._-]{1,64}$/, POOL));
const leaseId = v.pipe(v.string(LEASE_ID), v.regex(/^[A-Za-z0-9-]{1,64}$/, LEASE_ID));
const reason = v.pipe(v.string(REASON), v.trim(), v.minLength(1, REASON), v.maxLength(500, REASON));
const vmId = v.pipe(v.string(VM_ID), v.regex(/^[A-Za-z0-9._-]{1,128}$/, VM_ID));
const cursor = v.pipe(v.string(CURSOR), v.regex(/^[A-Za-z0-9_-]{1,1024}$/, CURSOR));
const sshPublicKey = v.pipe(
  v.string(PUBLIC_KEY_RULE),
  v.trim(),
  v.maxLength(4096, PUBLIC_KEY_RULE),
  v.check(isPublicKey, PUBLIC_KEY_RULE),
);
const idempotencyKey = v.pipe(v.string(IDEMPOTENCY_KEY), v.regex(/^[\x21-\x7e]{1,255}$/, IDEMPOTENCY_KEY));

/** Items on one page of a list. */
const LONGEST_PAGE = 200;

/** A whole number from 1 to `max`; forms and query strings can only send its digits, so those count as well. */
function wholeNumber(max: number) {
  const rule =
    max < Number.MAX_SAFE_INTEGER ? `must be a whole number from 1 to ${max}` : 'must be a whole number from 1';
  return v.pipe(
    v.unknown(),
    v.transform(numberOfDigits),
    v.number(rule),
    v.integer(rule),
    v.minValue(1, rule),
    v.maxValue(max, rule),
  );
}

function numberOfDigits(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

const page = { limit: v.optional(wholeNumber(LONGEST_PAGE), 50), cursor: v.optional(cursor) };

/** What each call may be given. How long a lease may be depends on its pool, so that is a rule of the pool. */
export function createSchemas() {
  return {
    getVm: v.strictObject({
      userid,
      pool: v.optional(pool),
      minutes: v.optional(wholeNumber(Number.MAX_SAFE_INTEGER)),
      sshPublicKey: v.optional(sshPublicKey),
      'Idempotency-Key': v.optional(idempotencyKey),
    }),
    releaseVm: v.strictObject({ userid, leaseId: v.optional(leaseId) }),
    renewVm: v.strictObject({
      userid,
      leaseId: v.optional(leaseId),
      minutes: v.optional(wholeNumber(Number.MAX_SAFE_INTEGER)),
    }),
    lease: v.strictObject({ userid }),
    order: v.strictObject({ reason }),
    vms: v.strictObject(page),
    events: v.strictObject({ userid: v.optional(userid), vm: v.optional(vmId), ...page }),
  };
}

/** How many faults one answer names, and how much of a name: enough to mend a request, too little to be flooded by one. */
const MOST_FAULTS = 10;
const LONGEST_NAME = 64;

/** Whether a text can be the id of a VM at all. */
export function isVmId(text: string): boolean {
  return v.is(vmId, text);
}

/** See {@link createSchemas}. */
export type Schemas = ReturnType<typeof createSchemas>;

/** @throws {@link Problem} 400 that names every bad, missing or unknown parameter */
export function checked<Schema extends v.StrictObjectSchema<v.ObjectEntries, undefined>>(
  schema: Schema,
  parameters: RawParameters,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, parameters, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw invalidRequest(parsed.issues.slice(0, MOST_FAULTS).map((issue) => faultOf(issue, Object.keys(schema.entries))));
}

function faultOf(issue: v.BaseIssue<unknown>, known: readonly string[]): FieldFault {
  const field = String(issue.path?.[0]?.key).slice(0, LONGEST_NAME);
  if (issue.expected === 'never')
    return { field, message: `is no parameter of this call, which takes ${known.join(', ')}` };
  if (issue.type === 'strict_object') return { field, message: 'is required' };
  return { field, message: issue.message };
}
