import { describe, expect, it } from '@jest/globals';
import { explain } from '../../../scripts/lib/logs/aws-errors.ts';

const PLACE = { logGroup: '/aws/lambda/vm-pool-dev', region: 'eu-west-1' };

function named(name: string, message = 'what AWS said'): Error {
  return Object.assign(new Error(message), { name });
}

describe('explain', () => {
  it.each([
    { name: 'CredentialsProviderError', says: /^no AWS credentials could be had \(what AWS said\): sign in with/ },
    { name: 'TokenProviderError', says: /^no AWS credentials could be had \(what AWS said\): sign in with/ },
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
    { name: 'AccessDeniedException', says: /they need logs:FilterLogEvents on log group \/aws\/lambda\/vm-pool-dev$/ },
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

  it('knows what Node could not do by its code, also when there are no words for it', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(explain(refused, PLACE)).toMatch(/can't be reached \(ECONNREFUSED\)/);
  });

  it('tells name and message of an error it does not know, and only the first line', () => {
    expect(explain(named('InvalidParameterException', 'bad\n  at x'), PLACE)).toBe(
      'the log could not be read: InvalidParameterException: bad',
    );
    expect(explain('thrown text', PLACE)).toBe('the log could not be read: thrown text');
  });
});
