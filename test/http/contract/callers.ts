import { describe, expect, it } from '@jest/globals';
import type { Authorization } from '../../../lambda/http/audience.ts';
import { CALLS } from '../../../lambda/http/calls.ts';
import { REAPER } from '../../../lambda/pool/event.ts';
import { OPERATOR } from '../../support/api/modes.ts';
import type { Served } from '../in-each-mode.ts';
import { clientOf, expectProblem } from './client.ts';

/** API Gateway's own answer to a request without credentials. */
const REFUSALS = {
  iam: { status: 403, body: { message: 'Forbidden' }, challenge: null },
  jwt: { status: 401, body: { message: 'Unauthorized' }, challenge: 'Bearer' },
};

/** Who may call, and in whose name: the only rules that differ from mode to mode. */
export function callers(served: Served, authorization: Authorization): void {
  describe('callers', () => {
    if (authorization === 'none') anybody(served);
    else verified(served, REFUSALS[authorization]);
  });
}

function anybody(served: Served): void {
  const { call, post } = clientOf(served);

  it('400 without userid, since nothing else says who borrows', async () => {
    const errors = [{ field: 'userid', message: 'is required' }];
    expectProblem(await post('/getvm', {}), 400, 'invalid_request', { errors });
  });

  it('may act for each other', async () => {
    await post('/getvm', { userid: 'alice' });
    const reply = await call('POST', '/releasevm', { userid: 'alice' }, { by: 'bob' });
    expect(reply).toMatchObject({ status: 200, body: { vm: { id: 'vm-01' } } });
  });

  it.each(routesFor('everybody', 'borrowers'))('need no credentials for %s %s', async (method, path) => {
    const reply = await call(method, path, undefined, { by: null });
    expect(reply.headers.has('x-request-id')).toBe(true);
    expect(reply.status).not.toBe(403);
  });
}

function verified(served: Served, refusal: (typeof REFUSALS)['iam' | 'jwt']): void {
  const { call } = clientOf(served);
  const as = (by: string) => ({
    post: (path: string, parameters?: object) => call('POST', path, parameters, { by }),
    get: (path: string) => call('GET', path, undefined, { by }),
  });

  it('may leave userid out', async () => {
    expect(await as('bob').post('/getvm')).toMatchObject({ status: 200, body: { lease: { userid: 'bob' } } });
    expect(await as('bob').post('/renewvm', { minutes: 10 })).toMatchObject({ status: 200 });
    expect(await as('bob').get('/lease')).toMatchObject({ status: 200, body: { lease: { userid: 'bob' } } });
    expect(await as('bob').post('/releasevm', {})).toMatchObject({ status: 200, body: { vm: { state: 'free' } } });
  });

  it('403 not_yours for the userid of somebody else, who keeps their lease', async () => {
    const { lease } = (await as('alice').post('/getvm')).body;
    const theirs = { userid: 'alice', leaseId: lease.id };
    expectProblem(await as('mallory').post('/getvm', { userid: 'alice' }), 403, 'not_yours');
    expectProblem(await as('mallory').post('/releasevm', theirs), 403, 'not_yours');
    expectProblem(await as('mallory').post('/renewvm', { ...theirs, minutes: 1 }), 403, 'not_yours');
    expectProblem(await as('mallory').get('/lease?userid=alice'), 403, 'not_yours');
    expect(await as('alice').get('/lease')).toMatchObject({ status: 200, body: { lease } });
  });

  it.each([REAPER, 'a b', 'x'.repeat(129)])('403 unusable_identity as %j, which no user can be', async (name) => {
    expectProblem(await as(name).post('/getvm'), 403, 'unusable_identity');
    expect(await as('alice').get('/pool')).toMatchObject({ body: { pools: { default: { leased: 0 } } } });
  });

  it('may act for others as operators, and the event names both', async () => {
    const granted = await as(OPERATOR).post('/getvm', { userid: 'alice' });
    expect(granted).toMatchObject({ status: 200, body: { lease: { userid: 'alice' } } });
    const { events } = (await as(OPERATOR).get('/events?userid=alice')).body;
    expect(events).toMatchObject([{ kind: 'acquired', userid: 'alice', who: OPERATOR }]);
  });

  it.each(routesFor('borrowers', 'operators'))(
    'get the refusal of API Gateway without credentials: %s %s',
    async (method, path) => {
      const { status, headers, body } = await call(method, path, undefined, { by: null });
      expect({ status, body, challenge: headers.get('www-authenticate') }).toEqual(refusal);
      expect(headers.has('x-request-id')).toBe(false);
      expect(served().lines).toEqual([]);
    },
  );

  it.each(routesFor('everybody'))('need no credentials for %s %s', async (method, path) => {
    expect(await call(method, path, undefined, { by: null })).toMatchObject({ status: 200 });
  });
}

/** Method and path of each call for some audiences. */
function routesFor(...audiences: string[]): [string, string][] {
  const routes = CALLS.filter(({ audience }) => audiences.includes(audience)).map(({ route }) => route.split(' '));
  return routes.map(([method = '', path = '']) => [method, path.replace('{id}', 'vm-01')]);
}
