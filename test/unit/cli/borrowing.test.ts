import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { envOf, PatientClock, vmPool } from './command-line.ts';

describe('vm-pool', () => {
  let served: ServedApi;
  let world: Partial<World>;

  beforeEach(async () => {
    served = await serveApi();
    world = { env: envOf(served), clock: served.clock.read };
  });
  afterEach(() => served.close());

  it('get shows the VM and where to go on, but never its key', async () => {
    const { code, stdout, stderr } = await vmPool('get --for 2h', world);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/[0-9a-f-]{36}/, 'LEASE')).toBe(
      [
        'VM       vm-01',
        'Pool     default',
        'Address  tester@192.0.2.1',
        'Holder   alice',
        'Lease    LEASE',
        'Until    2026-11-21T14:00:00Z (in 2 h)',
        '',
        'Log in:        not possible: it is a mock VM',
        'Give it back:  vm-pool release',
        '',
      ].join('\n'),
    );
  });

  it('get --json prints the answer of the API as one document, with the key', async () => {
    const { stdout } = await vmPool('--json get', world);
    expect(JSON.parse(stdout)).toMatchObject({ vm: { id: 'vm-01', privateKey: 'key of vm-01' } });
    const { stdout: shown } = await vmPool('show --json', world);
    expect(JSON.parse(shown)).toMatchObject({ vm: { id: 'vm-01' }, lease: { userid: 'alice' } });
  });

  it('renew says when the lease ends now, and release gives the VM back', async () => {
    await vmPool('get', world);
    expect((await vmPool('renew --for 1d', world)).stdout).toBe('your lease ends at 2026-11-22T12:00:00Z (in 1 d)\n');
    expect((await vmPool('release', world)).stdout).toBe('vm-01 was given back\n');
    expect(await vmPool('show', world)).toMatchObject({ code: 4, stdout: '' });
  });

  it('release keeps the VM of another lease', async () => {
    await vmPool('get', world);
    const other = '96ba437d-ec47-4d0f-a5f6-40e5483397ec';
    expect(await vmPool(`release --lease ${other}`, world)).toMatchObject({ code: 1 });
    expect(await vmPool('show', world)).toMatchObject({ code: 0 });
  });

  it('waits for a VM, says what for, and gives up in time', async () => {
    for (const user of ['a', 'b', 'c']) await vmPool(`get --user ${user}`, world);
    const timer = new PatientClock();
    const { code, stderr } = await vmPool('get --wait 1m', { ...world, timer });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^no VM of pool default is free \(3 leased\); next try in 3\d s, giving up in 60 s\n/);
    expect(stderr).toContain('wait for one: vm-pool get --wait 10m');
    expect(timer.waits.reduce((sum, one) => sum + one, 0)).toBeCloseTo(60_000);
  });

  it('gets the VM that comes free while it waits', async () => {
    for (const user of ['a', 'b', 'c']) await vmPool(`get --user ${user}`, world);
    const timer = new PatientClock();
    timer.wait = async () => {
      await vmPool('release --user b', world);
    };
    const { code, stdout } = await vmPool('get --wait 1m --quiet', { ...world, timer });
    expect({ code, vm: /vm-\d+/.exec(stdout)?.[0] }).toEqual({ code: 0, vm: 'vm-02' });
  });

  it('stops waiting when it is interrupted', async () => {
    for (const user of ['a', 'b', 'c']) await vmPool(`get --user ${user}`, world);
    const interrupted = new AbortController();
    const timer = new PatientClock();
    const wait = timer.wait.bind(timer);
    timer.wait = (ms) => {
      interrupted.abort();
      return wait(ms, interrupted.signal);
    };
    const { code, stderr } = await vmPool('get --wait 1h', { ...world, timer, signal: interrupted.signal });
    expect(code).toBe(130);
    expect(stderr).toContain('vm-pool: interrupted\n  see whether you hold a VM: vm-pool show\n');
  });

  it('pool shows the VMs of each pool by state', async () => {
    await vmPool('get', world);
    expect((await vmPool('pool', world)).stdout).toBe(
      [
        'pool     free  leased  checking  quarantined  drained  lease  longest',
        'default  2     1       0         0            0        8 h    7 d',
        '',
      ].join('\n'),
    );
    expect((await vmPool('pool default', world)).stdout).toContain('VMs            2 free, 1 leased, 0 checking');
    expect(await vmPool('pool nope', world)).toMatchObject({ code: 2 });
  });

  it('takes pool and length from the settings unless an option says otherwise', async () => {
    const bodies: unknown[] = [];
    const spied: typeof fetch = async (input, init) => {
      if (input instanceof Request && input.method === 'POST') bodies.push(await input.clone().json());
      return fetch(input, init);
    };
    await vmPool('get --for 30m', { ...world, fetch: spied });
    expect(bodies).toEqual([{ userid: 'alice', minutes: 30 }]);
  });

  it('release removes the login of the lease, and nothing that a hostile id could name', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'cli-'));
    const leases = path.join(home, '.local/state/vm-pool/leases');
    try {
      await vmPool('get', world);
      const { stdout } = await vmPool('show --json', world);
      const { id } = (JSON.parse(stdout) as { lease: { id: string } }).lease;
      for (const folder of [id, 'other']) await mkdir(path.join(leases, folder), { recursive: true });
      await vmPool('release', { ...world, home });
      expect(await readdir(leases)).toEqual(['other']);

      const hostile: typeof fetch = async (input) => {
        const { url } = input as Request;
        if (url.endsWith('/sign-in')) return Response.json({ authorization: 'none' });
        return Response.json({ message: 'given back', vm: {}, lease: { id: '..' } });
      };
      expect(await vmPool('release', { ...world, home, fetch: hostile })).toMatchObject({ code: 0 });
      expect(await readdir(leases)).toEqual(['other']);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('makes what strangers wrote printable', async () => {
    const hostile: typeof fetch = async (input) => {
      const { url } = input as Request;
      if (url.endsWith('/sign-in')) return Response.json({ authorization: 'none' });
      return Response.json({ message: '\u001b[2J\u202egone', vm: {}, lease: { id: 'x' } });
    };
    expect((await vmPool('release', { ...world, fetch: hostile })).stdout).toBe('\\u001b[2J\\u202egone\n');
    const { stdout } = await vmPool('release --json', { ...world, fetch: hostile });
    expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse(stdout)).toMatchObject({ message: '\u001b[2J\u202egone' });
  });
});
