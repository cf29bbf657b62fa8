import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../../lambda/pool/refusals.ts';
import type { Served } from '../in-each-mode.ts';
import { clientOf, expectProblem } from './client.ts';

/** What callers see of the pool and of the service itself. */
export function service(served: Served): void {
  const { call, post } = clientOf(served);

  describe('GET /pool', () => {
    it('shows how each pool is lent, and its VMs by state, a lease past its end no longer as leased', async () => {
      await post('/getvm', { userid: 'alice', minutes: 1 });
      await post('/getvm', { userid: 'bob' });
      const leased = (count: number) => ({
        pools: {
          default: {
            ...{ free: 3 - count, leased: count, checking: 0, quarantined: 0, drained: 0 },
            ...{ aliases: [], access: 'mock', check: 'none', reset: 'none' },
            lease: { defaultMinutes: 480, maxMinutes: 10_080 },
          },
        },
      });
      expect((await call('GET', '/pool')).body).toEqual(leased(2));
      served().clock.advance(60);
      expect((await call('GET', '/pool')).body).toEqual(leased(1));
    });
  });

  describe('GET /health', () => {
    it('is ok when the store answers', async () => {
      const reply = await call('GET', '/health');
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({ status: 'ok' });
    });

    it('503 store_unavailable when it does not; only the log says why', async () => {
      const cause = new Error('connect ECONNREFUSED 10.0.0.7');
      served().store.ping = () => Promise.reject(new StoreUnavailable({ cause }));
      const reply = await call('GET', '/health');
      expectProblem(reply, 503, 'store_unavailable');
      expect(JSON.stringify(reply.body)).not.toContain('10.0.0.7');
      expect(served().lines.at(-1)).toContain('10.0.0.7');
    });
  });

  describe('GET /health over a store that is wrongly configured', () => {
    it('is 500 internal, since trying again does not help', async () => {
      served().store.ping = () => Promise.reject(new Error('TABLE_NAME must name a table'));
      expectProblem(await call('GET', '/health'), 500, 'internal');
      expect(served().lines.at(-1)).toContain('TABLE_NAME must name a table');
    });
  });

  describe('every answer', () => {
    it('has a unique x-request-id and may not be cached', async () => {
      const replies = [
        await post('/getvm', { userid: 'alice' }),
        await post('/getvm', { userid: 'alice' }),
        await call('GET', '/lease?userid=alice'),
        await call('GET', '/health'),
        await call('GET', '/nowhere'),
      ];
      for (const { headers } of replies) expect(headers.get('cache-control')).toBe('no-store');
      const ids = replies.map(({ headers }) => headers.get('x-request-id'));
      expect(ids).not.toContain(null);
      expect(new Set(ids).size).toBe(replies.length);
    });

    it('500 internal when something breaks: only the log says what', async () => {
      served().store.acquire = () => Promise.reject(new Error('table vm-pool-leases is gone'));
      const reply = await post('/getvm', { userid: 'alice' });
      expectProblem(reply, 500, 'internal');
      expect(JSON.stringify(reply.body)).not.toContain('table');
      expect(JSON.parse(served().lines.at(-1) ?? '')).toMatchObject({
        level: 'ERROR',
        message: 'request',
        requestId: reply.headers.get('x-request-id'),
        status: 500,
        error: { name: 'Error', message: 'table vm-pool-leases is gone' },
      });
    });
  });
}
