import { describe, expect, it } from '@jest/globals';
import { explain } from '../../../scripts/lib/logs/aws-errors.ts';
import { QueryFailed } from '../../../scripts/lib/logs/insights.ts';

const PLACE = { logGroup: '/aws/lambda/vm-pool-dev', region: 'eu-west-1', permissions: 'logs:X and logs:Y' };

function named(name: string, message = 'what AWS said'): Error {
  return Object.assign(new Error(message), { name });
}

describe('explain', () => {
  it.each([
    { name: 'CredentialsProviderError', says: /^no AWS credentials found \(what AWS said\): sign in with/ },
    { name: 'TokenProviderError', says: /^no AWS credentials found \(what AWS said\): sign in with/ },
    { name: 'ExpiredTokenException', says: /^the AWS credentials have expired: sign in with/ },
    {
      name: 'UnrecognizedClientException',
      says: /^AWS does not accept these credentials \(what AWS said\): sign in with/,
    },
    { name: 'InvalidSignatureException', says: /^AWS does not accept these credentials/ },
    { name: 'ThrottlingException', says: /^AWS is throttling: wait a minute, or ask for less/ },
    {
      name: 'ResourceNotFoundException',
      says: /^there is no log group \/aws\/lambda\/vm-pool-dev in eu-west-1 .*check --env/,
    },
    { name: 'AccessDeniedException', says: /they need logs:X and logs:Y on log group \/aws\/lambda\/vm-pool-dev$/ },
    { name: 'LimitExceededException', says: /^too many queries run at once in this account: try again in a minute$/ },
    { name: 'MalformedQueryException', says: /^CloudWatch does not understand the query: what AWS said$/ },
    { name: 'ServiceUnavailableException', says: /try again in a minute$/ },
    {
      name: 'TimeoutError',
      says: /^CloudWatch Logs in eu-west-1 can't be reached \(what AWS said\): check the network/,
    },
  ])('says what to do about $name', ({ name, says }) => {
    expect(explain(named(name), PLACE)).toMatch(says);
  });

  it('asks for a region when none is set', () => {
    expect(explain(new Error('Region is missing'), { ...PLACE, region: undefined })).toBe(
      'no AWS region is set: pass --region us-east-1, or set AWS_REGION',
    );
  });

  it('knows a fault of Node by its code, also without a message', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(explain(refused, PLACE)).toMatch(/can't be reached \(ECONNREFUSED\)/);
  });

  it('leaves the reason of a failed query as it is', () => {
    expect(explain(new QueryFailed('too slow'), PLACE)).toBe('too slow');
  });

  it('reports name and first line of an error that it does not know', () => {
    expect(explain(named('InvalidParameterException', 'bad\n  at x'), PLACE)).toBe(
      "the log can't be read: InvalidParameterException: bad",
    );
    expect(explain('thrown text', PLACE)).toBe("the log can't be read: thrown text");
  });
});
