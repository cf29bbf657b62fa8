import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { MODES, OPERATOR } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { vmPool } from './command-line.ts';

describe.each(['none', 'iam', 'jwt'] as const)('with authorization %s', (name) => {
  let served: ServedApi;
  /** Where nobody asks, people say who they are. */
  const named = (user: string) => (name === 'none' ? { VM_POOL_USER: user, VM_POOL_OPERATOR: user } : {});

  beforeAll(async () => {
    served = await serveApi(undefined, await MODES[name]());
  });
  afterAll(async () => {
    await served.close();
    await served.mode.stop();
  });

  const world = async (user: string): Promise<Partial<World>> => ({
    env: { VM_POOL_URL: served.url, ...named(user), ...(await served.mode.variablesOf(user)) },
    clock: served.clock.read,
  });

  it('borrows, shows and gives back as oneself', async () => {
    const alice = await world('alice');
    const { stdout } = await vmPool('get --json', alice);
    expect(JSON.parse(stdout)).toMatchObject({ lease: { userid: 'alice' } });
    expect(await vmPool('show', alice)).toMatchObject({ code: 0 });
    expect(await vmPool('release', alice)).toMatchObject({ code: 0, stdout: 'vm-01 was given back\n' });
  });

  it('lets operators see all VMs, and nobody else', async () => {
    expect(await vmPool('vms', await world(OPERATOR))).toMatchObject({ code: 0 });
    const { env, ...rest } = await world('alice');
    expect(await vmPool('vms', { ...rest, env: { ...env, VM_POOL_OPERATOR: '' } })).toMatchObject({ code: 5 });
  });

  it('login says whom the service takes one for', async () => {
    const { code, stdout } = await vmPool('login', await world('alice'));
    expect(code).toBe(0);
    expect(stdout).toContain(name === 'none' ? 'there is nothing to sign in to' : 'alice holds no lease');
  });
});
