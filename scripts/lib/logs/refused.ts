import type { Entry } from './line.ts';

/** What the status of an answer means that API Gateway gave without the function. */
const REASONS = new Map([
  [400, 'the request is not valid HTTP for it'],
  [401, 'the token is missing, wrong or has expired'],
  [403, 'the signature or token is missing, wrong or does not allow this call'],
  [404, 'the API has no such route'],
  [413, 'the body is too large'],
  [429, 'more requests came than throttling_rate_per_second and throttling_burst allow'],
  [503, 'it could not call the function'],
  [504, 'the function took longer than it waits'],
]);

/**
 * Says why the function has not logged a request, from its line in the access log.
 *
 * @param access - an entry of the access log
 */
export function whyUnanswered({ fields }: Entry): string {
  const { status, gatewayError, lambdaStatus, functionStatus } = fields as Readonly<Record<string, string | number>>;
  if (lambdaStatus === undefined) {
    const reason = REASONS.get(Number(status)) ?? 'it gives no reason';
    const type = gatewayError === undefined ? '' : `, ${gatewayError}`;
    return `API Gateway answered ${status}${type} without the function: ${reason}`;
  }
  if (lambdaStatus === '429') return 'Lambda throttled the function: too many ran at once (max_concurrency)';
  if (lambdaStatus !== '200') return `Lambda did not run the function: it answered API Gateway ${lambdaStatus}`;
  if (functionStatus === undefined) return 'the function crashed or ran out of time before it could log the request';
  return `the function answered ${functionStatus}, but its line is not there: it may still come`;
}
