import { describe, expect, it } from '@jest/globals';
import type { Served } from '../in-each-mode.ts';
import { clientOf } from './client.ts';

/** What the log says of each request. */
export function logLines(served: Served): void {
  const { call, post } = clientOf(served);

  describe('the log', () => {
    it('has one line for each request: user, route and status, but no key', async () => {
      const { body } = await post('/getvm', { userid: 'alice' });
      await call('GET', '/lease?userid=alice');
      await post('/getvm', { userid: 'alice' });
      await post('/releasevm', { userid: 'alice' });
      await post('/getvm', { userid: 'not valid', sshPublicKey: 'sensitive' });
      const lease = { userId: 'alice', vmId: 'vm-01', leaseId: body.lease.id };
      const lines = served().lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines).toMatchObject([
        { message: 'request', level: 'INFO', route: 'POST /getvm', status: 200, ...lease },
        { message: 'request', level: 'INFO', route: 'GET /lease', status: 200, ...lease },
        {
          message: 'request',
          level: 'INFO',
          route: 'POST /getvm',
          status: 409,
          userId: 'alice',
          code: 'already_allocated',
        },
        { message: 'request', level: 'INFO', route: 'POST /releasevm', status: 200, userId: 'alice', vmId: 'vm-01' },
        { message: 'request', level: 'INFO', route: 'POST /getvm', status: 400, code: 'invalid_request' },
      ]);
      for (const line of lines) {
        expect(line).toHaveProperty('requestId');
        expect(line.durationMs).toBeGreaterThanOrEqual(0);
      }
      expect(served().lines.join('')).not.toMatch(/key of vm|privateKey|sensitive|not valid/);
    });

    it('carries the metrics of the dashboard', async () => {
      await post('/getvm', { userid: 'alice' });
      await post('/getvm', { userid: 'alice' });
      await post('/releasevm', { userid: 'alice' });
      const [granted, refused, released] = served().lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      const aTime = expect.any(Number);
      expect(granted).toMatchObject({ RequestSeconds2xx: aTime, Grants: 1, LoginCredentials: 1, EmptyPools: 0 });
      expect(granted).not.toHaveProperty('Refusals');
      expect(refused).toMatchObject({ RequestSeconds4xx: aTime, Refusals: 1, EmptyPools: 0 });
      expect(refused).not.toHaveProperty('Grants');
      expect(released).toMatchObject({ Releases: 1, LeaseSeconds: 0, CheckSecondsPassed: 0 });
    });

    it('counts calls that found the pool empty', async () => {
      for (const userid of ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']) await post('/getvm', { userid });
      const counted = served().lines.map((line) => (JSON.parse(line) as { EmptyPools: number }).EmptyPools);
      expect({ first: counted.at(0), last: counted.at(-1) }).toEqual({ first: 0, last: 1 });
    });
  });
}
