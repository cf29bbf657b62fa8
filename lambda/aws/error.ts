/** Codes of errors whose message names the action, the caller and the resource. The second is that of EC2. */
const DENIED = /^(AccessDenied|UnauthorizedOperation$)/;
const LONGEST_WORDS = 400;
const MISSING = new Set(['ParameterNotFound', 'ResourceNotFoundException']);

/**
 * A service of AWS answered with an error, or not at all. The error never has what was sent or answered, since both may
 * hold a key.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';

  /**
   * @param service - such as `kms`
   * @param code - of AWS, such as `ThrottlingException`, or of the network, such as `ECONNREFUSED`
   * @param status - of the HTTP answer; undefined when there was none
   * @param words - what AWS says; kept only where it denies access
   */
  constructor(
    readonly service: string,
    readonly code: string,
    readonly status?: number,
    words = '',
  ) {
    super(status === undefined ? `${service} did not answer: ${code}` : answered(service, code, status, words));
  }
}

function answered(service: string, code: string, status: number, words: string): string {
  const why = DENIED.test(code) && words !== '' ? `: ${readable(words)}` : '';
  return `${service} answered ${status} ${code}${why}`;
}

/** EC2 adds a thousand characters that only `sts:DecodeAuthorizationMessage` can read. */
function readable(words: string): string {
  const [readableWords = ''] = words.split(' Encoded authorization failure message:');
  return readableWords.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_WORDS);
}

/** Why a secret can't be read, to stand behind its name. */
export function whyUnreadable({ code }: AwsError): string {
  if (MISSING.has(code)) return 'does not exist';
  return DENIED.test(code) ? 'may not be read by the service' : `can't be read now (${code})`;
}

const THROTTLED = /^(Throttl|TooManyRequests|SlowDown|RequestLimitExceeded)/;

/** Whether AWS had no time for a request. EC2 throttles with 503, other services with 400. */
export function wasThrottled({ code, status }: Pick<AwsError, 'code' | 'status'>): boolean {
  return status === 429 || THROTTLED.test(code);
}
