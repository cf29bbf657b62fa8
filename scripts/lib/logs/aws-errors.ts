import { QueryFailed } from './insights.ts';

/** Where the log was looked for. */
export interface Place {
  readonly logGroup: string;
  /** Nothing when no region could be found out. */
  readonly region: string | undefined;
  /** What the credentials must allow. */
  readonly permissions: string;
}

type Advice = (place: Place, message: string) => string;

const SIGN_IN = "sign in with 'aws sso login' or 'aws configure', or set AWS_PROFILE to a profile that works";

const noCredentials: Advice = (_place, message) => `no AWS credentials found (${message}): ${SIGN_IN}`;
const expired: Advice = () => `the AWS credentials have expired: ${SIGN_IN}`;
const unknownCredentials: Advice = (_place, message) =>
  `AWS does not accept these credentials (${message}): ${SIGN_IN}`;
const throttled: Advice = () => 'AWS is throttling: wait a minute, or ask for less with a later --since';
const unreachable: Advice = ({ region }, message) =>
  `CloudWatch Logs in ${region ?? 'AWS'} can't be reached (${message}): check the network, the proxy and --region`;
const noLogGroup: Advice = ({ logGroup, region }) =>
  `there is no log group ${logGroup} in ${region ?? 'this region'} of this account: ` +
  'check --env (or --log-group), --region and AWS_PROFILE, and that the service is deployed there';
const denied: Advice = ({ logGroup, permissions }) =>
  `these AWS credentials may not read the log: they need ${permissions} on log group ${logGroup}`;
const tooManyQueries: Advice = () => 'too many queries run at once in this account: try again in a minute';
const malformed: Advice = (_place, message) => `CloudWatch does not understand the query: ${message}`;
const unavailable: Advice = () => 'CloudWatch Logs is out of order at the moment: try again in a minute';

/** By the name of the error, or the code of what Node could not do. */
const ADVICE = new Map<string, Advice>([
  ['CredentialsProviderError', noCredentials],
  ['TokenProviderError', noCredentials],
  ['ExpiredTokenException', expired],
  ['ExpiredToken', expired],
  ['RequestExpired', expired],
  ['UnrecognizedClientException', unknownCredentials],
  ['InvalidClientTokenId', unknownCredentials],
  ['InvalidSignatureException', unknownCredentials],
  ['SignatureDoesNotMatch', unknownCredentials],
  ['IncompleteSignature', unknownCredentials],
  ['MissingAuthenticationToken', unknownCredentials],
  ['ThrottlingException', throttled],
  ['TooManyRequestsException', throttled],
  ['LimitExceededException', tooManyQueries],
  ['MalformedQueryException', malformed],
  ['ResourceNotFoundException', noLogGroup],
  ['AccessDeniedException', denied],
  ['AccessDenied', denied],
  ['ServiceUnavailableException', unavailable],
  ['InternalFailure', unavailable],
  ['TimeoutError', unreachable],
  ['ECONNREFUSED', unreachable],
  ['ECONNRESET', unreachable],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['ETIMEDOUT', unreachable],
  ['ENOTFOUND', unreachable],
  ['EAI_AGAIN', unreachable],
]);

/** Says in one sentence why the log can't be read, and what to do about it. */
export function explain(error: unknown, place: Place): string {
  if (error instanceof QueryFailed) return error.message;
  if (!(error instanceof Error)) return `the log can't be read: ${String(error)}`;
  // The SDK knows this one by its words alone.
  if (error.message === 'Region is missing') return 'no AWS region is set: pass --region us-east-1, or set AWS_REGION';
  const code = 'code' in error ? String(error.code) : '';
  const advice = ADVICE.get(error.name) ?? ADVICE.get(code);
  const [message = ''] = (error.message || code).split('\n', 1);
  return advice?.(place, message) ?? `the log can't be read: ${error.name}: ${message}`;
}
