/** The contract promises nothing that the function never answers. `testApi` checks the reverse. */
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { CALLS } from '../../lambda/http/calls.ts';
import openApi from '../../lambda/openapi.json' with { type: 'json' };
import { AccessUnavailable, InvalidCursor, StoreUnavailable } from '../../lambda/pool/refusals.ts';
import { answersDocumented, answersSeen } from '../support/api/contract.ts';
import { OPERATOR } from '../support/api/modes.ts';
import type { TestApi } from '../support/api/served-api.ts';
import { testApi } from '../support/api/served-api.ts';
import { certificatePool } from '../support/pool/lending.ts';
import type { EventParts } from './event.ts';
import { eventOf, signedBy } from './event.ts';

const ROUTES = CALLS.map(({ route }) => route);
const FOR_OPERATORS = CALLS.filter(({ audience }) => audience === 'operators').map(({ route }) => route);

/** Calls that ask no store. */
const STATIC = ['GET /', 'GET /ca.pub', 'GET /openapi.json', 'GET /sign-in'];

let parts: TestApi;

beforeEach(async () => {
  parts = await testApi();
});

/** @returns status and code, such as `409 already_allocated` */
async function call(route: string, query = '', event: EventParts = {}): Promise<string> {
  const { statusCode, body } = await parts.api(requestOf(route, query, event), 'invocation-1');
  const { code } = (body?.startsWith('{') ? JSON.parse(body) : {}) as { code?: string };
  return [statusCode, code].filter((part) => part !== undefined).join(' ');
}

/** A request by an operator on this computer. */
function requestOf(route: string, rawQueryString: string, { headers, ...parts }: EventParts): APIGatewayProxyEventV2 {
  const [method = '', template = ''] = route.split(' ');
  const [path = '', ...ids] = template.includes('{id}') ? [template.replace('{id}', 'vm-01'), 'vm-01'] : [template];
  const event = eventOf({
    routeKey: route,
    method,
    rawPath: `/resources${path}`,
    rawQueryString,
    headers: { 'x-operator': OPERATOR, ...headers },
    ...(ids[0] !== undefined && { pathParameters: { id: ids[0] } }),
    ...parts,
  });
  const http = { ...event.requestContext.http, sourceIp: '127.0.0.1' };
  return { ...event, requestContext: { ...event.requestContext, http } };
}

/** Valid parameters for each call. */
const QUERY: Readonly<Record<string, string>> = {
  'POST /getvm': 'userid=alice',
  'POST /releasevm': 'userid=alice',
  'POST /renewvm': 'userid=alice',
  'POST /connectvm': 'userid=alice',
  'GET /lease': 'userid=alice',
  'GET /events': 'vm=vm-01',
  'POST /vms/{id}/drain': 'reason=test',
  'POST /vms/{id}/return': 'reason=test',
  'POST /vms/{id}/quarantine': 'reason=test',
  'POST /vms/{id}/release': 'reason=test',
};

const right = (route: string) => call(route, QUERY[route]);

/** Makes every method of the store fail. */
function failStore(error: Error): void {
  for (const name of [
    'acquire',
    'find',
    'renew',
    'release',
    'due',
    'status',
    'statuses',
    'events',
    'counts',
    'ping',
  ] as const) {
    Object.assign(parts.store, { [name]: () => Promise.reject(error) });
  }
}

/** An event that makes the function itself fail; API Gateway never sends one. */
function broken(event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  return Object.defineProperty(event, 'rawQueryString', {
    get() {
      throw new Error('broken');
    },
  });
}

describe('any call', () => {
  it.each(ROUTES)('%s answers each refusal that all calls share', async (route) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await call(route, '', { body: 'unknown=1', headers: form })).toBe('400 invalid_request');
    expect(await call(route, '', { body: 'x'.repeat(8193), headers: form })).toBe('413 payload_too_large');
    expect(await call(route, '', { body: 'x', headers: { 'content-type': 'text/plain' } })).toBe(
      '415 unsupported_media_type',
    );
    expect(await parts.api(broken(requestOf(route, '', {})), 'invocation-1')).toMatchObject({ statusCode: 500 });
  });

  it.each(ROUTES.filter((route) => !STATIC.includes(route)))(
    '%s says when the store is out of reach',
    async (route) => {
      failStore(new StoreUnavailable());
      expect(await right(route)).toBe('503 store_unavailable');
    },
  );

  it.each(FOR_OPERATORS)('%s refuses those who are not operators', async (route) => {
    expect(await call(route, '', { headers: { 'x-operator': 'eve' } })).toBe('403 forbidden');
  });
});

describe('calls of borrowers', () => {
  it('of VMs that take pushed keys answer as documented', async () => {
    await call('POST /getvm', 'userid=alice');
    parts.provider.pools.set('default', certificatePool({ access: 'instance-connect', check: 'none', reset: 'none' }));
    for (const route of ['POST /connectvm', 'POST /getvm'])
      expect(await right(route)).toBe('422 ssh_public_key_needed');
  });

  it('answer as documented', async () => {
    const key = { headers: { 'Idempotency-Key': 'k-1' } };
    expect(await call('POST /getvm', 'userid=alice&minutes=10081')).toBe('422 lease_too_long');
    expect(await call('POST /getvm', 'userid=alice&pool=huge')).toBe('404 unknown_pool');
    expect(await call('POST /getvm', 'userid=alice', key)).toBe('200');
    expect(await call('POST /getvm', 'userid=alice')).toBe('409 already_allocated');
    expect(await call('POST /getvm', 'userid=alice&minutes=5', key)).toBe('422 idempotency_key_reused');
    expect(await call('POST /renewvm', 'userid=alice&minutes=10081')).toBe('422 lease_too_long');
    expect(await call('POST /renewvm', 'userid=alice&leaseId=other')).toBe('409 lease_superseded');
    expect(await call('POST /renewvm', 'userid=alice')).toBe('200');
    expect(await call('GET /lease', 'userid=alice')).toBe('200');
    expect(await call('POST /connectvm', 'userid=alice&leaseId=other')).toBe('409 lease_superseded');
    expect(await call('POST /connectvm', 'userid=alice')).toBe('200');
    expect(await call('POST /releasevm', 'userid=alice&leaseId=other')).toBe('409 lease_superseded');
    expect(await call('POST /releasevm', 'userid=alice')).toBe('200');
    expect(await call('POST /getvm', 'userid=alice', key)).toBe('409 idempotency_key_spent');
    for (const route of ['POST /releasevm', 'POST /renewvm', 'POST /connectvm', 'GET /lease'])
      expect(await right(route)).toBe('404 no_lease');
    for (const userid of ['alice', 'bob', 'carol']) await call('POST /getvm', `userid=${userid}`);
    expect(await call('POST /getvm', 'userid=dave')).toBe('503 pool_empty');
    for (const route of ['GET /', 'GET /pool', 'GET /health', 'GET /openapi.json', 'GET /sign-in'])
      expect(await call(route)).toBe('200');
  });
});

describe('GET /sign-in', () => {
  it.each([
    { rule: 'nobody is asked', variables: {}, answer: { authorization: 'none' } },
    {
      rule: 'callers sign, in this region',
      variables: { AUTHORIZATION: 'iam', AWS_REGION: 'eu-central-1' },
      answer: { authorization: 'iam', region: 'eu-central-1' },
    },
    {
      rule: 'callers bring a token of this issuer',
      variables: { AUTHORIZATION: 'jwt', JWT_ISSUER: 'https://id.example.com', JWT_AUDIENCES: 'vm-pool' },
      answer: { authorization: 'jwt', issuer: 'https://id.example.com', audiences: ['vm-pool'] },
    },
    {
      rule: 'people sign in there',
      variables: { AUTHORIZATION: 'jwt', JWT_ISSUER: 'https://id.example.com', SIGN_IN_CLIENT_ID: 'people' },
      answer: {
        ...{ authorization: 'jwt', issuer: 'https://id.example.com', audiences: [] },
        ...{ clientId: 'people', scopes: 'openid' },
      },
    },
  ])('says that $rule', async ({ variables, answer }) => {
    parts = await testApi(undefined, variables);
    const { body = '' } = await parts.api(requestOf('GET /sign-in', '', {}), 'invocation-1');
    expect(JSON.parse(body)).toEqual(answer);
  });
});

describe('GET /ca.pub', () => {
  it('answers the keys that VMs must trust, a line each', async () => {
    expect(await call('GET /ca.pub')).toBe('404 no_certificate_authority');
    parts = await testApi(undefined, {}, ['ecdsa-sha2-nistp256 AAAA vm-pool', 'ecdsa-sha2-nistp256 BBBB vm-pool']);
    const answer = await parts.api(requestOf('GET /ca.pub', '', {}), 'invocation-1');
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'ecdsa-sha2-nistp256 AAAA vm-pool\necdsa-sha2-nistp256 BBBB vm-pool\n',
    });
  });
});

describe('a login credential that can not be made', () => {
  it.each(['POST /getvm', 'GET /lease', 'POST /connectvm'])('%s: 503, and the lease stands', async (route) => {
    if (route !== 'POST /getvm') await right('POST /getvm');
    parts.provider.onLogin = () => {
      throw new AccessUnavailable('KMS does not answer', { cause: new Error('throttled') });
    };
    expect(await parts.api(requestOf(route, 'userid=alice', {}), 'i-1')).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '5' },
      body: expect.stringContaining('"code":"access_unavailable"'),
    });
    parts.provider.onLogin = () => undefined;
    expect(await right('GET /lease')).toBe('200');
  });
});

describe('a VM whose host key has changed', () => {
  it('comes back only with the fingerprint of its new key', async () => {
    const fingerprint = `SHA256:${'k'.repeat(43)}`;
    const why = encodeURIComponent('wrong host key: SHA256:new');
    await call('POST /vms/{id}/quarantine', `reason=${why}`);
    parts.provider.hostKeys = async () => [fingerprint];
    expect(await right('POST /vms/{id}/return')).toBe('409 host_key_changed');
    expect(await call('POST /vms/{id}/return', 'reason=a&hostKey=MD5:1')).toBe('400 invalid_request');
    expect(await call('POST /vms/{id}/return', `reason=a&hostKey=${fingerprint.replace('k', 'j')}`)).toBe(
      '409 host_key_changed',
    );
    expect(await call('POST /vms/{id}/return', `reason=a&hostKey=${fingerprint}`)).toBe('200');
  });
});

describe('calls of operators', () => {
  it('answer as documented', async () => {
    expect(await call('GET /vms')).toBe('200');
    expect(await right('GET /events')).toBe('200');
    expect(await call('GET /metrics')).toBe('200');
    expect(await call('GET /metrics', '', { headers: { Accept: 'application/openmetrics-text' } })).toBe('200');
    expect(await right('POST /vms/{id}/release')).toBe('409 wrong_state');
    expect(await right('POST /vms/{id}/return')).toBe('409 wrong_state');
    await call('POST /getvm', 'userid=alice');
    expect(await right('POST /vms/{id}/quarantine')).toBe('409 vm_in_use');
    expect(await right('POST /vms/{id}/release')).toBe('200');
    expect(await right('POST /vms/{id}/quarantine')).toBe('200');
    expect(await right('POST /vms/{id}/drain')).toBe('409 wrong_state');
    expect(await right('POST /vms/{id}/return')).toBe('200');
    expect(await right('POST /vms/{id}/drain')).toBe('200');
  });

  it.each(FOR_OPERATORS.filter((route) => route.includes('{id}')))('%s: 404 unknown_vm', async (route) => {
    expect(await call(route, 'reason=test', { pathParameters: { id: 'vm-99' } })).toBe('404 unknown_vm');
  });

  it.each([
    { route: 'POST /vms/{id}/drain', before: [] },
    { route: 'POST /vms/{id}/quarantine', before: [] },
    { route: 'POST /vms/{id}/return', before: ['POST /vms/{id}/quarantine'] },
    { route: 'POST /vms/{id}/release', before: ['POST /getvm'] },
  ])('$route: 409 vm_busy', async ({ route, before }) => {
    for (const earlier of before) await right(earlier);
    parts.store.change = async (status) => ({ applied: false, status });
    expect(await right(route)).toBe('409 vm_busy');
  });

  it('GET /events: 404 unknown_vm', async () => {
    expect(await call('GET /events', 'vm=vm-99')).toBe('404 unknown_vm');
  });

  it.each(['GET /vms', 'GET /events'])('%s: 400 invalid_cursor', async (route) => {
    failStore(new InvalidCursor());
    expect(await right(route)).toBe('400 invalid_cursor');
  });
});

describe('GET /metrics with a token of its own', () => {
  it('answers as documented', async () => {
    // This file is not a token: it has spaces.
    parts = await testApi(undefined, { METRICS_TOKEN: fileURLToPath(import.meta.url) });
    expect(await call('GET /metrics')).toBe('401 unauthorized');
    const headers = { authorization: 'Bearer token' };
    expect(await call('GET /metrics', '', { headers })).toBe('503 metrics_token_unavailable');
  });
});

describe('calls of callers whom API Gateway has verified', () => {
  const withIam = (requestsPerMinute: number) =>
    testApi(undefined, {
      AUTHORIZATION: 'iam',
      AWS_REGION: 'us-east-1',
      OPERATOR_ARNS: 'arn:aws:iam::*:user/ops',
      CALLER_REQUESTS_PER_MINUTE: String(requestsPerMinute),
    });
  const guarded = CALLS.filter(({ audience }) => audience !== 'everybody').map(({ route }) => route);

  it.each(guarded)('%s refuses a caller who can be no user', async (route) => {
    parts = await withIam(5);
    expect(await call(route, QUERY[route])).toBe('403 unusable_identity');
  });

  it.each(guarded)('%s refuses a caller who sends too many requests', async (route) => {
    parts = await withIam(1);
    const send = () => parts.api(signedBy('ops', requestOf(route, '', {})), 'invocation-1');
    for (let sent = 0; sent < 10; sent += 1) await send();
    expect(await send()).toMatchObject({ statusCode: 429, headers: { 'retry-after': expect.any(String) } });
  });

  it.each(guarded.filter((route) => QUERY[route]?.includes('userid') === true))(
    '%s refuses a caller who names another user',
    async (route) => {
      parts = await withIam(5);
      const event = signedBy('bob', requestOf(route, 'userid=alice', {}));
      expect(await parts.api(event, 'invocation-1')).toMatchObject({ statusCode: 403 });
    },
  );
});

describe('GET /openapi.json', () => {
  it.each([
    { authorization: 'none', borrowers: [], operators: [{ sigv4: [] }] },
    { authorization: 'iam', borrowers: [{ sigv4: [] }], operators: [{ sigv4: [] }] },
    { authorization: 'jwt', borrowers: [{ jwt: [] }], operators: [{ jwt: [] }] },
  ])('answers the contract as it is with $authorization', async ({ authorization, borrowers, operators }) => {
    const { api } = await testApi(undefined, { AUTHORIZATION: authorization, AWS_REGION: 'us-east-1' });
    const { body } = await api(requestOf('GET /openapi.json', '', {}), 'invocation-1');
    const expected = structuredClone(openApi) as Contract;
    for (const operation of Object.values(expected.paths).flatMap((operations) => Object.values(operations))) {
      const [tag] = operation.tags;
      operation.security = tag === 'operators' ? operators : tag === 'borrowers' ? borrowers : [];
    }
    expect(JSON.parse(body ?? '')).toEqual(expected);
  });
});

interface Contract {
  readonly paths: Record<string, Record<string, { readonly tags: readonly string[]; security: unknown }>>;
}

it('the tests above got every answer that the contract promises', () => {
  expect(answersDocumented().filter((answer) => !answersSeen().includes(answer))).toEqual([]);
});
