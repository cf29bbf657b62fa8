import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pMap from 'p-map';
import { isRunning } from '../../../scripts/lib/lease-action/keeper.ts';
import { HoldingProxy } from '../../support/actions/holding-proxy.ts';
import type { Job } from '../../support/actions/job.ts';
import { until } from '../../support/actions/job.ts';
import { OPERATOR } from '../../support/api/modes.ts';
import { callApi } from '../../support/api/served-api.ts';
import { tracked } from '../../support/processes/child-processes.ts';
import { ACTION, World } from './world.ts';

const KILLER = `--import=${path.resolve('test/support/actions/kill-at.mjs')}`;

let world: World;

beforeEach(async () => {
  world = await World.start('none', 1);
});

afterEach(async () => {
  await world.stop();
});

/** What happened to the VM, oldest first. */
async function events(): Promise<string[]> {
  const { body } = await callApi<{ events: { kind: string }[] }>(world.served, 'GET', '/events?vm=vm-01', undefined, {
    by: OPERATOR,
  });
  return body.events.map(({ kind }) => kind).toReversed();
}

/** Runs the main step, kills it right after its `point`-th effect, and runs the post step. @returns what remains */
async function killedAt(point: number) {
  const user = `killed-at-${point}`;
  const job = await world.job({ user }, { NODE_OPTIONS: KILLER, KILL_AT: String(point) });
  const main = await job.run('main');
  const post = await job.run('post', { env: { NODE_OPTIONS: '' } });
  const { status: lease } = await world.call('GET', '/lease', {}, user);
  const warnings = post.log.match(/^warning: .*/gm) ?? [];
  return { point, main: main.code, post: post.code, warnings, leftovers: job.leftovers(), lease };
}

describe('lease-vm, however its job ends', () => {
  it('stops waiting when the job is cancelled, and its post step asks for nothing', async () => {
    await world.call('POST', '/getvm', {}, 'somebody-else');
    const job = await world.job({ wait: '10m' });
    const main = await job.run('main', {
      during: async ({ printed, kill }) => {
        await printed('next try in');
        kill('SIGINT');
      },
    });
    expect(main).toMatchObject({ code: 1, log: expect.stringContaining('error: the job was cancelled') });
    await world.call('POST', '/releasevm', {}, 'somebody-else');
    const before = world.served.lines.length;
    expect(await job.run('post')).toMatchObject({ code: 0, log: '' });
    expect(world.served.lines).toHaveLength(before);
  });

  it('leaves no lease, folder or process, whenever its main step is killed', async () => {
    const several = await World.start('none', 3);
    await world.stop();
    world = several;
    const count = path.join((await world.job()).temp, 'count');
    const whole = await world.job({}, { NODE_OPTIONS: KILLER, KILL_COUNT: count });
    await whole.run('main');
    await whole.run('post');
    const effects = Number(await readFile(count, 'utf8'));
    expect(effects).toBeGreaterThan(10);
    const points = Array.from({ length: effects }, (_, index) => index + 1);
    const outcomes = await pMap(points, killedAt, { concurrency: 3 });
    const tidy = { main: null, post: 0, warnings: [], leftovers: [], lease: 404 };
    expect(outcomes).toEqual(points.map((point) => ({ point, ...tidy })));
  }, 60_000);

  it('lends nothing by a request that arrives after the post step', async () => {
    const proxy = await HoldingProxy.start(world.served.url, 'POST /getvm');
    const job = await world.job({ url: proxy.url });
    await job.run('main', {
      during: async ({ kill }) => {
        await until(() => proxy.isHolding);
        kill('SIGKILL');
      },
    });
    expect((await job.run('post')).code).toBe(0);
    expect((await proxy.letGo()).status).toBe(409);
    expect(await world.held()).toBeUndefined();
    await proxy.stop();
  });

  it('gives back once, and never what the user has borrowed since', async () => {
    const job = await world.job();
    await job.run('main');
    await job.run('post');
    await world.call('POST', '/getvm');
    expect(await job.run('post')).toMatchObject({ code: 0, log: expect.not.stringContaining('warning') });
    expect(await world.held()).toBe('vm-01');
  });

  it('warns when the VM could not be given back, and does not fail the job for it', async () => {
    const job = await world.job();
    await job.run('main');
    job.state.loan = (job.state.loan ?? '').replace('/resources', '/elsewhere');
    const post = await job.run('post');
    expect(post.code).toBe(0);
    expect(post.log).toMatch(/^warning: vm-01 was not given back: .*vm-pool force-release vm-01$/m);
    expect(job.leftovers()).toEqual([]);
  });
});

describe('what renews the lease', () => {
  const hurry = `--import=${path.resolve('test/support/actions/hurry.mjs')}`;

  /** Runs the main step. @returns the id of the process that renews */
  async function keeperOf(job: Job): Promise<number> {
    expect(await job.run('main')).toMatchObject({ code: 0 });
    return Number(job.state.keeper);
  }

  it('renews it until the post step, and writes nothing secret', async () => {
    const job = await world.job({ minutes: '2' }, { NODE_OPTIONS: hurry });
    const keeper = await keeperOf(job);
    await until(async () => (await events()).includes('renewed'));
    await job.run('post', { env: { NODE_OPTIONS: '' } });
    await until(() => !isRunning(keeper));
    expect(await world.held()).toBeUndefined();
  });

  it('ends when the lease is gone, and the post step says so', async () => {
    const job = await world.job({ minutes: '2' }, { NODE_OPTIONS: hurry });
    const keeper = await keeperOf(job);
    await world.call('POST', '/releasevm');
    await until(() => !isRunning(keeper));
    const post = await job.run('post', { env: { NODE_OPTIONS: '' } });
    expect(post.log).toMatch(/^warning: The renewal of the lease reports: \S+ 404 no_lease/m);
  });

  it('ends with the process that runs the job, which may have been killed', async () => {
    const job = await world.job();
    const keeper = await keeperOf(job);
    const { loan = '', VM_LEASE_ID: id, VM_EXPIRES_AT: expiresAt } = { ...job.state, ...job.variables };
    const runner = tracked(spawn('sleep', ['60']));
    const errand = { loan: JSON.parse(loan) as object, lease: { id, expiresAt }, minutes: 30, jobPid: runner.pid };
    const another = tracked(spawn(process.execPath, [path.join(ACTION, 'dist/keep.mjs'), JSON.stringify(errand)]));
    const ended = once(another, 'exit');
    runner.kill('SIGKILL');
    await ended;
    expect(isRunning(keeper)).toBe(true);
  });
});
