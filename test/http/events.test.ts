import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TestApi } from '../support/api/served-api.ts';
import { testApi } from '../support/api/served-api.ts';
import type { EventParts } from './event.ts';
import { eventOf } from './event.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

let parts: TestApi;

beforeEach(async () => {
  parts = await testApi();
});

async function answered(event: EventParts): Promise<{ status: number | undefined; body: Record<string, unknown> }> {
  const { statusCode, body } = await parts.api(eventOf(event), 'invocation-1');
  return { status: statusCode, body: JSON.parse(body ?? '') as Record<string, unknown> };
}

describe('an event of API Gateway', () => {
  it.each([
    { rule: 'a query string', event: { rawQueryString: 'userid=al%2Bice' }, userid: 'al+ice' },
    { rule: 'a base64 body', event: { headers: FORM, body: base64('userid=alice'), isBase64Encoded: true } },
    { rule: 'a plain body', event: { headers: FORM, body: 'userid=alice' } },
    {
      rule: 'a byte order mark before its body',
      event: { headers: { 'content-type': 'application/json' }, body: '\uFEFF{"userid":"alice"}' },
    },
    {
      rule: 'upper-case header names',
      event: { headers: { 'CONTENT-TYPE': 'APPLICATION/JSON' }, body: '{"userid":"alice"}' },
    },
    { rule: 'an empty body', event: { rawQueryString: 'userid=alice', headers: FORM, body: '' } },
    { rule: 'a path without the stage', event: { rawPath: '/getvm', rawQueryString: 'userid=alice' } },
  ])('is understood with $rule', async ({ event, userid = 'alice' }) => {
    expect(await answered(event)).toMatchObject({ status: 200, body: { lease: { userid } } });
  });

  it('is answered with the request id of API Gateway, and logged with that id and the id of Lambda', async () => {
    const { headers } = await parts.api(eventOf({ rawQueryString: 'userid=alice' }), 'invocation-1');
    expect(headers).toMatchObject({ 'x-request-id': 'JKJaXmPLvHcESHA=' });
    expect(JSON.parse(parts.lines[0] ?? '')).toMatchObject({
      requestId: 'JKJaXmPLvHcESHA=',
      invocationId: 'invocation-1',
    });
  });

  it('is replayed for an Idempotency-Key header in upper or lower case', async () => {
    const query = { rawQueryString: 'userid=alice' };
    const first = await answered({ ...query, headers: { 'IDEMPOTENCY-KEY': 'k-1' } });
    expect(await answered({ ...query, headers: { 'idempotency-key': 'k-1' } })).toEqual(first);
  });

  it.each([
    { rule: 'a repeated query parameter', event: { rawQueryString: 'userid=alice&userid=alice' }, field: 'userid' },
    {
      rule: 'a body that is not UTF-8',
      event: {
        headers: { 'content-type': 'application/json' },
        body: base64(Buffer.from('{"userid":"\xff"}', 'latin1')),
        isBase64Encoded: true,
      },
      field: 'body',
    },
    {
      rule: 'a parameter named __proto__',
      event: { headers: { 'content-type': 'application/json' }, body: '{"userid":"alice","__proto__":{"pool":"x"}}' },
      field: '__proto__',
    },
  ])('is refused for $rule', async ({ event, field }) => {
    expect(await answered(event)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('is refused for a base64 body that is over the limit once decoded', async () => {
    const body = base64('x'.repeat(8193));
    expect(await answered({ headers: FORM, body, isBase64Encoded: true })).toMatchObject({ status: 413 });
  });
});

describe('the $default route', () => {
  it.each([
    { method: 'GET', rawPath: '/resources/getvm', status: 405 },
    { method: 'GET', rawPath: '/getvm', status: 405 },
    { method: 'POST', rawPath: '/getvm', status: 404 },
    { method: 'POST', rawPath: '/resources/getvm', status: 404 },
    { method: 'POST', rawPath: '/resources/resources/getvm', status: 404 },
    { method: 'POST', rawPath: '/resourcesgetvm', status: 404 },
    { method: 'GET', rawPath: '/', status: 404 },
  ])('answers $method $rawPath with $status and runs no call', async ({ method, rawPath, status }) => {
    const event = { routeKey: '$default', method, rawPath, rawQueryString: 'userid=alice' };
    expect(await answered(event)).toMatchObject({ status });
    expect((await parts.store.counts(parts.clock.nowSec)).get('default')).toMatchObject({ leased: 0 });
  });
});
