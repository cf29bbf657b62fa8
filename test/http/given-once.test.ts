import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TestApi } from '../support/api/served-api.ts';
import { testApi } from '../support/api/served-api.ts';
import type { EventParts } from './event.ts';
import { eventOf } from './event.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

let parts: TestApi;

beforeEach(async () => {
  parts = await testApi();
});

async function answered(event: EventParts): Promise<{ status: number | undefined; body: Record<string, unknown> }> {
  const { statusCode, body } = await parts.api(eventOf(event), 'invocation-1');
  return { status: statusCode, body: JSON.parse(body ?? '') as Record<string, unknown> };
}

const leased = async () => (await parts.store.counts(parts.clock.nowSec)).get('default')?.leased;

describe('a name in a JSON body', () => {
  it.each([
    { body: '{"userid":"a","userid":"b"}', field: 'userid' },
    { body: '{"userid":"a", "pool": "default", "\\u0075serid" : "a"}', field: 'userid' },
    { body: '{"userid":"a","__proto__":1,"__proto__":2}', field: '__proto__' },
    { body: '{"pool":{"userid":"c"},"userid":"a","userid":"b"}', field: 'userid' },
  ])('is refused when it is given twice: $body', async ({ body, field }) => {
    expect(await answered({ headers: JSON_TYPE, body })).toMatchObject({
      status: 400,
      body: { errors: [{ field, message: 'is given more than once; give it once' }] },
    });
    expect(await leased()).toBe(0);
  });

  it.each(['{"userid":"a","sshPublicKey":"a:b:c"}', '{"userid":"a","pool":{"userid":"b","x":["userid"]}}'])(
    'is not refused as given twice when it is given once: %s',
    async (body) => {
      const { body: problem } = await answered({ headers: JSON_TYPE, body });
      expect(JSON.stringify(problem.errors)).not.toContain('more than once');
    },
  );

  it('is accepted beside a value that contains colons and braces', async () => {
    const answer = await answered({
      routeKey: 'POST /vms/{id}/drain',
      pathParameters: { id: 'vm-01' },
      headers: { ...JSON_TYPE, 'x-operator': 'ops' },
      body: '{"reason":"{\\"reason\\": 1} : a \\\\\\" b"}',
      requestContext: local(),
    });
    expect(answer).toMatchObject({ status: 200, body: { vm: { reason: '{"reason": 1} : a \\" b' } } });
  });
});

describe('an Idempotency-Key', () => {
  it('is refused when the header is sent twice, which API Gateway joins with a comma', async () => {
    const headers = { 'idempotency-key': 'k1,k2' };
    expect(await answered({ rawQueryString: 'userid=alice', headers })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'Idempotency-Key', message: expect.stringContaining('must be sent once') }] },
    });
  });

  it.each([
    { place: 'the query string', event: { rawQueryString: 'userid=alice&Idempotency-Key=k-1' } },
    { place: 'a JSON body', event: { headers: JSON_TYPE, body: '{"userid":"alice","Idempotency-Key":"k-1"}' } },
    { place: 'a form body', event: { headers: FORM_TYPE, body: 'userid=alice&Idempotency-Key=k-1' } },
  ])('is an unknown parameter in $place, and the answer does not offer it as one', async ({ event }) => {
    const message = 'is not a parameter of this call; it takes userid, pool, minutes, sshPublicKey';
    expect(await answered(event)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'Idempotency-Key', message }] },
    });
  });
});

it.each(['GET /pool', 'GET /health', 'GET /openapi.json'])('%s refuses every parameter', async (routeKey) => {
  expect(await answered({ routeKey, method: 'GET', rawQueryString: 'x=1' })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'x', message: 'is not a parameter of this call; it takes none' }] },
  });
});

describe('a compressed body', () => {
  it('is 415, with what is accepted', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const { statusCode, headers: answer } = await parts.api(eventOf({ headers, body: 'x' }), 'invocation-1');
    const acceptEncoding = answer?.['accept-encoding'];
    expect({ statusCode, acceptEncoding }).toEqual({ statusCode: 415, acceptEncoding: 'identity' });
  });

  it('is accepted when its encoding is identity', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'identity' };
    expect(await answered({ headers, body: '{"userid":"alice"}' })).toMatchObject({ status: 200 });
  });
});

function local() {
  const { requestContext } = eventOf({ routeKey: 'POST /vms/{id}/drain' });
  return { ...requestContext, http: { ...requestContext.http, sourceIp: '127.0.0.1' } };
}
