/** What callers see of VMs that have to be started, and operators of those that are stopped. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PoolRules } from '../../lambda/pool/pool.ts';
import { OPERATOR } from '../support/api/modes.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { callApi, serveApi } from '../support/api/served-api.ts';
import { instancePool, Instances, ONE_RUNS, stopFree } from '../support/pool/instances.ts';
import { someVms } from '../support/pool/lending.ts';
import type { Body } from './contract/client.ts';
import { expectProblem } from './contract/client.ts';

const VMS = someVms(2);
const ADDRESS = { id: 'vm-01', pool: 'default', ip: '192.0.2.1', port: 22, username: 'tester' };
const WAITS = { status: 'starting', statusReason: 'the instance is being started' };

let provider: Instances;
let served: ServedApi;

async function serve(rules: PoolRules): Promise<void> {
  provider = new Instances(VMS, rules);
  served = await serveApi(VMS, undefined, { provider });
  // A look at the pools makes the first checks.
  await call('GET', '/pool');
}

function call(method: string, path: string, parameters?: object, options?: Parameters<typeof callApi>[4]) {
  return callApi<Body>(served, method, path, parameters, options);
}

const stop = (...ids: readonly string[]) => stopFree({ store: served.store, provider, clock: served.clock }, ...ids);
const getVm = () => call('POST', '/getvm', { userid: 'alice', minutes: 60 }, { headers: { 'idempotency-key': 'k-1' } });

beforeEach(async () => {
  await serve(instancePool(ONE_RUNS));
});

afterEach(async () => {
  await served.close();
  expect(served.faults).toEqual([]);
});

describe('a VM that has to be started', () => {
  beforeEach(() => stop('vm-01', 'vm-02'));

  it('is lent, and the answer says that it starts and when to ask again', async () => {
    const { body, headers, status } = await getVm();
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 200, retryAfter: '10' });
    expect(body).toEqual({
      message: 'vm-01 is yours and is being started; ask GET /lease until it is ready',
      vm: { ...ADDRESS, ...WAITS },
      lease: {
        ...{ id: body.lease.id, userid: 'alice' },
        ...{ acquiredAt: '2026-11-21T12:00:00Z', expiresAt: '2026-11-21T13:10:00Z' },
      },
    });
    expect(JSON.parse(served.lines.at(-1) ?? '')).toMatchObject({ vmId: 'vm-01', retryAfterSec: 10 });
  });

  it('starts once for a repeated getvm', async () => {
    provider.looksOfAStart = 5;
    const first = await getVm();
    const { status, body, headers } = await getVm();
    expect({ status, body, retryAfter: headers.get('retry-after') }).toEqual({
      ...{ status: 200, body: first.body, retryAfter: '10' },
    });
  });

  it.each([
    { method: 'GET', path: '/lease?userid=alice', parameters: undefined },
    { method: 'POST', path: '/connectvm', parameters: { userid: 'alice' } },
  ])('is shown by $method $path as it starts, then ready with its whole time', async ({ method, path, parameters }) => {
    provider.looksOfAStart = 2;
    await getVm();
    served.clock.advance(10);
    const starting = await call(method, path, parameters);
    expect(starting.body.vm).toEqual({ ...ADDRESS, ...WAITS });
    expect(starting.headers.get('retry-after')).toBe('10');
    served.clock.advance(20);
    const ready = await call(method, path, parameters);
    expect(ready.body).toMatchObject({
      vm: { ...ADDRESS, status: 'ready', login: 'certificate' },
      lease: { acquiredAt: '2026-11-21T12:00:30Z', expiresAt: '2026-11-21T13:00:30Z' },
    });
    expect(ready.headers.get('retry-after')).toBeNull();
  });

  it('is another one when it does not start', async () => {
    const { body } = await getVm();
    provider.instance('vm-01').failure = 'no capacity';
    const { body: other } = await call('GET', '/lease?userid=alice');
    expect(other).toMatchObject({ vm: { id: 'vm-02', ...WAITS }, lease: { id: body.lease.id } });
  });

  it('404 no_lease when none starts; getvm then says that the pool is empty', async () => {
    await getVm();
    for (const { id } of VMS) provider.instance(id).failure = 'no capacity';
    expectProblem(await call('GET', '/lease?userid=alice'), 404, 'no_lease');
    expectProblem(await call('POST', '/getvm', { userid: 'alice' }), 503, 'pool_empty', {
      counts: { free: 0, leased: 0, checking: 0, quarantined: 2, drained: 0 },
    });
  });

  it('can be given back and renewed meanwhile', async () => {
    provider.looksOfAStart = 50;
    await getVm();
    const renewed = await call('POST', '/renewvm', { userid: 'alice', minutes: 120 });
    expect(renewed.body.lease).toMatchObject({ expiresAt: '2026-11-21T14:10:00Z' });
    expect(await call('POST', '/releasevm', { userid: 'alice' })).toMatchObject({ status: 200 });
  });
});

describe('a VM that is gone', () => {
  it('is shown so to its holder, with a reason', async () => {
    await getVm();
    provider.instance('vm-01').state = 'gone';
    const { status, body, headers } = await call('GET', '/lease?userid=alice');
    expect({ status, vm: body.vm }).toEqual({
      status: 200,
      vm: { ...ADDRESS, status: 'gone', statusReason: 'it was terminated' },
    });
    expect(headers.get('retry-after')).toBe('60');
  });

  it('is said to be so to a getvm that comes again with its Idempotency-Key', async () => {
    await getVm();
    provider.instance('vm-01').state = 'gone';
    const { body } = await getVm();
    expect(body).toMatchObject({ vm: { status: 'gone' }, message: expect.stringContaining('vm-01 no longer exists') });
  });
});

describe('operators and everybody else', () => {
  it('see which VMs are stopped, and since when one is missed', async () => {
    await stop('vm-02');
    const vms = async () => {
      const { body } = await call('GET', '/vms', undefined, { by: OPERATOR });
      return (body as unknown as { vms: object[] }).vms;
    };
    const [running] = await vms();
    expect(running).toMatchObject({ id: 'vm-01', state: 'free' });
    expect(running).not.toHaveProperty('stopped');
    const act = { who: 'test', nowMs: served.clock.read() + 60_000, requestId: 'r-1' };
    await served.store.sync(VMS.slice(0, 1), act, { isPatient: () => true });
    const missing = { id: 'vm-02', state: 'free', stopped: true, missingSince: '2026-11-21T12:01:00Z' };
    expect(await vms()).toMatchObject([{ id: 'vm-01' }, missing]);
  });

  it('see what stopping saves', async () => {
    await stop('vm-02');
    const stopped = new Map([['default', 1]]);
    await served.store.addStoppedTime(stopped, served.clock.nowSec);
    for (let minute = 0; minute < 90; minute++) {
      served.clock.advance(60);
      await served.store.addStoppedTime(stopped, served.clock.nowSec);
    }
    expect((await call('GET', '/pool')).body).toMatchObject({
      pools: { default: { free: 2, power: { running: 1, stopped: 1, minRunning: 1, hoursSaved: 1.5 } } },
    });
  });
});

describe('a pool whose VMs take pushed keys', () => {
  const ECDSA =
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=';

  beforeEach(async () => {
    await served.close();
    await serve(instancePool(undefined, { access: 'instance-connect' }));
  });

  it.each([{}, { sshPublicKey: ECDSA }])('422 ssh_public_key_needed, before anything is lent (%j)', async (key) => {
    const reply = await call('POST', '/getvm', { userid: 'alice', ...key });
    expectProblem(reply, 422, 'ssh_public_key_needed', {
      detail: 'VMs of pool default open to your own key only: send sshPublicKey, of the type Ed25519 or RSA',
    });
    expect((await call('GET', '/pool')).body).toMatchObject({ pools: { default: { free: 2, leased: 0 } } });
  });
});
