import { expect, it } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import { CALLS } from '../../lambda/http/calls.ts';
import type { TestIssuer } from '../support/identity/test-issuer.ts';
import { MALLORY, OLIVIA } from './callers.ts';
import type { RunningEnvironment } from './environment.ts';

/** How API Gateway itself refuses a caller without credentials. */
const REFUSALS = {
  iam: { status: 403, body: { message: 'Forbidden' } },
  jwt: { status: 401, body: { message: 'Unauthorized' } },
};

/** Who may call an environment, and in whose name. Each story begins with all VMs free. */
export function callerStories(running: () => RunningEnvironment, authorization: Authorization): void {
  const as = (name: string | null) => running().client.as(name);
  const routesFor = (...audiences: string[]) =>
    CALLS.filter(({ audience }) => audiences.includes(audience)).map(({ route }) => route);
  const refusal = REFUSALS[authorization === 'jwt' ? 'jwt' : 'iam'];

  it.each(authorization === 'none' ? routesFor('operators') : routesFor('borrowers', 'operators'))(
    'has API Gateway refuse a call without credentials: %s',
    async (route) => {
      const [method = '', path = ''] = route.replace('{id}', 'vm-02').split(' ');
      const { status, headers, body } = await as(null).send(path, { method });
      expect({ status, body, isOfFunction: headers.has('x-request-id') }).toEqual({ ...refusal, isOfFunction: false });
    },
  );

  it('refuses the calls of operators to a caller who is not one', async () => {
    const { status, body } = await as(MALLORY).get('/vms');
    expect([status, body.message ?? body.code]).toEqual([403, authorization === 'jwt' ? 'forbidden' : 'Forbidden']);
  });

  it('carries out the orders of an operator, and records who gave them', async () => {
    const drained = await as(OLIVIA).post('/vms/vm-02/drain', { reason: 'new disk' });
    expect(drained).toMatchObject({ status: 200, body: { vm: { id: 'vm-02', state: 'drained' } } });
    await as(OLIVIA).post('/vms/vm-02/return', { reason: 'fine again' });
    const { events } = (await as(OLIVIA).get('/events?vm=vm-02&limit=3')).body;
    const who = authorization === 'none' ? running().callers.users.named(OLIVIA).userArn : OLIVIA;
    expect(events).toMatchObject([{ kind: 'check_passed' }, { kind: 'returned', who }, { kind: 'drained', who }]);
  });

  if (authorization === 'none') {
    it('asks a caller without credentials for a userid', async () => {
      const errors = [{ field: 'userid', message: 'is required' }];
      expect(await as(null).post('/getvm', {})).toMatchObject({ status: 400, body: { errors } });
      expect(await as(null).post('/getvm', { userid: 'alice' })).toMatchObject({ status: 200 });
    });
  } else {
    it('lends in the name of the caller, who may leave userid out', async () => {
      expect(await as('alice').post('/getvm', {})).toMatchObject({ status: 200, body: { lease: { userid: 'alice' } } });
      expect(await as('alice').get('/lease')).toMatchObject({ status: 200, body: { lease: { userid: 'alice' } } });
    });

    it("refuses to act in somebody else's name, but for an operator", async () => {
      await as('alice').post('/getvm', {});
      for (const path of ['/getvm', '/releasevm']) {
        const answer = await as(MALLORY).post(path, { userid: 'alice' });
        expect(answer).toMatchObject({ status: 403, body: { code: 'not_yours' } });
      }
      expect(await as(OLIVIA).get('/lease?userid=alice')).toMatchObject({ status: 200 });
      expect(await as(OLIVIA).post('/releasevm', { userid: 'alice' })).toMatchObject({ status: 200 });
    });
  }

  if (authorization === 'jwt') {
    it.each<{ fault: string; forge: (issuer: TestIssuer) => string | Promise<string> }>([
      { fault: 'that has expired', forge: (issuer) => issuer.token({ exp: 1 }) },
      { fault: 'for another audience', forge: (issuer) => issuer.token({ aud: 'other' }) },
      { fault: 'of another issuer', forge: (issuer) => issuer.token({ iss: 'https://evil.example' }) },
      { fault: 'without a signature', forge: (issuer) => issuer.unsignedToken() },
    ])('has API Gateway refuse a token $fault', async ({ forge }) => {
      const authorization = `Bearer ${await forge(running().callers.issuer)}`;
      const answer = await as(null).post('/getvm', {}, { authorization });
      expect(answer).toMatchObject(refusal);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    });
  } else {
    it('has API Gateway refuse an order that somebody has changed on its way', async () => {
      const { client, served, callers } = running();
      const url = `${served.url}/vms/vm-02/drain`;
      const headers = await callers.identify({ method: 'POST', url, body: '{"reason":"new disk"}' }, OLIVIA);
      const changed = { method: 'POST', headers: { ...headers }, body: '{"reason":"new dirt"}' };
      expect(await client.as(null).send('/vms/vm-02/drain', changed)).toMatchObject(refusal);
    });
  }
}
