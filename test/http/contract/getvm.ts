import { describe, expect, it } from '@jest/globals';
import type { Served } from '../in-each-mode.ts';
import { clientOf, expectProblem, NOON, PUBLIC_KEY, VM_01 } from './client.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Borrowing a VM. */
export function getVm(served: Served): void {
  const { call, post, postRaw } = clientOf(served);

  describe('POST /getvm', () => {
    it('lends a VM: shows how to log in, and until when', async () => {
      const reply = await post('/getvm', { userid: 'alice', minutes: 60 });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toBe('application/json');
      expect(reply.body).toEqual({
        message: 'vm-01 is yours until 2026-11-21T13:00:00Z',
        vm: { ...VM_01, privateKey: 'key of vm-01' },
        lease: {
          id: expect.stringMatching(UUID),
          userid: 'alice',
          acquiredAt: NOON,
          expiresAt: '2026-11-21T13:00:00Z',
        },
      });
    });

    it.each([
      { way: 'JSON', type: 'application/json; charset=utf-8', body: '{"userid":"alice","minutes":60}', query: '' },
      { way: 'a form', type: 'application/x-www-form-urlencoded', body: 'userid=alice&minutes=60', query: '' },
      { way: 'the query string', type: '', body: '', query: '?userid=alice&minutes=60' },
      {
        way: 'query string and body together',
        type: 'application/json',
        body: '{"minutes":"60"}',
        query: '?userid=alice',
      },
    ])('reads the parameters from $way', async ({ type, body, query }) => {
      const headers = type === '' ? undefined : { 'content-type': type };
      const response = await postRaw(`/getvm${query}`, { body, headers });
      expect(await response.json()).toMatchObject({ lease: { userid: 'alice', expiresAt: '2026-11-21T13:00:00Z' } });
    });

    it("authorizes the user's own public key, and returns no private key", async () => {
      const reply = await post('/getvm', { userid: 'alice', sshPublicKey: `${PUBLIC_KEY}\n` });
      expect(reply.body.vm).toEqual({ ...VM_01, authorizedKey: PUBLIC_KEY });
    });

    it('409 already_allocated: names the lease the user has, without its key', async () => {
      const first = await post('/getvm', { userid: 'alice' });
      expectProblem(await post('/getvm', { userid: 'alice' }), 409, 'already_allocated', {
        vmId: 'vm-01',
        leaseId: first.body.lease.id,
        expiresAt: '2026-11-21T20:00:00Z',
      });
    });

    it('503 pool_empty: shows the counts and when to retry', async () => {
      for (const userid of ['alice', 'bob', 'carol']) await post('/getvm', { userid });
      const reply = await post('/getvm', { userid: 'dave' });
      const counts = { free: 0, leased: 3, checking: 0, quarantined: 0, drained: 0 };
      expectProblem(reply, 503, 'pool_empty', { pool: 'default', counts });
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('404 unknown_pool: names all pools', async () => {
      expectProblem(await post('/getvm', { userid: 'alice', pool: 'huge' }), 404, 'unknown_pool', {
        pools: ['default'],
      });
    });

    it('422 lease_too_long: shows the latest end', async () => {
      expectProblem(await post('/getvm', { userid: 'alice', minutes: 10_081 }), 422, 'lease_too_long', {
        latestExpiresAt: '2026-11-28T12:00:00Z',
      });
      expect((await post('/getvm', { userid: 'alice', minutes: 10_080 })).status).toBe(200);
    });

    it('never lends a VM that is quarantined', async () => {
      served().provider.failing.add('vm-01');
      await post('/getvm', { userid: 'alice' });
      expect((await post('/releasevm', { userid: 'alice' })).body).toMatchObject({
        vm: { id: 'vm-01', state: 'checking' },
      });
      served().clock.advance(10);
      await call('GET', '/pool');
      served().clock.advance(20);
      expect((await call('GET', '/pool')).body).toMatchObject({
        pools: { default: { free: 2, leased: 0, checking: 0, quarantined: 1, drained: 0 } },
      });
      for (const userid of ['bob', 'carol']) expect((await post('/getvm', { userid })).body.vm.id).not.toBe('vm-01');
      expectProblem(await post('/getvm', { userid: 'dave' }), 503, 'pool_empty');
    });

    describe('with an Idempotency-Key', () => {
      const key = { 'Idempotency-Key': '5a2c-1' };

      it('answers a retry the same, including the login key', async () => {
        const first = await post('/getvm', { userid: 'alice', minutes: 480 }, key);
        const retry = await post('/getvm', { userid: 'alice', minutes: '480', pool: 'default' }, key);
        expect(retry.status).toBe(200);
        expect(retry.body).toEqual(first.body);
      });

      it.each([
        { userid: 'alice', minutes: 5 },
        { userid: 'alice', sshPublicKey: PUBLIC_KEY },
      ])('422 for other parameters: %j', async (other) => {
        await post('/getvm', { userid: 'alice' }, key);
        expectProblem(await post('/getvm', other, key), 422, 'idempotency_key_reused');
      });

      it('is another key for another user', async () => {
        const alices = await post('/getvm', { userid: 'alice' }, key);
        const bobs = await post('/getvm', { userid: 'bob', minutes: 5 }, key);
        expect(bobs).toMatchObject({ status: 200, body: { lease: { userid: 'bob' } } });
        expect(bobs.body.vm.id).not.toBe(alices.body.vm.id);
      });

      it('409 once the lease is over, so that a late duplicate gets no second VM', async () => {
        await post('/getvm', { userid: 'alice' }, key);
        await post('/releasevm', { userid: 'alice' });
        expectProblem(await post('/getvm', { userid: 'alice' }, key), 409, 'idempotency_key_spent');
        expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
      });

      it.each(['', 'a b', 'x'.repeat(256)])('400 for a bad key: %j', async (bad) => {
        const reply = await post('/getvm', { userid: 'alice' }, { 'Idempotency-Key': bad });
        expectProblem(reply, 400, 'invalid_request', {
          errors: [
            {
              field: 'Idempotency-Key',
              message: 'must be sent once, as 1 to 255 visible ASCII characters without a comma, such as a UUID',
            },
          ],
        });
      });
    });
  });
}
