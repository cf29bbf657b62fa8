/** Random events of API Gateway into the function, in all modes: no fault, no hang, no key in the wrong hands. */
import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { CALLS } from '../../../lambda/http/calls.ts';
import { testApi } from '../../support/api/served-api.ts';
import { someVms } from '../../support/pool/lending.ts';
import { ACCOUNT_ID, eventOf, withAuthorizer } from '../event.ts';
import { CHIEF, VERIFIED_MODES } from './modes.ts';

/** How long each mode is fuzzed, milliseconds. */
const FUZZ_MS = 8_000;

const MODES = [{ mode: 'none', variables: {} }, ...VERIFIED_MODES];

const goodUsers = fc.constantFrom('alice', 'bob', CHIEF);
const users = fc.constantFrom('alice', 'bob', CHIEF, 'o/r@7', 'a|b', '', 'ä', 'x'.repeat(129));
const names = fc.constantFrom(
  'userid',
  'pool',
  'minutes',
  'leaseId',
  'sshPublicKey',
  'reason',
  'vm',
  'limit',
  'cursor',
);
const values = fc.oneof(users, fc.constantFrom('default', '1', 'vm-01', 'why', '__proto__'), fc.string());
const pairs = fc.array(fc.tuple(fc.oneof({ weight: 9, arbitrary: names }, fc.string()), values), { maxLength: 3 });
const query = mostly(
  fc.oneof(
    fc.constant(''),
    goodUsers.map((user) => `userid=${user}`),
  ),
  pairs.map((list) => new URLSearchParams(list).toString()),
);

const bodies = mostly(
  fc.constant({ headers: {} }),
  query.map((body) => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body })),
  pairs.map((list) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(list)),
  })),
  fc.json().map((body) => ({ headers: { 'content-type': 'application/json' }, body })),
  fc.base64String().map((body) => ({ headers: { 'content-type': 'application/json' }, body, isBase64Encoded: true })),
  fc.string({ unit: 'binary' }).map((body) => ({ headers: { 'Content-Type': 'text/plain' }, body })),
);

const headers = fc.dictionary(
  fc.constantFrom('idempotency-key', 'x-operator', 'host', 'origin', 'content-encoding', 'authorization', 'cookie'),
  fc.oneof(users, fc.constantFrom('k-1', 'k-2', 'ops', 'identity'), fc.string()),
  { maxKeys: 2 },
);

const arns = mostly(
  goodUsers.map((user) => `arn:aws:iam::${ACCOUNT_ID}:user/${user}`),
  users.map((user) => `arn:aws:iam::${ACCOUNT_ID}:user/${user}`),
  users.map((user) => `arn:aws:sts::${ACCOUNT_ID}:assumed-role/AWSReservedSSO_x/${user}`),
  users.map((user) => `arn:aws:sts::${ACCOUNT_ID}:assumed-role/deploy/${user}`),
  fc.constantFrom(`arn:aws:iam::${ACCOUNT_ID}:root`, 'arn:aws:iam::999999999999:user/alice'),
  fc.string(),
);
const claims = mostly(
  goodUsers.map((sub): Record<string, string> => ({ sub })),
  fc.dictionary(
    fc.constantFrom('sub', 'groups', 'aud', '__proto__'),
    fc.oneof(users, fc.constantFrom('[operators]', 'operators', '[users operators]'), fc.string()),
  ),
);
const authorizers = fc.oneof(
  arns.map((userArn) => ({ iam: { userArn } })),
  claims.map((all) => ({ jwt: { claims: all, scopes: null } })),
  fc.constantFrom(undefined, {}, { iam: {} }, { jwt: {} }, { lambda: { userId: 'alice' } }),
);

const routes = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...CALLS.map(({ route }) => route)) },
  fc.constant('$default'),
);

/** Mostly valid values, so that events get past the first check, and sometimes others. */
function mostly<Value>(valid: fc.Arbitrary<Value>, ...others: fc.Arbitrary<Value>[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 4, arbitrary: valid }, fc.oneof(...others));
}

const events: fc.Arbitrary<APIGatewayProxyEventV2> = fc
  .record({
    routeKey: routes,
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS'),
    rawPath: fc.oneof(fc.webPath(), fc.constantFrom('/resources/lease', '/resources/vms/vm-01/drain')),
    rawQueryString: mostly(query, fc.webQueryParameters()),
    headers,
    body: bodies,
    id: mostly(fc.constantFrom('vm-01', 'vm-02', 'vm-03'), fc.constantFrom('vm-99', '..'), fc.string()),
    authorizer: authorizers,
  })
  .map(({ routeKey, method, headers: sent, body, id, authorizer, ...rest }) => {
    const known = routeKey === '$default' ? method : (routeKey.split(' ')[0] ?? '');
    const event = eventOf({
      ...rest,
      ...body,
      routeKey,
      method: known,
      headers: { ...sent, ...body.headers },
      pathParameters: { id },
    });
    return authorizer === undefined ? event : withAuthorizer(event, authorizer);
  });

describe.each(MODES)('with authorization $mode', ({ mode, variables }) => {
  it(
    'every event is answered, and a key goes to the holder of its lease only',
    async () => {
      const { api, lines, clock } = await testApi(someVms(4), variables);
      const reached = new Set<number>();
      let answered = 0;
      let keysShown = 0;
      await fc.assert(
        fc.asyncProperty(events, async (event) => {
          const { statusCode = 0, body = '' } = await api(event, 'invocation-1');
          answered += 1;
          reached.add(statusCode);
          clock.advance(60);
          expect(statusCode).not.toBe(500);
          if (body.includes('"key of vm-')) {
            keysShown += 1;
            expectHolder(event, statusCode, body);
          }
          const log = lines.splice(0).join('');
          expect(log).not.toContain('key of vm-');
          expect(log.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(1);
        }),
        { numRuns: 1_000_000, interruptAfterTimeLimit: FUZZ_MS },
      );
      console.log(`${mode}: ${String(answered)} events, ${String(keysShown)} keys shown`);
      expect(keysShown).toBeGreaterThan(10);
      expect([...reached]).toEqual(expect.arrayContaining([200, 400, 403, 404, 405]));
    },
    FUZZ_MS * 4,
  );

  /** Whoever is shown a key is verified to be the lease's user, or an operator. */
  function expectHolder(event: APIGatewayProxyEventV2, status: number, body: string): void {
    expect(status).toBe(200);
    const { lease } = JSON.parse(body) as { lease: { userid: string } };
    if (mode === 'none') return;
    const { authorizer } = event.requestContext as { authorizer?: Record<string, unknown> };
    const text = JSON.stringify(authorizer);
    const isOperator = mode === 'iam' ? text.includes(`user/${CHIEF}"`) : text.includes('operators');
    const isOwn = lease.userid === 'role/deploy' ? text.includes('assumed-role/deploy/') : text.includes(lease.userid);
    expect(isOwn || isOperator).toBe(true);
  }
});
