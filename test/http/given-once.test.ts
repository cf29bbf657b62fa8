import { describe, expect, it } from '@jest/globals';
import { OPERATOR } from '../support/api/modes.ts';
import type { SentRequest } from '../support/api/served-api.ts';
import { send } from '../support/api/served-api.ts';
import { inEachMode } from './in-each-mode.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

inEachMode(3, (served) => {
  async function answered(path: string, { method = 'POST', by = 'a', ...request }: Partial<SentRequest>) {
    const response = await send(served(), path, { method, by, ...request });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  }

  const leased = async () => (await served().store.counts(served().clock.nowSec)).get('default')?.leased;

  describe('a name in a JSON body', () => {
    it.each([
      { body: '{"userid":"a","userid":"b"}', field: 'userid' },
      { body: '{"userid":"a", "pool": "default", "\\u0075serid" : "a"}', field: 'userid' },
      { body: '{"userid":"a","__proto__":1,"__proto__":2}', field: '__proto__' },
      { body: '{"pool":{"userid":"c"},"userid":"a","userid":"b"}', field: 'userid' },
    ])('is refused when it is given twice: $body', async ({ body, field }) => {
      expect(await answered('/getvm', { headers: JSON_TYPE, body })).toMatchObject({
        status: 400,
        body: { errors: [{ field, message: 'is given more than once; give it once' }] },
      });
      expect(await leased()).toBe(0);
    });

    it.each(['{"userid":"a","sshPublicKey":"a:b:c"}', '{"userid":"a","pool":{"userid":"b","x":["userid"]}}'])(
      'is not refused as given twice when it is given once: %s',
      async (body) => {
        const { body: problem } = await answered('/getvm', { headers: JSON_TYPE, body });
        expect(JSON.stringify(problem.errors)).not.toContain('more than once');
      },
    );

    it('is accepted beside a value that contains colons and braces', async () => {
      const body = '{"reason":"{\\"reason\\": 1} : a \\\\\\" b"}';
      expect(await answered('/vms/vm-01/drain', { headers: JSON_TYPE, body, by: OPERATOR })).toMatchObject({
        status: 200,
        body: { vm: { reason: '{"reason": 1} : a \\" b' } },
      });
    });
  });

  describe('an Idempotency-Key', () => {
    it('is refused when the header is sent twice, which API Gateway joins with a comma', async () => {
      const headers = { 'idempotency-key': 'k1,k2' };
      expect(await answered('/getvm?userid=a', { headers })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'Idempotency-Key', message: expect.stringContaining('must be sent once') }] },
      });
    });

    it.each([
      { place: 'the query string', path: '/getvm?userid=a&Idempotency-Key=k-1', request: {} },
      {
        place: 'a JSON body',
        path: '/getvm',
        request: { headers: JSON_TYPE, body: '{"userid":"a","Idempotency-Key":"k-1"}' },
      },
      {
        place: 'a form body',
        path: '/getvm',
        request: { headers: FORM_TYPE, body: 'userid=a&Idempotency-Key=k-1' },
      },
    ])('is an unknown parameter in $place, and the answer does not offer it as one', async ({ path, request }) => {
      const message = 'is not a parameter of this call; it takes userid, pool, minutes, sshPublicKey';
      expect(await answered(path, request)).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'Idempotency-Key', message }] },
      });
    });
  });

  it.each(['/pool', '/health', '/openapi.json'])('GET %s refuses every parameter', async (path) => {
    expect(await answered(`${path}?x=1`, { method: 'GET' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'x', message: 'is not a parameter of this call; it takes none' }] },
    });
  });

  describe('a compressed body', () => {
    it('is 415, with what is accepted', async () => {
      const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
      const answer = await answered('/getvm', { headers, body: 'x' });
      const acceptEncoding = answer.headers.get('accept-encoding');
      expect({ status: answer.status, acceptEncoding }).toEqual({ status: 415, acceptEncoding: 'identity' });
    });

    it('is accepted when its encoding is identity', async () => {
      const headers = { ...JSON_TYPE, 'content-encoding': 'identity' };
      expect(await answered('/getvm', { headers, body: '{"userid":"a"}' })).toMatchObject({ status: 200 });
    });
  });
});
