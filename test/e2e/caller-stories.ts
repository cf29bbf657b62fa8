import { expect, it } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import { CALLS } from '../../lambda/http/calls.ts';
import type { TestIssuer } from '../support/identity/test-issuer.ts';
import { MALLORY, OLIVIA } from './callers.ts';
import type { RunningEnvironment } from './environment.ts';

type Running = () => RunningEnvironment;

/** How API Gateway itself refuses a caller without valid credentials. */
const BY_IAM = { status: 403, body: { message: 'Forbidden' } };
const BY_TOKEN = { status: 401, body: { message: 'Unauthorized' } };

/** Who may call an environment, and in whose name. Each story begins with all VMs free. */
export function callerStories(running: Running, authorization: Authorization): void {
  openCalls(running, authorization);
  if (authorization === 'none') {
    refusedCredentials(running, ['operators'], BY_IAM);
    anybodyBorrows(running);
  } else {
    refusedCredentials(running, ['borrowers', 'operators'], authorization === 'iam' ? BY_IAM : BY_TOKEN);
    ownNames(running);
  }
  if (authorization === 'jwt') forgedTokens(running);
  else changedOrder(running);
  operators(running, authorization);
}

function openCalls(running: Running, authorization: Authorization): void {
  it('shows everybody the page, packed, which loads nothing from elsewhere', async () => {
    const { status, headers, text } = await pageOf(running().served.url);
    expect({ status, packed: headers.get('content-encoding') }).toEqual({ status: 200, packed: 'gzip' });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
    expect(text).toContain('<title>vm-pool</title>');
  });

  it('tells everybody how callers show who they are', async () => {
    const { status, body } = await running().client.as(null).get('/sign-in');
    expect({ status, body }).toMatchObject({ status: 200, body: { authorization } });
  });
}

/** The page as a browser gets it. `fetch` unpacks it. */
async function pageOf(url: string) {
  const response = await fetch(`${url}/`, { headers: { 'accept-encoding': 'gzip, br' } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function refusedCredentials(running: Running, audiences: string[], refusal: typeof BY_IAM): void {
  const guarded = CALLS.filter(({ audience }) => audiences.includes(audience)).map(({ route }) => route);

  it.each(guarded)('has API Gateway refuse a call without credentials: %s', async (route) => {
    const [method = '', path = ''] = route.replace('{id}', 'vm-02').split(' ');
    const { status, headers, body } = await running().client.as(null).send(path, { method });
    expect({ status, body, isOfFunction: headers.has('x-request-id') }).toEqual({ ...refusal, isOfFunction: false });
  });
}

function anybodyBorrows(running: Running): void {
  it('asks a caller without credentials for a userid', async () => {
    const nobody = running().client.as(null);
    const errors = [{ field: 'userid', message: 'is required' }];
    expect(await nobody.post('/getvm', {})).toMatchObject({ status: 400, body: { errors } });
    expect(await nobody.post('/getvm', { userid: 'alice' })).toMatchObject({ status: 200 });
  });
}

function ownNames(running: Running): void {
  const as = (name: string) => running().client.as(name);

  it('lends in the name of the caller, who may leave userid out', async () => {
    const alices = { status: 200, body: { lease: { userid: 'alice' } } };
    expect(await as('alice').post('/getvm', {})).toMatchObject(alices);
    expect(await as('alice').get('/lease')).toMatchObject(alices);
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

function forgedTokens(running: Running): void {
  it.each<{ fault: string; forge: (issuer: TestIssuer) => string | Promise<string> }>([
    { fault: 'that has expired', forge: (issuer) => issuer.token({ exp: 1 }) },
    { fault: 'for another audience', forge: (issuer) => issuer.token({ aud: 'other' }) },
    { fault: 'of another issuer', forge: (issuer) => issuer.token({ iss: 'https://evil.example' }) },
    { fault: 'without a signature', forge: (issuer) => issuer.unsignedToken() },
  ])('has API Gateway refuse a token $fault', async ({ forge }) => {
    const { client, callers } = running();
    const authorization = `Bearer ${await forge(callers.issuer)}`;
    const answer = await client.as(null).post('/getvm', {}, { authorization });
    expect(answer).toMatchObject(BY_TOKEN);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
}

function changedOrder(running: Running): void {
  it('has API Gateway refuse an order that somebody has changed on its way', async () => {
    const { client, served, callers } = running();
    const url = `${served.url}/vms/vm-02/drain`;
    const headers = await callers.identify({ method: 'POST', url, body: '{"reason":"new disk"}' }, OLIVIA);
    const changed = { method: 'POST', headers: { ...headers }, body: '{"reason":"new dirt"}' };
    expect(await client.as(null).send('/vms/vm-02/drain', changed)).toMatchObject(BY_IAM);
  });
}

function operators(running: Running, authorization: Authorization): void {
  it('refuses the calls of operators to a caller who is not one', async () => {
    const { status, body } = await running().client.as(MALLORY).get('/vms');
    // A policy of IAM names single calls; a token opens all, so the function itself must refuse.
    expect([status, body.message ?? body.code]).toEqual([403, authorization === 'jwt' ? 'forbidden' : 'Forbidden']);
  });

  it('carries out the orders of an operator, and records who gave them', async () => {
    const olivia = running().client.as(OLIVIA);
    const drained = await olivia.post('/vms/vm-02/drain', { reason: 'new disk' });
    expect(drained).toMatchObject({ status: 200, body: { vm: { id: 'vm-02', state: 'drained' } } });
    await olivia.post('/vms/vm-02/return', { reason: 'fine again' });
    const { events } = (await olivia.get('/events?vm=vm-02&limit=3')).body;
    const who = authorization === 'none' ? running().callers.users.named(OLIVIA).userArn : OLIVIA;
    expect(events).toMatchObject([{ kind: 'check_passed' }, { kind: 'returned', who }, { kind: 'drained', who }]);
  });
}
