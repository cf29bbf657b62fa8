/** Nobody borrows, sees or gives back in another's name: the rows "another user" of SECURITY.md. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CALLS } from '../../../lambda/http/calls.ts';
import type { TestApi } from '../../support/api/served-api.ts';
import { testApi } from '../../support/api/served-api.ts';
import type { EventParts } from '../event.ts';
import { eventOf } from '../event.ts';
import { CHIEF, VERIFIED_MODES } from './modes.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

interface Reply {
  readonly status: number | undefined;
  readonly body: Readonly<Record<string, unknown>> & { readonly lease?: { id: string; userid: string } };
}

describe.each(VERIFIED_MODES)('with authorization $mode', ({ variables, by }) => {
  let parts: TestApi;

  beforeEach(async () => {
    parts = await testApi(undefined, variables);
  });

  async function send(name: string, routeKey: string, event: EventParts = {}): Promise<Reply> {
    const [method = '', path = ''] = routeKey.split(' ');
    const request = eventOf({ routeKey, method, rawPath: `/resources${path}`, ...event });
    const { statusCode, body } = await parts.api(by(name, request), 'invocation-1');
    return { status: statusCode, body: JSON.parse(body ?? '') as Reply['body'] };
  }

  const lastLine = () => JSON.parse(parts.lines.at(-1) ?? '') as Record<string, unknown>;
  const leased = async () => (await parts.store.counts(parts.clock.nowSec)).get('default')?.leased;

  it('a caller borrows in their own name, with or without it', async () => {
    expect(await send('alice', 'POST /getvm')).toMatchObject({ status: 200, body: { lease: { userid: 'alice' } } });
    expect(await send('alice', 'GET /lease', { rawQueryString: 'userid=alice' })).toMatchObject({ status: 200 });
    expect(await send('alice', 'POST /releasevm', { headers: JSON_TYPE, body: '{"userid":"alice"}' })).toMatchObject({
      status: 200,
    });
  });

  const named = CALLS.filter(({ parameters, audience }) => audience === 'borrowers' && 'userid' in parameters);

  it.each(named.map(({ route }) => route))(
    "%s: 403 not_yours for another's userid, wherever it stands",
    async (route) => {
      await send('alice', 'POST /getvm');
      const places: EventParts[] = [
        { rawQueryString: 'userid=alice' },
        { headers: JSON_TYPE, body: '{"userid":"alice"}' },
        { headers: FORM_TYPE, body: 'userid=alice' },
        { headers: FORM_TYPE, body: Buffer.from('userid=alice').toString('base64'), isBase64Encoded: true },
        { headers: JSON_TYPE, body: '{"\\u0075serid":"\\u0061lice"}' },
      ];
      for (const place of places) {
        expect(await send('mallory', route, place)).toMatchObject({ status: 403, body: { code: 'not_yours' } });
      }
      expect(lastLine()).toMatchObject({ code: 'not_yours', userId: 'mallory', claimedUser: 'alice' });
      expect(await leased()).toBe(1);
      expect(await send('alice', 'GET /lease')).toMatchObject({ status: 200 });
    },
  );

  it.each([
    {
      rule: 'query and body',
      event: { rawQueryString: 'userid=mallory', headers: JSON_TYPE, body: '{"userid":"alice"}' },
    },
    { rule: 'query twice', event: { rawQueryString: 'userid=mallory&userid=alice' } },
    { rule: 'JSON twice', event: { headers: JSON_TYPE, body: '{"userid":"mallory","userid":"alice"}' } },
    { rule: 'form twice', event: { headers: FORM_TYPE, body: 'userid=mallory&userid=alice' } },
    { rule: 'a list', event: { headers: JSON_TYPE, body: '{"userid":["mallory","alice"]}' } },
    { rule: 'another case', event: { rawQueryString: 'userId=alice' } },
    { rule: 'brackets', event: { rawQueryString: 'userid[]=alice' } },
  ])('400 for a userid in $rule', async ({ event }) => {
    expect(await send('mallory', 'POST /getvm', event)).toMatchObject({ status: 400 });
    expect(await leased()).toBe(0);
  });

  it.each(['userId', 'who', 'isOperator', 'operator', 'requestContext', 'authorizer', '__proto__', 'constructor'])(
    '400 for a parameter %s that would tell who calls',
    async (name) => {
      const body = `{${JSON.stringify(name)}:{"userId":"alice","isOperator":true}}`;
      expect(await send('mallory', 'POST /getvm', { headers: JSON_TYPE, body })).toMatchObject({ status: 400 });
      expect(await leased()).toBe(0);
    },
  );

  it.each([
    { 'x-operator': CHIEF },
    { 'x-userid': 'alice' },
    { 'x-amzn-iam-user': 'alice' },
    { 'x-apigateway-event': '{"requestContext":{}}' },
    { 'x-forwarded-user': 'alice' },
    { 'x-forwarded-for': '127.0.0.1' },
  ])('the header %j changes nothing', async (headers) => {
    expect(await send('mallory', 'POST /getvm', { headers })).toMatchObject({ body: { lease: { userid: 'mallory' } } });
    expect(await send('mallory', 'GET /vms', { headers })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  it('the refusal is the same for users with and without a lease, and never asks the store', async () => {
    await send('alice', 'POST /getvm');
    const asked: string[] = [];
    for (const name of ['find', 'acquire', 'renew', 'release', 'status'] as const) {
      Object.assign(parts.store, { [name]: async () => asked.push(name) });
    }
    for (const { route } of named) {
      const holder = await send('mallory', route, { rawQueryString: 'userid=alice' });
      const nobody = await send('mallory', route, { rawQueryString: 'userid=nobody-at-all' });
      expect(holder).toEqual(nobody);
    }
    expect(asked).toEqual([]);
  });

  it("an Idempotency-Key belongs to its user: another's key gets another VM", async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const alice = await send('alice', 'POST /getvm', { headers });
    const mallory = await send('mallory', 'POST /getvm', { headers });
    expect(mallory).toMatchObject({ status: 200, body: { lease: { userid: 'mallory' } } });
    expect(mallory.body.lease?.id).not.toBe(alice.body.lease?.id);
  });

  it("a lease's id opens nothing for another user", async () => {
    const { body } = await send('alice', 'POST /getvm');
    const rawQueryString = `leaseId=${String(body.lease?.id)}`;
    await send('mallory', 'POST /getvm');
    for (const route of ['POST /releasevm', 'POST /renewvm']) {
      expect(await send('mallory', route, { rawQueryString })).toMatchObject({ body: { code: 'lease_superseded' } });
    }
    expect(await send('alice', 'GET /lease')).toMatchObject({ status: 200 });
  });

  it('an operator may act for a user, and event and log name both', async () => {
    expect(await send(CHIEF, 'POST /getvm', { rawQueryString: 'userid=alice' })).toMatchObject({
      body: { lease: { userid: 'alice' } },
    });
    expect(lastLine()).toMatchObject({ userId: 'alice', who: CHIEF });
    const { body } = await send(CHIEF, 'GET /events', { rawQueryString: 'userid=alice' });
    expect(body.events).toMatchObject([{ kind: 'acquired', userid: 'alice', who: CHIEF }]);
    expect(await send('alice', 'POST /releasevm')).toMatchObject({ status: 200 });
  });

  it('only an operator may call what is for operators', async () => {
    for (const { route } of CALLS.filter(({ audience }) => audience === 'operators')) {
      const event = { pathParameters: { id: 'vm-01' } };
      expect(await send('mallory', route, event)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect(await send(CHIEF, 'GET /vms')).toMatchObject({ status: 200 });
  });

  it('no key outlives its lease, and no cache keeps one', async () => {
    const request = by('alice', eventOf({}));
    const { headers } = await parts.api(request, 'invocation-1');
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    await send('alice', 'POST /releasevm');
    expect(JSON.stringify(await send('alice', 'GET /lease'))).not.toContain('key of');
    expect(parts.lines.join('')).not.toContain('key of');
  });
});
