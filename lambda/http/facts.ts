/** Facts collected while a request runs, for its log line. Never a key. */
export interface Facts {
  /** Whose lease it is about, or who gives an operator's order. */
  userId?: string;
  /** Who asks, if not that user. */
  who?: string;
  /** The pool that a borrower asked for, if any. */
  pool?: string;
  vmId?: string;
  leaseId?: string;
  /** When the lease ends unless it is renewed, as the API writes it. */
  expiresAt?: string;
  /** When to ask again, seconds: the VM is not ready yet. Sent as `Retry-After` too. */
  retryAfterSec?: number;
  method?: string;
  path?: string;
  /** Where a forbidden request came from. */
  sourceIp?: string;
  /** A verified caller who can't be a user: the ARN, or the subject of the token. */
  caller?: string | undefined;
  claimedOperator?: string;
  /** Another user in whose name a caller wanted to act. */
  claimedUser?: string;
}

/** Notes a lease and its VM. */
export function noteLease(
  facts: Facts,
  vmId: string,
  { id: leaseId, expiresAt }: { id: string; expiresAt: string },
): void {
  Object.assign(facts, { vmId, leaseId, expiresAt } satisfies Facts);
}
