import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NotReadyReason } from '../../../lambda/client/not-ready.ts';
import { NotReady } from '../../../lambda/client/not-ready.ts';
import type { Vm } from '../../../lambda/client/routes.ts';
import { NOT_READY_STEPS } from '../../../scripts/lib/cli/not-ready-steps.ts';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { leaseOf, vmOf } from '../login/made-up.ts';
import { PatientClock, vmPool } from './command-line.ts';
import { OneInstance } from './one-instance.ts';

const STARTING: Partial<Vm> = {
  status: 'starting',
  statusReason: 'the instance is pending',
  login: undefined as never,
};
const GONE: Partial<Vm> = { status: 'gone', statusReason: 'it was terminated', login: undefined as never };

let service: OneInstance;
let world: Partial<World>;

beforeEach(async () => {
  service = new OneInstance();
  world = {
    env: { ...process.env, VM_POOL_URL: 'http://api.test', VM_POOL_USER: 'alice' },
    home: await mkdtemp(path.join(tmpdir(), 'vm-pool-starting-')),
    fetch: service.fetch,
  };
});

afterEach(() => rm(world.home ?? '', { recursive: true }));

describe('vm-pool get', () => {
  it('waits until the VM is ready, and says what for', async () => {
    service.states = [STARTING, { ...STARTING, statusReason: 'SSH does not answer yet' }, {}];
    const timer = new PatientClock();
    const { code, stdout, stderr } = await vmPool('get', { ...world, timer });
    expect({ code, lines: stderr.split('\n') }).toEqual({
      code: 0,
      lines: [
        expect.stringMatching(/^i-01 is being started: the instance is pending; asking again in 1\d s$/),
        expect.stringMatching(/^i-01 is being started: SSH does not answer yet; asking again in 1\d s$/),
        '',
      ],
    });
    expect(stdout).toContain('Log in:        vm-pool ssh');
    expect(timer.waits).toHaveLength(2);
  });

  it('prints one document with --json, of the VM that is ready in the end', async () => {
    service.states = [STARTING, { id: 'i-02', ...STARTING }, { id: 'i-02' }];
    const { stdout, stderr } = await vmPool('get --json --quiet', world);
    expect(JSON.parse(stdout)).toMatchObject({
      message: expect.stringMatching(/^i-02 is yours/),
      vm: { id: 'i-02', status: 'ready' },
    });
    expect(stderr).toBe('');
  });

  it('returns at once with --async, and says how to go on', async () => {
    service.states = [STARTING];
    const { code, stdout } = await vmPool('get --async', world);
    expect({ code, routes: service.routes }).toEqual({ code: 0, routes: ['POST /getvm'] });
    expect(stdout).toContain('State    being started: the instance is pending');
    expect(stdout).toContain('Log in when it is ready:  vm-pool ssh');
  });

  it('gives up after a quarter of an hour, with an exit code of its own', async () => {
    service.states = [STARTING];
    const timer = new PatientClock();
    const { code, stdout, stderr } = await vmPool('get --json', { ...world, timer });
    expect(code).toBe(7);
    expect(timer.now()).toBe(15 * 60_000);
    expect(JSON.parse(stdout)).toMatchObject({ vm: { status: 'starting' }, lease: { id: 'lease-1' } });
    expect(stderr).toContain(
      'vm-pool: i-01 is still being started (the instance is pending); look at the lease again later\n' +
        '  see whether you hold it, and how far it is: vm-pool show\n',
    );
  });
});

describe('what the README says of a VM that is not ready', () => {
  it.each(Object.entries(NOT_READY_STEPS))('is in the message: %s', (reason, { says }) => {
    const held = { vm: vmOf(), lease: leaseOf() };
    expect(new NotReady(reason as NotReadyReason, held).message).toContain(says);
  });
});

describe('a VM that is gone', () => {
  beforeEach(() => {
    service.isHeld = true;
    service.states = [GONE];
  });

  it('is shown, with what to do', async () => {
    const { code, stdout } = await vmPool('show', world);
    expect(code).toBe(0);
    expect(stdout).toContain('State    gone: it was terminated');
    expect(stdout).toMatch(/Give it back: +vm-pool release\nBorrow another: +vm-pool get\n$/);
  });

  it.each(['ssh', 'ssh-config --refresh', 'inventory'])('keeps %s from connecting', async (line) => {
    const { code, stdout, stderr } = await vmPool(line, world);
    expect({ code, stdout, isHeld: service.isHeld }).toEqual({ code: 7, stdout: '', isHeld: true });
    expect(stderr).toBe(
      'vm-pool: i-01 no longer exists (it was terminated); give it back, then borrow another VM\n' +
        '  give it back: vm-pool release\n  then borrow another: vm-pool get\n',
    );
  });
});

describe('a VM that does not start', () => {
  it('is given back by with, which runs nothing', async () => {
    service.states = [STARTING];
    const { code } = await vmPool(['with', '--', 'false'], world);
    expect({ code, isHeld: service.isHeld }).toEqual({ code: 7, isHeld: false });
    expect(await readdir(path.join(world.home ?? '', '.local/state/vm-pool/leases'))).toEqual([]);
  });

  it('counts as none free when its lease is over', async () => {
    service.states = [STARTING, {}];
    const timer = new PatientClock();
    timer.wait = async () => {
      service.isHeld = false;
    };
    const { code, stderr } = await vmPool('get', { ...world, timer });
    expect(code).toBe(3);
    expect(stderr).toContain('i-01 was not started (the instance is pending), and its lease is over');
  });
});

describe('with on a VM that was started', () => {
  it('runs its command when the VM is ready', async () => {
    service.states = [STARTING, { port: 2207 }];
    const { code } = await vmPool(['with', '--', 'sh', '-c', 'test "$VM_PORT" = 2207 && exit 9'], world);
    expect({ code, isHeld: service.isHeld }).toEqual({ code: 9, isHeld: false });
  });
});

describe('vm-pool pool', () => {
  it('shows what runs, what is stopped and what that saves', async () => {
    service.isHeld = true;
    const counts = { free: 8, leased: 2, checking: 0, quarantined: 0, drained: 0 };
    const rules = { aliases: [], access: 'certificate', check: 'host-key', reset: 'command' };
    const lease = { defaultMinutes: 60, maxMinutes: 480 };
    const power = { running: 2, stopped: 6, minRunning: 2, hoursSaved: 412.4 };
    const pools = { lab: { ...counts, ...rules, lease, power }, other: { ...counts, ...rules, lease } };
    const answering: typeof fetch = async (input) => {
      const isPool = (input as Request).url.endsWith('/pool');
      return Response.json(isPool ? { pools } : { authorization: 'none' });
    };
    const { stdout } = await vmPool('pool', { ...world, fetch: answering });
    expect(stdout.split('\n').map((line) => line.trimEnd().split(/ {2,}/).slice(0, 4))).toEqual([
      ['pool', 'free', 'stopped', 'leased'],
      ['lab', '8', '6', '2'],
      ['other', '8', '2', '0'],
      [''],
    ]);
    const one = await vmPool('pool lab', { ...world, fetch: answering });
    expect(one.stdout).toMatch(/^Power +of the free VMs 2 run and 6 are stopped; 2 are to run; 412 h saved$/m);
  });
});

describe('vm-pool vms', () => {
  it('marks VMs that are stopped, and those that a search has missed', async () => {
    const made = { ip: '10.0.3.11', port: 22, username: 'tester', failures: 0, draining: false, retired: false };
    const vms = [
      { ...made, id: 'i-01', pool: 'lab', state: 'free', stopped: true },
      { ...made, id: 'i-02', pool: 'lab', state: 'free', stopped: true, missingSince: '2026-11-21T12:00:00Z' },
    ];
    const env = { ...world.env, VM_POOL_OPERATOR: 'ops' };
    const answering: typeof fetch = async (input) => {
      return Response.json((input as Request).url.includes('/vms') ? { vms } : { authorization: 'none' });
    };
    const { stdout } = await vmPool('vms', { ...world, env, fetch: answering });
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^i-01 +lab +free, stopped$/),
      expect.stringMatching(/^i-02 +lab +free, stopped, missed$/),
    ]);
  });
});
