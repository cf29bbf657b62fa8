import { describe, expect, it } from '@jest/globals';
import type { Served } from '../in-each-mode.ts';
import { clientOf, expectProblem } from './client.ts';

/** Renewing a lease, looking at it, and giving the VM back. */
export function leases(served: Served): void {
  const { call, post } = clientOf(served);

  describe('POST /releasevm', () => {
    it('gives the VM back and shows its state', async () => {
      const { lease } = (await post('/getvm', { userid: 'alice' })).body;
      const reply = await post('/releasevm', { userid: 'alice', leaseId: lease.id });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ message: 'vm-01 was given back', vm: { id: 'vm-01', state: 'free' } });
    });

    it('answers a repeated leaseId the same, and leaves a later lease alone', async () => {
      const { lease } = (await post('/getvm', { userid: 'alice' })).body;
      const release = { userid: 'alice', leaseId: lease.id };
      const first = await post('/releasevm', release);
      expect((await post('/releasevm', release)).body).toEqual(first.body);
      await post('/getvm', { userid: 'alice' });
      expect((await post('/releasevm', release)).status).toBe(200);
      expect((await call('GET', '/lease?userid=alice')).status).toBe(200);
    });

    it('404 no_lease', async () => {
      expectProblem(await post('/releasevm', { userid: 'alice' }), 404, 'no_lease');
    });

    it('409 lease_superseded: a lease that is not the current one', async () => {
      await post('/getvm', { userid: 'alice' });
      const other = await post('/getvm', { userid: 'bob' });
      const release = { userid: 'alice', leaseId: other.body.lease.id };
      expectProblem(await post('/releasevm', release), 409, 'lease_superseded');
      expect((await call('GET', '/lease?userid=bob')).status).toBe(200);
    });
  });

  describe('a lease longer than the pool allows', () => {
    it('422 lease_too_long: shows the latest end, and lends nothing', async () => {
      for (const minutes of [10_081, Number.MAX_SAFE_INTEGER]) {
        expectProblem(await post('/getvm', { userid: 'alice', minutes }), 422, 'lease_too_long', {
          latestExpiresAt: '2026-11-28T12:00:00Z',
        });
      }
      expect((await call('GET', '/lease?userid=alice')).status).toBe(404);
      expect((await post('/getvm', { userid: 'alice', minutes: 10_080 })).status).toBe(200);
    });
  });

  describe('POST /renewvm', () => {
    it('extends the lease to the minutes from now', async () => {
      const { lease } = (await post('/getvm', { userid: 'alice', minutes: 60 })).body;
      served().clock.advance(30 * 60);
      const reply = await post('/renewvm', { userid: 'alice', leaseId: lease.id, minutes: 60 });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ lease: { ...lease, expiresAt: '2026-11-21T13:30:00Z' } });
    });

    it('422 lease_too_long: shows the latest end', async () => {
      await post('/getvm', { userid: 'alice' });
      served().clock.advance(60);
      expectProblem(await post('/renewvm', { userid: 'alice', minutes: 10_080 }), 422, 'lease_too_long', {
        latestExpiresAt: '2026-11-28T12:00:00Z',
      });
    });

    it('404 no_lease, 409 lease_superseded', async () => {
      expectProblem(await post('/renewvm', { userid: 'alice' }), 404, 'no_lease');
      await post('/getvm', { userid: 'alice' });
      expectProblem(await post('/renewvm', { userid: 'alice', leaseId: 'other' }), 409, 'lease_superseded');
    });
  });

  describe('GET /lease', () => {
    it("shows the user's lease and how to log in", async () => {
      const granted = await post('/getvm', { userid: 'alice' });
      const reply = await call('GET', '/lease?userid=alice');
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ vm: granted.body.vm, lease: granted.body.lease });
    });

    it('404 no_lease, also from the second a lease ends', async () => {
      expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
      await post('/getvm', { userid: 'alice', minutes: 1 });
      served().clock.advance(59);
      expect((await call('GET', '/lease?userid=alice')).status).toBe(200);
      served().clock.advance(1);
      expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
    });
  });
}
