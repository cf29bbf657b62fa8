import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Login } from '../../../lambda/pool/access.ts';
import type { Unready } from '../../../lambda/pool/provider.ts';
import { MODES } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { callApi, serveApi } from '../../support/api/served-api.ts';
import { someVms } from '../../support/pool/lending.ts';
import { loginOf } from '../../support/pool/login.ts';
import type { McpSession, SessionOptions } from './mcp-session.ts';
import { startSession } from './mcp-session.ts';

const SECRETS = /PRIVATE KEY|cert-v01|secret-of-the-vm/;

let served: ServedApi;
const sessions: McpSession[] = [];

beforeEach(async () => {
  served = await serveApi([...someVms(2), ...someVms(1, 'gpu', 'gpu')]);
  served.clock.nowSec = Math.floor(Date.now() / 1000);
  const login: Login = {
    login: 'certificate',
    certificate: 'ssh-ed25519-cert-v01@openssh.com AAAA',
    certificateExpiresAtSec: served.clock.nowSec + 300,
    knownHosts: ['192.0.2.1 ssh-ed25519 AAAA'],
    privateKey: 'secret-of-the-vm',
  };
  served.provider.open = async ({ vm }) => ({ vm, login });
});

afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  await served.close();
});

async function start(options: SessionOptions = {}): Promise<McpSession> {
  const session = await startSession(served, options);
  sessions.push(session);
  return session;
}

const api = <Body = Record<string, never>>(method: string, path: string, parameters?: object) =>
  callApi<Body>(served, method, path, parameters);

async function free(): Promise<number> {
  const { body } = await api<{ pools: Record<string, { free: number }> }>('GET', '/pool');
  return Object.values(body.pools).reduce((sum, pool) => sum + pool.free, 0);
}

const held = (userid = 'alice') => api<{ lease: { id: string; expiresAt: string } }>('GET', `/lease?userid=${userid}`);

describe('the tools', () => {
  it('say what they take, what they answer and what they change', async () => {
    const { client } = await start();
    const { tools } = await client.listTools();
    const readers = tools.filter(({ annotations }) => annotations?.readOnlyHint === true);
    expect(readers.map(({ name }) => name)).toEqual(['list_pools', 'show_vm']);
    const destroyers = tools.filter(({ annotations }) => annotations?.destructiveHint === true);
    expect(destroyers.map(({ name }) => name)).toEqual(['run_command', 'release_vm']);
    const text = expect.stringMatching(/\w/);
    for (const tool of tools) {
      expect(tool).toMatchObject({ title: text, description: text, outputSchema: { type: 'object' } });
    }
    expect(client.getInstructions()).toContain('release_vm');
  });

  it('borrow, use, show, renew and give back a VM, and never show what opens it', async () => {
    const { call, folder } = await start();
    const answers = [
      await call('list_pools'),
      await call('show_vm'),
      await call('borrow_vm', { minutes: 30 }),
      await call('run_command', { command: 'cat; echo bad >&2; exit 3', stdin: 'good' }),
      await call('show_vm'),
      await call('renew_vm', { minutes: 90 }),
    ];
    expect(answers.map(({ isError }) => isError)).toEqual([false, false, false, false, false, false]);
    expect(answers[0]?.values).toMatchObject({ pools: [{ name: 'default', free: 2, vms: 2 }, { name: 'gpu' }] });
    expect(answers[1]?.values).toEqual({ inUse: false });
    expect(answers[2]?.values).toMatchObject({ vm: { id: 'vm-01', pool: 'default' }, borrowedHere: true });
    expect(answers[3]?.values).toMatchObject({ exitCode: 3, stdout: 'good', stderr: 'bad\n', isTimedOut: false });
    expect(answers[4]?.values).toMatchObject({ inUse: true, loan: { minutesLeft: 30 } });
    expect(answers[5]?.values).toMatchObject({ minutesLeft: 90 });
    expect(await readdir(folder)).toHaveLength(1);
    answers.push(await call('release_vm'));
    expect(answers[6]?.values).toEqual({ vmId: 'vm-01', isGivenBack: true });
    for (const answer of answers) {
      expect(JSON.stringify(answer)).not.toMatch(SECRETS);
      expect(JSON.parse(answer.text)).toEqual(answer.values);
    }
    expect({ free: await free(), files: await readdir(folder) }).toEqual({ free: 3, files: [] });
  });

  it.each(['iam', 'jwt'] as const)(
    'borrow and give back where the service knows its callers: %s',
    async (authorization) => {
      const mode = await MODES[authorization]();
      const guarded = await serveApi(someVms(1), mode);
      const session = await startSession(guarded, { mode });
      const answers = [await session.call('borrow_vm'), await session.call('release_vm')];
      expect(answers).toMatchObject([{ values: { vm: { id: 'vm-01' } } }, { values: { isGivenBack: true } }]);
      await session.close();
      await guarded.close();
      await mode.stop();
    },
  );

  it('refuse what needs a VM while there is none', async () => {
    const { call } = await start();
    for (const [name, values] of [
      ['run_command', { command: 'true' }],
      ['renew_vm', { minutes: 5 }],
      ['release_vm', {}],
    ] as const) {
      const { isError, text } = await call(name, values);
      expect({ isError, text }).toEqual({ isError: true, text: 'This session uses no VM. Call borrow_vm first.' });
    }
  });
});

describe('limits', () => {
  it('borrow one VM at a time, also for calls at the same time', async () => {
    const { call } = await start();
    const answers = await Promise.all([call('borrow_vm'), call('borrow_vm')]);
    expect(answers.map(({ isError }) => isError)).toEqual([false, true]);
    expect(answers[1].text).toContain('This session already uses vm-01.');
    expect(await free()).toBe(2);
  });

  it('ask the service for a short lease, however long the loan is', async () => {
    const { call } = await start();
    const { values } = await call('borrow_vm', { minutes: 120 });
    const { body } = await held();
    expect(values).toMatchObject({ minutesLeft: 120 });
    expect(Date.parse(body.lease.expiresAt) / 1000).toBe(served.clock.nowSec + 600);
  });

  it.each([
    { what: 'a longer loan', tool: 'borrow_vm', values: { minutes: 31 } },
    { what: 'a longer wait', tool: 'borrow_vm', values: { waitSeconds: 11 } },
    { what: 'another pool', tool: 'borrow_vm', values: { pool: 'default' } },
    { what: 'a longer command', tool: 'run_command', values: { command: 'true', timeoutSeconds: 6 } },
    { what: 'an endless renewal', tool: 'renew_vm', values: { minutes: 31 } },
  ])('refuse $what', async ({ tool, values }) => {
    const limits = { maxMinutes: 30, maxWaitSeconds: 10, maxCommandSeconds: 5, pools: ['gpu'] };
    const { call } = await start({ limits });
    const { isError, text } = await call(tool, values);
    expect(isError).toBe(true);
    expect(text).toContain('Invalid arguments');
    expect(await free()).toBe(3);
  });

  it('count renewals: a loan ends in any case', async () => {
    const { call } = await start({ limits: { maxMinutes: 30 } });
    await call('borrow_vm', { minutes: 10 });
    expect((await call('renew_vm', { minutes: 29 })).isError).toBe(false);
    expect((await call('renew_vm', { minutes: 30 })).text).toBe(
      'A loan takes 30 minutes at most, and 29 of them are left. Ask for fewer minutes.',
    );
  });

  it('take the first of the pools that are allowed, and list no others', async () => {
    const { call } = await start({ limits: { pools: ['gpu'] } });
    expect((await call('list_pools')).values).toMatchObject({ pools: [{ name: 'gpu' }] });
    expect((await call('borrow_vm')).values).toMatchObject({ vm: { id: 'gpu-01' } });
  });

  it('follow those of the pool', async () => {
    const lease = { defaultMinutes: 20, maxMinutes: 20 };
    served.provider.pools.set('gpu', {
      name: 'gpu',
      aliases: ['fast'],
      access: 'certificate',
      check: 'none',
      reset: 'none',
      lease,
    });
    const { call } = await start();
    expect((await call('borrow_vm', { pool: 'fast', minutes: 21 })).text).toContain('A loan takes 20 minutes at most.');
    expect((await call('borrow_vm', { pool: 'gpu' })).values).toMatchObject({ minutesLeft: 20 });
  });

  it('show the beginning and the end of a long output', async () => {
    const { call } = await start({ limits: { maxOutput: 100 } });
    await call('borrow_vm');
    const { values } = await call('run_command', { command: "printf '\\033[31m'; yes | head -n 9999; echo end" });
    const stdout = expect.stringMatching(/^y\ny\n[^]*shortened: \d+ bytes in all[^]*end\n$/);
    expect(values).toMatchObject({ exitCode: 0, isShortened: true, stdout });
  });

  it('stop a command in time', async () => {
    const { call } = await start();
    await call('borrow_vm');
    const { values } = await call('run_command', { command: 'echo begun; sleep 60', timeoutSeconds: 1 });
    expect(values).toMatchObject({ exitCode: null, isTimedOut: true, stdout: 'begun\n' });
  });

  it('run a limited number of commands at a time', async () => {
    const { call } = await start();
    await call('borrow_vm');
    const running = Array.from({ length: 5 }, () => call('run_command', { command: 'sleep 1' }));
    const refused = (await Promise.all(running)).filter(({ isError }) => isError);
    expect(refused.map(({ text }) => text)).toEqual([expect.stringContaining('4 commands run already.')]);
    expect((await call('run_command', { command: 'true' })).isError).toBe(false);
  });
});

describe('a VM that the user has borrowed by hand', () => {
  beforeEach(async () => {
    await api('POST', '/getvm', { userid: 'alice', minutes: 60 });
  });

  it('is not used without being asked for', async () => {
    const { call } = await start();
    const { isError, text } = await call('borrow_vm');
    expect(isError).toBe(true);
    expect(text).toMatch(/^The user already holds vm-01 until \S+Z, borrowed outside this session/);
    expect(text).toContain('useHeldVm');
    expect((await call('show_vm')).values).toEqual({ inUse: false });
  });

  it('is used when asked for, but neither renewed nor given back', async () => {
    const session = await start();
    const before = await held();
    const { call } = session;
    expect((await call('borrow_vm', { useHeldVm: true })).values).toMatchObject({ borrowedHere: false });
    expect((await call('run_command', { command: 'echo hi' })).values).toMatchObject({ stdout: 'hi\n' });
    expect((await call('renew_vm', { minutes: 90 })).text).toContain('does not renew it');
    expect((await call('release_vm')).values).toEqual({ vmId: 'vm-01', isGivenBack: false });
    await call('borrow_vm', { useHeldVm: true });
    await session.borrower.close();
    expect((await held()).body.lease).toEqual(before.body.lease);
    expect(await readdir(session.folder)).toEqual([]);
  });

  it('stays out of reach when its pool is not allowed', async () => {
    const { call } = await start({ limits: { pools: ['gpu'] } });
    expect((await call('borrow_vm', { useHeldVm: true })).text).toContain(
      'pool default, which this session may not use',
    );
  });
});

describe('a VM that has to be started', () => {
  let ready: typeof served.provider.open;
  const unready = (status: Unready['status'], why: string) => {
    served.provider.open = async ({ vm }) => ({ vm, unready: { status, why, againInSec: 1 } });
  };

  beforeEach(() => {
    ready = served.provider.open.bind(served.provider);
    unready('starting', 'the instance is pending');
  });

  it('is waited for', async () => {
    const { call } = await start();
    const borrowing = call('borrow_vm');
    while ((await held()).status !== 200) await new Promise(setImmediate);
    served.provider.open = ready;
    expect((await borrowing).values).toMatchObject({ vm: { id: 'vm-01' }, isReady: true });
    expect((await call('run_command', { command: 'echo hi' })).values).toMatchObject({ stdout: 'hi\n' });
  });

  it('is lent before it is ready, where that takes longer than a call, and used afterwards', async () => {
    const { call } = await start({ startWaitMs: 10 });
    expect((await call('borrow_vm')).values).toMatchObject({ vm: { id: 'vm-01' }, isReady: false });
    expect((await call('run_command', { command: 'true' })).text).toBe(
      'vm-01 is still being started (the instance is pending); look at the lease again later. ' +
        'Call run_command again in half a minute.',
    );
    served.provider.open = ready;
    expect((await call('run_command', { command: 'echo hi' })).values).toMatchObject({ stdout: 'hi\n' });
    expect((await call('show_vm')).values).toMatchObject({ loan: { isReady: true } });
  });

  it('is given up when it is gone', async () => {
    served.provider.open = ready;
    const { call } = await start();
    await call('borrow_vm', { useHeldVm: (await api('POST', '/getvm', { userid: 'alice' })).status === 200 });
    unready('gone', 'it was terminated');
    expect((await call('run_command', { command: 'true' })).text).toContain(
      'vm-01 no longer exists (it was terminated); give it back, then borrow another VM.',
    );
    await call('release_vm');
    expect((await call('borrow_vm', { useHeldVm: true })).text).toContain('no longer exists');
  });
});

describe('a VM that Session Manager reaches', () => {
  it('runs no command here, and says so', async () => {
    const login: Login = { login: 'session-manager', region: 'eu-central-1' };
    served.provider.open = async ({ vm }) => ({ vm, login });
    const { call } = await start();
    expect((await call('borrow_vm')).isError).toBe(false);
    expect((await call('run_command', { command: 'true' })).text).toContain('vm-01 is reached by AWS Session Manager');
  });
});

describe('the end of a loan', () => {
  it('comes when the client goes, and ends what runs', async () => {
    const { call, borrower, folder } = await start();
    await call('borrow_vm');
    const running = call('run_command', { command: 'sleep 60' });
    while ((await readdir(folder)).length === 0) await new Promise(setImmediate);
    await borrower.close();
    expect((await running).text).toContain('The loan of vm-01 ended while the command ran.');
    expect({ free: await free(), files: await readdir(folder) }).toEqual({ free: 3, files: [] });
    expect((await call('borrow_vm')).isError).toBe(true);
  });

  it('is noticed when an operator takes the VM', async () => {
    const open = served.provider.open.bind(served.provider);
    const stale = { certificateExpiresAtSec: served.clock.nowSec };
    served.provider.open = async (opening) => {
      const login = { ...loginOf(await open(opening)), ...stale } as Login;
      return { vm: opening.vm, login };
    };
    const { call, folder } = await start();
    await call('borrow_vm');
    await callApi(served, 'POST', '/vms/vm-01/release', { reason: 'needed' }, { by: 'ops' });
    expect((await call('run_command', { command: 'true' })).text).toContain('(no_lease');
    expect((await call('run_command', { command: 'true' })).text).toContain(
      'it had vm-01, but the service has taken it back. Call borrow_vm first.',
    );
    expect((await call('borrow_vm')).isError).toBe(false);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('comes at once for a VM whose loan was never heard of', async () => {
    const lossy: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      if (lost === 0 && answer.url.endsWith('/getvm')) {
        lost += 1;
        throw new TypeError('fetch failed');
      }
      return answer;
    };
    let lost = 0;
    const { call } = await start({ fetch: lossy });
    expect((await call('borrow_vm')).isError).toBe(true);
    expect({ lost, free: await free() }).toEqual({ lost: 1, free: 3 });
  });

  it('comes for a client that gives up waiting', async () => {
    const { call, borrower } = await start();
    for (const user of ['bob', 'carol']) await api('POST', '/getvm', { userid: user });
    const giveUp = new AbortController();
    const waiting = call('borrow_vm', { waitSeconds: 300 }, { signal: giveUp.signal }).catch(() => 'gone');
    await new Promise((resolve) => setTimeout(resolve, 200));
    giveUp.abort();
    expect(await waiting).toBe('gone');
    await api('POST', '/releasevm', { userid: 'bob' });
    await borrower.close();
    expect((await held()).status).toBe(404);
  });
});

describe('errors say what to do next', () => {
  it.each([
    {
      what: 'an unknown pool',
      tool: 'borrow_vm',
      values: { pool: 'cpu' },
      says: /\(unknown_pool.*\)\. Call list_pools\.$/,
    },
    { what: 'an empty pool', tool: 'borrow_vm', values: { pool: 'gpu' }, says: /\(pool_empty.*longer waitSeconds/ },
  ])('$what', async ({ tool, values, says }) => {
    await api('POST', '/getvm', { userid: 'bob', pool: 'gpu' });
    const { call } = await start();
    expect(await call(tool, values)).toMatchObject({ isError: true, text: expect.stringMatching(says) });
  });

  it('a service that is away', async () => {
    const { call } = await start({ fetch: () => Promise.reject(new TypeError('fetch failed')) });
    const { isError, text } = await call('list_pools');
    expect(isError).toBe(true);
    expect(text).toMatch(/^no answer from http.*Tell the user: check the URL and the network\.$/);
  });

  it.each([401, 403, 500])('status %d of API Gateway', async (status) => {
    const { call } = await start({ fetch: async () => Response.json({ message: 'Forbidden' }, { status }) });
    const { text } = await call('list_pools');
    expect(text).toMatch(new RegExp(`\\(status ${status}\\)\\. Tell the user: .*\\.$`));
  });

  it('a mock VM', async () => {
    served.provider.open = async ({ vm }) => ({ vm, login: { privateKey: 'none' } });
    const { call } = await start();
    await call('borrow_vm');
    expect((await call('run_command', { command: 'true' })).text).toContain('vm-01 is a mock VM');
  });

  it('ssh that is not let in', async () => {
    const { call } = await start();
    await call('borrow_vm');
    const command = 'echo "tester@192.0.2.1: Permission denied (publickey)." >"$SAYS"; exit 255';
    const { isError, text } = await call('run_command', { command });
    expect(isError).toBe(true);
    expect(text).toMatch(
      /^ssh does not get to vm-01: tester@192\.0\.2\.1: Permission denied \(publickey\)\.\n.*5 minutes/,
    );
  });

  it('but leave exit code 255 to the command that ends so', async () => {
    const { call } = await start();
    await call('borrow_vm');
    expect((await call('run_command', { command: 'exit 255' })).values).toMatchObject({ exitCode: 255 });
  });
});
