/** Facts collected while a request runs, for its log line. Never a key. */
export interface Facts {
  /** Whose lease it is about, or who gives an operator's order. */
  userId?: string;
  /** Who asks, if not that user. */
  who?: string;
  vmId?: string;
  leaseId?: string;
  method?: string;
  path?: string;
  sourceIp?: string;
  claimedOperator?: string;
  /** Another user in whose name a caller wanted to act. */
  claimedUser?: string;
}
