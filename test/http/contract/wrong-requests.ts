import { describe, expect, it } from '@jest/globals';
import type { Served } from '../in-each-mode.ts';
import { clientOf, expectProblem, PUBLIC_KEY } from './client.ts';

/** Requests that are refused for what they say. */
export function wrongRequests(served: Served): void {
  const { call, post, postRaw } = clientOf(served);

  describe('requests that are wrong', () => {
    it.each(['', 'a b', 'ä', 'x'.repeat(129), 'a;b', 'a\n', 5, null, ['alice'], { id: 1 }])(
      '400 userid %j',
      async (userid) => {
        const message = 'must be 1 to 128 characters of A-Z a-z 0-9 . _ @ + - : / = , |';
        const reply = await post('/getvm', { userid });
        expectProblem(reply, 400, 'invalid_request', { errors: [{ field: 'userid', message }] });
      },
    );

    it.each(['a', 'Alice.B-c_d@example.com', 'ci+build', 'x'.repeat(128)])('accepts %j as a userid', async (userid) => {
      expect((await post('/getvm', { userid })).status).toBe(200);
    });

    it.each([0, -1, 1.5, '', '1e3', 'soon', true, null])('400 minutes %j', async (minutes) => {
      const reply = await post('/getvm', { userid: 'alice', minutes });
      const errors = [{ field: 'minutes', message: 'must be a whole number from 1' }];
      expectProblem(reply, 400, 'invalid_request', { errors });
    });

    it.each([
      { field: 'pool', value: '' },
      { field: 'pool', value: 'a/b' },
      { field: 'sshPublicKey', value: 'ssh-ed25519' },
      { field: 'sshPublicKey', value: 'ssh-ed25519 AAAA' },
      { field: 'sshPublicKey', value: `${PUBLIC_KEY}\n${PUBLIC_KEY}` },
      { field: 'sshPublicKey', value: `command="rm -rf /" ${PUBLIC_KEY}` },
      { field: 'sshPublicKey', value: PUBLIC_KEY.replace('ssh-ed25519 ', 'ssh-rsa ') },
    ])('400 $field $value', async ({ field, value }) => {
      const reply = await post('/getvm', { userid: 'alice', [field]: value });
      expectProblem(reply, 400, 'invalid_request', {
        errors: [{ field, message: expect.stringContaining('must be') }],
      });
    });

    it('names every bad field at once', async () => {
      const reply = await post('/getvm', { userid: '', minutes: 0, pool: '', leaseid: 'x' });
      const fields = (reply.body as unknown as { errors: { field: string }[] }).errors.map(({ field }) => field);
      expect(fields.sort()).toEqual(['leaseid', 'minutes', 'pool', 'userid']);
    });

    it('refuses an unknown parameter, such as a misspelt leaseId', async () => {
      await post('/getvm', { userid: 'alice' });
      const reply = await post('/releasevm', { userid: 'alice', leaseid: 'an-old-one' });
      expectProblem(reply, 400, 'invalid_request', {
        errors: [{ field: 'leaseid', message: 'is not a parameter of this call; it takes userid, leaseId' }],
      });
      expect((await call('GET', '/lease?userid=alice')).status).toBe(200);
    });

    it.each([
      { rule: 'a repeated query parameter', query: '?userid=alice&userid=bob', body: undefined },
      { rule: 'a parameter in query string and body', query: '?userid=alice', body: { userid: 'alice' } },
    ])('400 for $rule', async ({ query, body }) => {
      const reply = await call('POST', `/getvm${query}`, body);
      const errors = [{ field: 'userid', message: 'is given more than once; give it once' }];
      expectProblem(reply, 400, 'invalid_request', { errors });
    });

    it.each([
      { type: 'application/json', body: 'userid=alice', message: 'must be valid JSON' },
      { type: 'application/json', body: '["alice"]', message: 'must be a JSON object' },
      { type: 'application/json', body: 'null', message: 'must be a JSON object' },
      {
        type: 'application/x-www-form-urlencoded',
        body: '{"userid":"alice"}',
        message: 'looks like JSON; send it with content-type: application/json',
      },
    ])('400 for the body $body of type $type', async ({ type, body, message }) => {
      const response = await postRaw('/getvm', { body, headers: { 'content-type': type } });
      expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'body', message }] });
    });

    it.each(['text/plain', ''])('415 for a body of type %j', async (type) => {
      const body = 'userid=alice';
      const response = await postRaw('/getvm', { body, headers: { 'content-type': type } });
      expect(response.status).toBe(415);
      expect(response.headers.get('accept-post')).toBe('application/json, application/x-www-form-urlencoded');
      expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
    });

    it.each([
      { bytes: 8192, status: 200 },
      { bytes: 8193, status: 413 },
    ])('$status for a body of $bytes bytes', async ({ bytes, status }) => {
      const body = '{"userid":"alice"}'.padEnd(bytes);
      const headers = { 'content-type': 'application/json' };
      const response = await postRaw('/getvm', { body, headers });
      expect(response.status).toBe(status);
      if (status === 413) expect(await response.json()).toMatchObject({ code: 'payload_too_large' });
    });

    it.each([
      { method: 'GET', path: '/getvm', allow: 'POST' },
      { method: 'DELETE', path: '/releasevm', allow: 'POST' },
      { method: 'POST', path: '/health', allow: 'GET, HEAD' },
      { method: 'PUT', path: '/lease', allow: 'GET' },
      { method: 'POST', path: '/', allow: 'GET, HEAD' },
      // `fetch` itself makes `/` of it.
      { method: 'POST', path: '/getvm/..', allow: 'GET, HEAD' },
    ])('405 for $method $path, with Allow: $allow', async ({ method, path, allow }) => {
      const reply = await call(method, path);
      expectProblem(reply, 405, 'method_not_allowed');
      expect(reply.headers.get('allow')).toBe(allow);
    });

    it.each(['/getvm/', '//getvm', '/%67etvm', '/GETVM', '/resources/getvm', '/constructor', '/__proto__'])(
      '404 for POST %s',
      async (path) => {
        const reply = await call('POST', `${path}?userid=alice`);
        expectProblem(reply, 404, 'not_found');
      },
    );

    it('change nothing and reach no provider', async () => {
      let logins = 0;
      served().provider.onLogin = () => (logins += 1);
      for (const bad of [
        { pool: '' },
        { userid: '' },
        { userid: 'alice', minutes: 0 },
        { userid: 'alice', pool: 'huge' },
      ]) {
        await post('/getvm', bad);
      }
      expect((await call('GET', '/pool')).body).toMatchObject({ pools: { default: { free: 3 } } });
      expect({ logins, checked: served().provider.checked }).toEqual({ logins: 0, checked: [] });
    });
  });
}
