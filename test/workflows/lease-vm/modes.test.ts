import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Authorization } from '../../../lambda/http/audience.ts';
import { isRunning } from '../../../scripts/lib/lease-action/keeper.ts';
import { until } from '../../support/actions/job.ts';
import { World } from './world.ts';

describe.each(['none', 'iam', 'jwt'] as Authorization[])('lease-vm with authorization %s', (authorization) => {
  let world: World;

  beforeEach(async () => {
    world = await World.start(authorization);
  });

  afterEach(async () => {
    await world.stop();
  });

  it('lends a VM to the job, says how to reach it, and gives it back', async () => {
    const job = await world.job();
    const main = await job.run('main');
    expect(main).toMatchObject({ code: 0, log: expect.stringContaining(`vm-01 is lent to`) });
    expect(await world.held()).toBe('vm-01');
    const { VM_KEY_FILE = '', VM_SSH_CONFIG = '' } = job.variables;
    expect(job.variables).toMatchObject({ VM_ID: 'vm-01', VM_HOST: '192.0.2.1', VM_PORT: '22', VM_USER: 'tester' });
    expect(Object.values(job.outputs).toSorted()).toEqual(Object.values(job.variables).toSorted());
    expect(await readFile(VM_SSH_CONFIG, 'utf8')).toMatch(/^Host vm-pool /m);
    expect(statSync(VM_KEY_FILE).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(VM_KEY_FILE)).mode & 0o777).toBe(0o700);

    const keeper = Number(job.state.keeper);
    expect(isRunning(keeper)).toBe(true);
    const post = await job.run('post');
    expect(post.code).toBe(0);
    expect(await world.held()).toBeUndefined();
    await until(() => !isRunning(keeper));
    expect(job.leftovers()).toEqual([]);
  });

  it('shows nothing secret, and has it masked for the steps that follow', async () => {
    const job = await world.job();
    const { raw } = await job.run('main');
    const key = await readFile(job.variables.VM_KEY_FILE ?? '', 'utf8');
    const lines = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    const secrets = [...lines, ...world.tokens.given.map(({ token }) => token)];
    expect(job.secrets).toEqual(expect.arrayContaining(secrets));
    const post = await job.run('post');
    const commands = /^::add-mask::.*$/gm;
    const printed = [raw.replace(commands, ''), post.raw.replace(commands, ''), JSON.stringify(job.outputs)].join('\n');
    const kept = [printed, JSON.stringify(job.state), JSON.stringify(job.variables)].join('\n');
    for (const secret of [...secrets, ...world.secrets]) expect(kept).not.toContain(secret);
  });
});

describe('lease-vm with tokens', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start('jwt');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('asks for tokens of the audience that the service names', async () => {
    const job = await world.job();
    await job.run('main');
    await job.run('post');
    expect(new Set(world.tokens.given.map(({ audience }) => audience))).toEqual(new Set(['vm-pool']));
  });
});
