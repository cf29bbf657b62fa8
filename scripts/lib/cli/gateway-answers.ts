import type { Exit } from './exit-codes.ts';

/** An answer without a code: it comes from API Gateway, which did not reach the service or did not ask it. */
export interface GatewayAnswer {
  readonly status: number;
  /** Its JSON says so as `message`. */
  readonly message: string;
  /** A sentence. */
  readonly means: string;
  readonly exit: Exit;
  /** What to do, as a step of `next-steps.ts`. */
  readonly next: string;
}

/**
 * What API Gateway answers itself, and what that means here.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
 */
export const GATEWAY_ANSWERS: readonly GatewayAnswer[] = [
  {
    status: 401,
    message: 'Unauthorized',
    means:
      'With `jwt`: no token was sent, it has ended, or it is for another audience. The header `www-authenticate` says which.',
    exit: 'notAllowed',
    next: 'sign in: vm-pool login',
  },
  {
    status: 403,
    message: 'Forbidden',
    means:
      'With `iam`: the call is not signed, the signature is older than 5 minutes, or no IAM policy allows the call.',
    exit: 'notAllowed',
    next: 'see whom the service takes you for: vm-pool login',
  },
  {
    status: 404,
    message: 'Not Found',
    means: 'The URL is not that of the API: mostly `/resources` is missing at its end.',
    exit: 'misused',
    next: 'check the URL: it is that of the API, such as https://.../resources',
  },
  {
    status: 429,
    message: 'Too Many Requests',
    means: 'All callers together send more than the stage allows.',
    exit: 'outOfReach',
    next: 'try again in a minute',
  },
  {
    status: 500,
    message: 'Internal Server Error',
    means: 'The function ended with an error; operators find it in its log.',
    exit: 'outOfReach',
    next: 'try again later',
  },
  {
    status: 503,
    message: 'Service Unavailable',
    means: 'The function is busy, or it did not answer in time: the call may have been carried out.',
    exit: 'outOfReach',
    next: 'try again later',
  },
];
