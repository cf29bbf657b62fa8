import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../../scripts/lib/logs/line.ts';
import { readLine } from '../../../scripts/lib/logs/line.ts';
import { whyUnanswered } from '../../../scripts/lib/logs/refused.ts';

const NOTHING = { gatewayError: '-', lambdaStatus: '-', lambdaRequestId: '-', functionStatus: '-', userArn: '-' };

function entryOf(access: object): Entry {
  const line = { requestId: 'Jx=', requestTime: 't', routeKey: 'POST /getvm', latencyMs: '3', ...NOTHING, ...access };
  return readLine(JSON.stringify(line)) as Entry;
}

describe('whyUnanswered', () => {
  it.each([
    {
      access: { status: '403', gatewayError: 'ACCESS_DENIED' },
      why: 'API Gateway answered 403, ACCESS_DENIED without the function: the signature or token is missing, wrong or does not allow this call',
    },
    {
      access: { status: '401' },
      why: 'API Gateway answered 401 without the function: the token is missing, wrong or has expired',
    },
    {
      access: { status: '429' },
      why: 'API Gateway answered 429 without the function: more requests came than throttling_rate_per_second and throttling_burst allow',
    },
    { access: { status: '418' }, why: 'API Gateway answered 418 without the function: it gives no reason' },
    {
      access: { status: '503', lambdaStatus: '429' },
      why: 'Lambda throttled the function: too many ran at once (max_concurrency)',
    },
    {
      access: { status: '500', lambdaStatus: '403' },
      why: 'Lambda did not run the function: it answered API Gateway 403',
    },
    {
      access: { status: '502', lambdaStatus: '200' },
      why: 'the function crashed or ran out of time before it could log the request',
    },
    {
      access: { status: '200', lambdaStatus: '200', functionStatus: '200' },
      why: 'the function answered 200, but its line is not there: it may still come',
    },
  ])('says of $access: $why', ({ access, why }) => {
    expect(whyUnanswered(entryOf(access))).toBe(why);
  });
});

describe('a line of the access log', () => {
  it('is read like one of the function: numbers, and only what there is', () => {
    expect(entryOf({ status: '200', ip: '192.0.2.1', lambdaStatus: '200' })).toEqual({
      kind: 'entry',
      level: 'INFO',
      message: 'answer',
      fields: {
        ...{ route: 'POST /getvm', status: 200, durationMs: 3, requestId: 'Jx=' },
        ...{ ip: '192.0.2.1', lambdaStatus: '200' },
      },
    });
  });

  it('is an error from 500 on', () => {
    expect([entryOf({ status: '499' }).level, entryOf({ status: '500' }).level]).toEqual(['INFO', 'ERROR']);
  });
});
