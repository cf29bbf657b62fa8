import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Authorization } from '../../../lambda/http/audience.ts';
import { isRunning } from '../../../scripts/lib/lease-action/keeper.ts';
import type { Job, Ran } from '../../support/actions/job.ts';
import { until } from '../../support/actions/job.ts';
import { World } from './world.ts';

const MODES: readonly Authorization[] = ['none', 'iam', 'jwt'];

describe.each(MODES)('lease-vm with authorization %s', (authorization) => {
  let world: World;
  let job: Job;
  let main: Ran;

  beforeAll(async () => {
    world = await World.start(authorization);
    job = await world.job();
    main = await job.run('main');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('lends a VM to the job, and says how to reach it', async () => {
    expect(main).toMatchObject({ code: 0, log: expect.stringContaining('vm-01 is lent to') });
    expect(await world.held()).toBe('vm-01');
    expect(job.variables).toMatchObject({ VM_ID: 'vm-01', VM_HOST: '192.0.2.1', VM_PORT: '22', VM_USER: 'tester' });
    expect(Object.values(job.outputs)).toEqual(Object.values(job.variables));
    expect(await readFile(job.variables.VM_SSH_CONFIG ?? '', 'utf8')).toMatch(/^Host vm-pool /m);
  });

  it('keeps the key to itself', () => {
    const { VM_KEY_FILE = '' } = job.variables;
    expect(statSync(VM_KEY_FILE).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(VM_KEY_FILE)).mode & 0o777).toBe(0o700);
  });

  it('has each secret masked, and prints and saves none', async () => {
    const key = await readFile(job.variables.VM_KEY_FILE ?? '', 'utf8');
    const lines = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    const ours = [...lines, ...world.tokens.given.map(({ token }) => token)];
    expect(job.secrets).toEqual(expect.arrayContaining(ours));
    const printed = main.raw.replace(/^::add-mask::.*$/gm, '');
    const left = [printed, ...[job.outputs, job.variables, job.state].map((texts) => JSON.stringify(texts))].join('\n');
    for (const secret of [...ours, ...world.secrets]) expect(left).not.toContain(secret);
  });

  it('gives the VM back in its post step, and leaves nothing', async () => {
    const keeper = Number(job.state.keeper);
    expect(isRunning(keeper)).toBe(true);
    expect(await job.run('post')).toMatchObject({ code: 0, log: expect.not.stringContaining('warning') });
    expect(await world.held()).toBeUndefined();
    expect(job.leftovers()).toEqual([]);
    await until(() => !isRunning(keeper));
  });

  it('asks for tokens only of the audience that the workflow names', () => {
    const audiences = new Set(world.tokens.given.map(({ audience }) => audience));
    expect([...audiences]).toEqual(authorization === 'jwt' ? ['vm-pool'] : []);
  });
});
