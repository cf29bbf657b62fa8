import { describe, expect, it } from '@jest/globals';
import { borrow } from '../../lambda/client/borrow.ts';
import type { Client, ClientOptions } from '../../lambda/client/client.ts';
import { createClient } from '../../lambda/client/client.ts';
import { signIn } from '../../lambda/client/sign-in.ts';
import { identityFor } from '../../scripts/lib/client/identity.ts';
import { OPERATOR } from '../support/api/modes.ts';
import { FakeClock } from '../support/client/fake-api.ts';
import { inEachMode } from './in-each-mode.ts';

inEachMode(2, (served, authorization) => {
  const isOpen = authorization === 'none';
  /** Who borrows, where nobody else says so. */
  const who = isOpen ? { userid: 'alice' } : {};
  const operator = isOpen ? { headers: { 'x-operator': OPERATOR } } : {};

  /** A client with what somebody's computer holds. */
  async function clientOf(name: string, options: Partial<ClientOptions> = {}): Promise<Client> {
    const { url, mode } = served();
    const asked = await signIn(url);
    const authenticate = await identityFor(asked, url, { env: await mode.variablesOf(name) });
    return createClient({ url, authenticate, ...options }, new FakeClock());
  }

  const leased = async () => (await served().store.counts(served().clock.nowSec)).get('default')?.leased;

  describe('the client', () => {
    it('learns from the API how to identify', async () => {
      expect(await signIn(served().url)).toMatchObject({ authorization });
    });

    it('borrows, shows, renews and releases', async () => {
      const client = await clientOf('alice');
      const { lease, vm } = await borrow(client, { ...who, minutes: 5 }, { waitMs: 0 });
      expect(await client.call('GET /lease', who)).toMatchObject({ lease, vm: { id: vm.id } });
      const renewed = await client.call('POST /renewvm', { ...who, leaseId: lease.id, minutes: 30 });
      expect(Date.parse(renewed.lease.expiresAt)).toBeGreaterThan(Date.parse(lease.expiresAt));
      const released = await client.call('POST /releasevm', { ...who, leaseId: lease.id });
      expect(released.vm).toEqual({ id: vm.id, state: 'free' });
      await expect(client.call('GET /lease', who)).rejects.toMatchObject({ code: 'no_lease', status: 404 });
    });

    it('gets the same lease by the same key, and a refusal that names it by another', async () => {
      const client = await clientOf('alice');
      const key = { idempotencyKey: 'job-1' };
      const { lease, vm } = await client.call('POST /getvm', who, key);
      expect((await client.call('POST /getvm', who, key)).lease.id).toBe(lease.id);
      await expect(client.call('POST /getvm', who)).rejects.toMatchObject({
        code: 'already_allocated',
        problem: { vmId: vm.id, leaseId: lease.id },
      });
    });

    it('borrows once when the answer is lost on its way', async () => {
      let answers = 0;
      const losing: typeof fetch = async (request, init) => {
        const response = await fetch(request, init);
        if ((answers += 1) === 1) throw new TypeError('terminated');
        return response;
      };
      await (await clientOf('alice', { fetch: losing })).call('POST /getvm', who);
      expect(answers).toBe(2);
      expect(await leased()).toBe(1);
    });

    it('says when to come back to an empty pool', async () => {
      for (const name of ['bob', 'carol']) {
        await (await clientOf(name)).call('POST /getvm', isOpen ? { userid: name } : {});
      }
      await expect((await clientOf('alice')).call('POST /getvm', who)).rejects.toMatchObject({
        status: 503,
        code: 'pool_empty',
        retryAfterSec: 30,
        problem: { counts: { free: 0, leased: 2 } },
      });
    });

    it('gives orders in the name of an operator, and of nobody else', async () => {
      const order = { id: 'vm-01', reason: 'new disk' };
      const client = await clientOf(OPERATOR);
      expect(await client.call('POST /vms/{id}/drain', order, operator)).toMatchObject({ vm: { state: 'drained' } });
      expect((await client.call('GET /vms', {}, operator)).vms).toHaveLength(2);
      const refused = (await clientOf('alice')).call('POST /vms/{id}/return', order);
      await expect(refused).rejects.toMatchObject({ status: 403, code: 'forbidden' });
    });

    it('reports who is refused before the service is asked', async () => {
      const anonymous = createClient({ url: served().url }).call('GET /pool');
      if (isOpen) expect(await anonymous).toMatchObject({ pools: { default: { free: 2 } } });
      else
        await expect(anonymous).rejects.toMatchObject({ status: authorization === 'iam' ? 403 : 401, code: undefined });
    });

    it('says that an API is away', async () => {
      const client = await clientOf('alice', { retryForMs: 1_000 });
      await served().close();
      await expect(client.call('GET /pool')).rejects.toThrow(`no answer from ${served().url}: connect ECONNREFUSED`);
    });
  });
});
