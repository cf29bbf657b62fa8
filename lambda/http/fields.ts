/**
 * The parameters that calls share. A rule is one sentence: whatever is wrong with a value, it says what would be right.
 */
import * as v from 'valibot';
import { isPublicKey, PUBLIC_KEY_RULE } from '../pool/ssh-public-key.ts';

/** The id of the user who borrows. */
export const userid = text(
  /^[A-Za-z0-9._@+:/=,|-]{1,128}$/,
  'must be 1 to 128 characters of A-Z a-z 0-9 . _ @ + - : / = , |',
);

/** The name of a pool. */
export const pool = text(
  /^[A-Za-z0-9._-]{1,64}$/,
  'must be the name of a pool: 1 to 64 characters of A-Z a-z 0-9 . _ -',
);

/** The id of a lease. */
export const leaseId = text(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a lease, as getvm returned it');

/** The id of a VM. */
export const vmId = text(/^[A-Za-z0-9._-]{1,128}$/, 'must be the id of a VM: 1 to 128 characters of A-Z a-z 0-9 . _ -');

/** The length of a lease from now; the rules of lending say what is too long. */
export const minutes = wholeNumber(Number.MAX_SAFE_INTEGER);

const REASON = 'must be 1 to 500 characters that say why';

/** Why an operator gives an order. */
export const reason = v.pipe(v.string(REASON), v.trim(), v.minLength(1, REASON), v.maxLength(500, REASON));

/** A host key by its fingerprint, as `ssh-keygen -l` prints it. */
export const hostKey = text(
  /^SHA256:[A-Za-z0-9+/]{43}$/,
  "must be the fingerprint of the VM's new host key as ssh-keygen -l prints it, SHA256: and 43 characters",
);

/** The user's own key, which the VM then accepts. */
export const sshPublicKey = v.pipe(
  v.string(PUBLIC_KEY_RULE),
  v.trim(),
  v.maxLength(4096, PUBLIC_KEY_RULE),
  v.check(isPublicKey, PUBLIC_KEY_RULE),
);

/** Marks a retry. Without a comma: API Gateway joins a header that is sent twice with one. */
export const idempotencyKey = text(
  /^[\x21-\x2b\x2d-\x7e]{1,255}$/,
  'must be sent once, as 1 to 255 visible ASCII characters without a comma, such as a UUID',
);

const cursor = text(/^[A-Za-z0-9_-]{1,1024}$/, 'must be the cursor of an earlier page, unchanged');

/** Items on the longest page of a list. */
const LONGEST_PAGE = 200;

/** Which part of a list a call returns. */
export const page = { limit: v.optional(wholeNumber(LONGEST_PAGE), 50), cursor: v.optional(cursor) };

function text(pattern: RegExp, rule: string) {
  return v.pipe(v.string(rule), v.regex(pattern, rule));
}

/** A whole number from 1 to `max`. Forms and query strings can only send its digits, so digits count too. */
function wholeNumber(max: number) {
  const upTo = max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : '';
  const rule = `must be a whole number from 1${upTo}`;
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
