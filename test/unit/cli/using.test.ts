import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { MODES } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { vmPool } from './command-line.ts';

describe.each(['none', 'iam', 'jwt'] as const)('on mock VMs, with authorization %s', (name) => {
  let served: ServedApi;
  let world: Partial<World>;

  beforeAll(async () => {
    served = await serveApi(undefined, await MODES[name]());
    const named = name === 'none' ? { VM_POOL_USER: 'alice' } : {};
    world = {
      env: { ...process.env, VM_POOL_URL: served.url, ...named, ...(await served.mode.variablesOf('alice')) },
      home: await mkdtemp(path.join(tmpdir(), 'vm-pool-using-')),
      clock: served.clock.read,
    };
  });
  afterAll(async () => {
    await rm(world.home ?? '', { recursive: true });
    await served.close();
    await served.mode.stop();
  });

  const leases = () => readdir(path.join(world.home ?? '', '.local/state/vm-pool/leases'));
  const holds = async () => (await vmPool('show', world)).code === 0;

  it('ssh says that nobody can log in, and gives back what it borrowed for that', async () => {
    const { code, stdout, stderr } = await vmPool('ssh', world);
    expect({ code, stdout, holds: await holds(), leases: await leases() }).toEqual({
      ...{ code: 1, stdout: '' },
      ...{ holds: false, leases: [] },
    });
    expect(stderr).toMatch(
      /^vm-\d+ is given back\nvm-pool: vm-\d+ is a mock VM: nobody can log in to it\n {2}to try it/,
    );
  });

  it('ssh leaves a mock VM to the user who held it before', async () => {
    await vmPool('get', world);
    expect((await vmPool('ssh -- true', world)).stderr).toMatch(/^vm-pool: vm-\d+ is a mock VM/);
    expect((await vmPool('inventory', world)).stdout).toBe('{\n  "_meta": {\n    "hostvars": {}\n  }\n}\n');
    const refreshed = await vmPool('ssh-config --refresh', world);
    expect({ code: refreshed.code, holds: await holds() }).toEqual({ code: 1, holds: true });
    await vmPool('release', world);
  });

  it('with gives back what it borrowed while it was interrupted', async () => {
    const interrupted = new AbortController();
    const fetching: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      if ((request[0] as Request).url.endsWith('/getvm')) interrupted.abort();
      return answer;
    };
    const words = ['with', '--', 'sh', '-c', 'exit 9'];
    const outcome = await vmPool(words, { ...world, fetch: fetching, signal: interrupted.signal });
    expect({ code: outcome.code, holds: await holds(), leases: await leases() }).toEqual({
      ...{ code: 130, holds: false, leases: [] },
    });
  });

  it('with runs its command all the same', async () => {
    const { code, stdout, stderr } = await vmPool(['with', '--', 'sh', '-c', 'exit "${VM_PORT}"'], world);
    expect({ code, stdout, holds: await holds(), leases: await leases() }).toEqual({
      ...{ code: 22, stdout: '' },
      ...{ holds: false, leases: [] },
    });
    expect(stderr).toMatch(/^vm-\d+ is a mock VM: nobody can log in to it\nvm-\d+ is given back\n$/);
  });
});

describe('the command behind --', () => {
  it.each([
    { line: 'with', code: 2, says: 'vm-pool: no command is given\n  put it behind two dashes' },
    { line: 'with make test', code: 2, says: 'vm-pool: too many arguments' },
    { line: 'ssh-config --alias a*', code: 2, says: 'Give a name of letters' },
    { line: 'ssh --identity /no/such/key --user alice', code: 6, says: 'no answer from' },
  ])('$line fails', async ({ line, code, says }) => {
    const outcome = await vmPool(line, { env: { VM_POOL_URL: 'http://127.0.0.1:9/resources' }, timer: impatient });
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(says) });
  });

  it('has options of its own', async () => {
    const served = await serveApi();
    const home = await mkdtemp(path.join(tmpdir(), 'vm-pool-using-'));
    const env = { ...process.env, VM_POOL_URL: served.url, VM_POOL_USER: 'alice' };
    // As $0 and so on, the shell gets what looks like options of vm-pool.
    const words = ['with', '--', 'sh', '-c', 'test "$*" = "--pool x -- y" && exit 7', 'sh', '--pool', 'x', '--', 'y'];
    expect(await vmPool(words, { env, home, clock: served.clock.read })).toMatchObject({ code: 7 });
    await served.close();
    await rm(home, { recursive: true });
  });
});

/** Time passes by itself, so that nothing is retried for long. */
const impatient = { now: () => performance.now() * 1e6, wait: async () => undefined };
