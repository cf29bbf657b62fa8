/** Facts collected while a request runs, for its log line. Never a key. */
export interface Facts {
  userId?: string;
  vmId?: string;
  leaseId?: string;
  method?: string;
  path?: string;
  sourceIp?: string;
  claimedOperator?: string;
}
