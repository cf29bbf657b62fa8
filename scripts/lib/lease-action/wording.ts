import { Refused } from '../../../lambda/client/refused.ts';
import { visible } from '../logs/terminal.ts';

/** What to do about a refusal, by its code. */
const ADVICE: Readonly<Partial<Record<string, string>>> = {
  already_allocated:
    'One user holds one VM. Jobs of a matrix need a user id each, such as JWT_USER_ID={repository}@{run_id}/{check_run_id}',
  pool_empty: 'Raise the input wait, or add VMs to the pool',
  lease_too_long: 'Lower the input minutes',
  unusable_identity: 'The setting JWT_USER_ID of the service names the claims it needs',
};

/** What to do about an answer of API Gateway, which has no code. */
const ADVICE_BY_STATUS: Readonly<Record<number, string>> = {
  401: "The service did not accept the job's token: compare its issuer and required claims with the settings of the service",
  403: 'The AWS credentials of the job may not call this API: see "Callers" in terraform/README.md',
};

/** An error in one line, with what to do about it. It never holds login material. */
export function worded(error: unknown): string {
  if (!(error instanceof Error)) return visible(String(error));
  if (!(error instanceof Refused)) return visible(error.message);
  const { code, status, message, requestId } = error;
  const advice = code === undefined ? ADVICE_BY_STATUS[status] : ADVICE[code];
  const id = requestId === undefined ? '' : ` (requestId ${requestId})`;
  return visible(`${status} ${code ?? ''}`.trim() + `: ${message}${id}` + (advice === undefined ? '' : `. ${advice}`));
}
