import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Login } from '../../../lambda/pool/access.ts';
import type { Unready } from '../../../lambda/pool/provider.ts';
import type { Job } from '../../support/actions/job.ts';
import { until } from '../../support/actions/job.ts';
import { World } from './world.ts';

const HURRY = `--import=${path.resolve('test/support/actions/hurry.mjs')}`;
const UNREADY: Unready = { status: 'starting', why: 'the instance is pending', againInSec: 1 };

let world: World;
let opened: { login: Login } | { unready: Unready };
/** Public keys that a VM was to let in. */
let keys: (string | undefined)[];

beforeEach(async () => {
  world = await World.start('none', 1);
  keys = [];
  world.served.provider.open = async ({ vm, sshPublicKey }) => {
    keys.push(sshPublicKey);
    return { vm, ...opened };
  };
});

afterEach(async () => {
  await world.stop();
});

/** Runs the post step, which must give the VM back. */
async function givesBack(job: Job): Promise<void> {
  expect(await job.run('post')).toMatchObject({ code: 0, log: expect.not.stringContaining('warning') });
  expect({ held: await world.held(), left: job.leftovers() }).toEqual({ held: undefined, left: [] });
}

describe('lease-vm', () => {
  it('waits for a VM that has to be started, and says what for', async () => {
    opened = { unready: UNREADY };
    const job = await world.job();
    const main = await job.run('main', {
      during: async ({ printed }) => {
        await printed('is being started');
        opened = { login: { login: 'shared-key', privateKey: 'secret', knownHosts: [] } };
      },
    });
    expect(main).toMatchObject({ code: 0, log: expect.stringContaining('vm-01 is lent to') });
    expect(main.log).toMatch(/^vm-01 is being started \(the instance is pending\); next look in 2 s$/m);
    await givesBack(job);
  });

  it.each([
    { rule: 'is cancelled while it waits', first: { unready: UNREADY }, says: 'error: the job was cancelled' },
    {
      rule: 'borrows one that ssh can not reach',
      first: { login: { login: 'session-manager', region: 'eu-central-1' } as Login },
      says: 'error: vm-01 is reached by AWS Session Manager, which a job can',
    },
  ])('gives the VM back when it $rule', async ({ first, says }) => {
    opened = first;
    const job = await world.job();
    const main = await job.run('main', {
      during: async ({ printed, kill }) => {
        if (!('unready' in first)) return;
        await printed('is being started');
        kill('SIGINT');
      },
    });
    expect(main).toMatchObject({ code: 1, log: expect.stringContaining(says) });
    await givesBack(job);
  });

  it('has the VM take its key again and again, where it does so for a minute', async () => {
    const login: Login = { login: 'instance-connect', keyAcceptedUntilSec: 0, knownHosts: [] };
    opened = { login: { ...login, keyAcceptedUntilSec: Math.floor(Date.now() / 1000) + 60 } };
    const job = await world.job({}, { NODE_OPTIONS: HURRY });
    expect(await job.run('main')).toMatchObject({ code: 0 });
    await until(() => keys.length > 3);
    expect(new Set(keys)).toEqual(new Set([expect.stringMatching(/^ssh-ed25519 /)]));
    await givesBack(job);
  });
});
