import { describe, expect, it } from '@jest/globals';
import { CALLS } from '../../lambda/http/calls.ts';
import { REAPER } from '../../lambda/pool/event.ts';
import { OPERATOR } from '../support/api/modes.ts';
import { callApi, testApi } from '../support/api/served-api.ts';
import { someVms } from '../support/pool/lending.ts';
import { eventOf } from './event.ts';
import { inEachMode } from './in-each-mode.ts';

inEachMode(2, (served) => {
  const call = (method: string, path: string, parameters?: object, by = OPERATOR) =>
    callApi<Record<string, unknown>>(served(), method, path, parameters, { by });

  const order = (vmId: string, what: string, reason = 'maintenance') =>
    call('POST', `/vms/${vmId}/${what}`, { reason });
  const acquire = (userid: string) => call('POST', '/getvm', { userid }, userid);
  const release = (userid: string) => call('POST', '/releasevm', { userid }, userid);
  const lease = (userid: string) => call('GET', `/lease?userid=${userid}`, undefined, userid);

  describe('who is an operator', () => {
    const routes = CALLS.filter(({ audience }) => audience === 'operators').map(({ route }) => route);

    it.each(routes)('403 for everybody else: %s', async (route) => {
      const [method = '', template = ''] = route.split(' ');
      const path = template.replace('{id}', 'vm-01');
      const reply = await call(method, path, method === 'POST' ? { reason: 'x' } : undefined, 'eve');
      expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect(await call('GET', '/pool')).toMatchObject({ body: { pools: { default: { free: 2 } } } });
    });

    it('is decided before the rest of the request is checked', async () => {
      expect(await call('POST', '/vms/vm-99/drain', {}, 'eve')).toMatchObject({ status: 403 });
    });
  });

  describe('GET /vms', () => {
    it('shows every VM with its state, holder, due time and last failure', async () => {
      served().provider.failing.add('vm-02');
      const { body } = await acquire('alice');
      await acquire('bob');
      await release('bob');
      const shown = (await call('GET', '/vms')).body;
      const common = { pool: 'default', port: 22, username: 'tester', draining: false, retired: false };
      expect(shown).toEqual({
        vms: [
          {
            ...common,
            ...{
              id: 'vm-01',
              ip: '192.0.2.1',
              state: 'leased',
              failures: 0,
              userid: 'alice',
              since: '2026-11-21T12:00:00Z',
              dueAt: '2026-11-21T20:00:00Z',
            },
            leaseId: (body.lease as { id: string }).id,
          },
          {
            ...common,
            ...{ id: 'vm-02', ip: '192.0.2.2', state: 'checking', failures: 1, dueAt: '2026-11-21T12:00:10Z' },
            reason: 'disk full',
          },
        ],
      });
      expect(JSON.stringify(shown)).not.toContain('key of');
    });

    it('comes page by page', async () => {
      const first = (await call('GET', '/vms?limit=1')).body;
      expect(first.vms).toMatchObject([{ id: 'vm-01' }]);
      const second = (await call('GET', `/vms?limit=1&cursor=${String(first.cursor)}`)).body;
      expect(second).toMatchObject({ vms: [{ id: 'vm-02' }] });
      expect(second).not.toHaveProperty('cursor');
    });

    it.each(['limit=0', 'limit=201', 'cursor=%00', 'what=ever'])('400 for %s', async (query) => {
      expect(await call('GET', `/vms?${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });
  });

  describe('orders', () => {
    it('drain: takes a free VM out at once; it is no longer lent', async () => {
      expect(await order('vm-01', 'drain', 'new disk')).toMatchObject({
        status: 200,
        body: { vm: { id: 'vm-01', state: 'drained', reason: 'new disk' } },
      });
      await acquire('alice');
      expect(await acquire('bob')).toMatchObject({ status: 503, body: { code: 'pool_empty' } });
    });

    it('drain: takes a leased VM out when its user gives it back', async () => {
      await acquire('alice');
      expect(await order('vm-01', 'drain')).toMatchObject({ body: { vm: { state: 'leased', draining: true } } });
      expect(await release('alice')).toMatchObject({ body: { vm: { state: 'drained' } } });
    });

    it('return: brings a VM back through a check', async () => {
      await order('vm-01', 'quarantine', 'smells of smoke');
      expect(await order('vm-01', 'return', 'was the toaster')).toMatchObject({ body: { vm: { state: 'free' } } });
      expect(served().provider.checked).toEqual(['vm-01']);
    });

    it('release: takes a VM from its holder and ends the lease', async () => {
      await acquire('alice');
      expect(await order('vm-01', 'release', 'left the company')).toMatchObject({ body: { vm: { state: 'free' } } });
      expect(await lease('alice')).toMatchObject({ status: 404 });
    });

    it('409 vm_in_use: quarantine leaves a leased VM to its holder', async () => {
      await acquire('alice');
      expect(await order('vm-01', 'quarantine')).toMatchObject({
        status: 409,
        body: { code: 'vm_in_use', state: 'leased' },
      });
      expect(await lease('alice')).toMatchObject({ status: 200 });
    });

    it('409 vm_busy when the VM keeps changing', async () => {
      served().store.change = async (status) => ({ applied: false, status });
      const reply = await order('vm-01', 'drain');
      expect(reply).toMatchObject({ status: 409, body: { code: 'vm_busy' } });
      expect(reply.headers.get('retry-after')).toBe('1');
    });

    it('409 wrong_state, 404 unknown_vm', async () => {
      expect(await order('vm-01', 'return')).toMatchObject({
        status: 409,
        body: { code: 'wrong_state', state: 'free' },
      });
      expect(await order('vm-99', 'drain')).toMatchObject({ status: 404, body: { code: 'unknown_vm' } });
    });

    it.each([{}, { reason: '' }, { reason: '  ' }, { reason: 5 }, { reason: 'x'.repeat(501) }])(
      '400 without a reason: %j',
      async (body) => {
        const reply = await call('POST', '/vms/vm-01/drain', body);
        expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: 'reason' }] } });
        expect(await call('GET', '/pool')).toMatchObject({ body: { pools: { default: { free: 2 } } } });
      },
    );
  });

  describe('GET /events', () => {
    it('lists what happened to a VM, and why, newest first', async () => {
      await acquire('alice');
      await order('vm-01', 'release', 'left the company');
      const { body } = await call('GET', '/events?vm=vm-01');
      expect(body.events).toMatchObject([
        { kind: 'check_passed', from: 'checking', to: 'free', who: REAPER },
        {
          kind: 'force_released',
          from: 'leased',
          to: 'checking',
          who: OPERATOR,
          userid: 'alice',
          reason: 'left the company',
        },
        { kind: 'acquired', from: 'free', to: 'leased', who: 'alice', userid: 'alice', at: '2026-11-21T12:00:00.000Z' },
        { kind: 'added', to: 'free' },
      ]);
    });

    it('never shows a user or an operator as the reaper, whatever their name', async () => {
      await acquire('reaper');
      await release('reaper');
      const { body } = await call('GET', '/events?vm=vm-01');
      expect(body.events).toMatchObject([
        { kind: 'check_passed', who: REAPER },
        { kind: 'released', who: 'reaper' },
        { kind: 'acquired', who: 'reaper' },
        { kind: 'added', who: REAPER },
      ]);
      expect(await call('POST', '/getvm', { userid: REAPER }, 'alice')).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'userid' }] },
      });
    });

    it('lists what a user had', async () => {
      await acquire('alice');
      await acquire('bob');
      expect((await call('GET', '/events?userid=bob')).body.events).toMatchObject([
        { kind: 'acquired', vmId: 'vm-02' },
      ]);
    });

    it('404 unknown_vm only for a VM that the store never knew, not for one that was removed', async () => {
      expect(await call('GET', '/events?vm=vm-99')).toMatchObject({ status: 404, body: { code: 'unknown_vm' } });
      await served().store.sync(someVms(1), { who: 'reaper', nowMs: served().clock.read(), requestId: 'r-1' });
      const { body } = await call('GET', '/events?vm=vm-02');
      expect(body.events).toMatchObject([{ kind: 'removed' }, { kind: 'added' }]);
    });

    it.each(['', '?vm=vm-01&userid=alice', '?vm=a/b'])('400 for %j', async (query) => {
      expect(await call('GET', `/events${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    });
  });

  it('405 at the path of an order, 404 beside it', async () => {
    expect(await call('GET', '/vms/vm-01/drain')).toMatchObject({ status: 405 });
    expect(await call('POST', '/vms//drain')).toMatchObject({ status: 404 });
    expect(await call('POST', '/vms/vm-01/explode')).toMatchObject({ status: 404 });
  });
});

describe('who is an operator where nobody is asked who borrows', () => {
  const AS_OPERATOR = { 'x-operator': OPERATOR };

  const signed = (sourceIp: string, authorizer?: object) => {
    const event = eventOf({ routeKey: 'GET /vms', method: 'GET', rawPath: '/resources/vms', headers: AS_OPERATOR });
    const http = { ...event.requestContext.http, sourceIp };
    return { ...event, requestContext: { ...event.requestContext, http, ...(authorizer && { authorizer }) } };
  };

  it('is every caller whose signature API Gateway has accepted', async () => {
    const { api } = await testApi();
    const iam = { userArn: 'arn:aws:iam::123456789012:user/ops' };
    expect(await api(signed('203.0.113.9', { iam }), 'i-1')).toMatchObject({ statusCode: 200 });
  });

  it('is nobody on another computer, whatever name they send', async () => {
    const { api } = await testApi();
    expect(await api(signed('203.0.113.9'), 'i-1')).toMatchObject({ statusCode: 403 });
    expect(await api(signed('127.0.0.1'), 'i-1')).toMatchObject({ statusCode: 200 });
  });

  it.each([{}, { 'x-operator': '' }])('is not somebody with the headers %j', async (headers) => {
    const { api } = await testApi();
    const event = eventOf({ ...signed('127.0.0.1'), headers });
    expect(await api(event, 'i-1')).toMatchObject({ statusCode: 403 });
  });
});
