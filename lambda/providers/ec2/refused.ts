/** What errors of AWS mean for a VM. */
import { AwsError, wasThrottled } from '../../aws/error.ts';

/** The service may not ask for this, or not yet: its role or its credentials are to blame. */
const NOT_ALLOWED =
  /^(AccessDenied|UnauthorizedOperation|AuthFailure|ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient)/;

/** How the code begins of a fault of EC2 that is about this very instance, such as `InsufficientInstanceCapacity`. */
const NO_CAPACITY = 'Insufficient';

/** EC2 refuses it in the state in which the instance is now. */
const WRONG_STATE = /^Incorrect(Instance)?State$/;

/** Whether AWS did not answer, or gets too many requests: then more of them would only add to it. */
export function isThrottled(error: AwsError): boolean {
  return error.status === undefined || wasThrottled(error);
}

/** Whether AWS or the service is to blame, not the instance: then the same call may succeed later. */
export function isOurs(error: AwsError): boolean {
  const { code, status } = error;
  if (code.startsWith(NO_CAPACITY)) return false;
  return isThrottled(error) || NOT_ALLOWED.test(code) || (status ?? 0) >= 500;
}

/** Whether the same call may succeed when the instance has come to another state. */
export function isOfState({ code }: AwsError): boolean {
  return WRONG_STATE.test(code);
}

/** For borrowers: without the words of a denied call, which name the role of the service and the resource. */
export function briefly({ service, code, status }: AwsError): string {
  return new AwsError(service, code, status).message;
}

/** The error of AWS. @throws any other error */
export function awsErrorOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}
