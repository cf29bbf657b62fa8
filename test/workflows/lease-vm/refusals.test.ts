import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JobTokens } from '../../support/actions/job-tokens.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { TestIssuer } from '../../support/identity/test-issuer.ts';
import { someVms } from '../../support/pool/lending.ts';
import { World } from './world.ts';

/** Runs both steps of a job, of which the first is to fail. @returns the log of the first */
async function failing(world: World, inputs: Record<string, string>, env: Record<string, string> = {}) {
  const job = await world.job(inputs, env);
  const main = await job.run('main');
  expect(main.code).toBe(1);
  const post = await job.run('post');
  expect(post).toMatchObject({ code: 0, log: expect.not.stringContaining('warning') });
  expect(job.leftovers()).toEqual([]);
  return main.log;
}

describe('lease-vm with tokens', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start('jwt');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('says how a job gets its token, when it may have none', async () => {
    const log = await failing(world, {}, { ACTIONS_ID_TOKEN_REQUEST_URL: '' });
    expect(log).toMatch(/^error: .*add `permissions: id-token: write` to the job/);
  });

  it('refuses an audience that the service does not accept, before it asks for a token', async () => {
    const before = world.tokens.given.length;
    expect(await failing(world, { audience: 'other' })).toMatch(
      /^error: .* no token for other; its audiences are vm-pool/,
    );
    expect(world.tokens.given).toHaveLength(before);
  });

  it('lets no service choose the audience, such as one that AWS roles trust', async () => {
    const { tokens } = world;
    const other = await serveApi(someVms(1), {
      ...world.served.mode,
      variables: { ...world.served.mode.variables, JWT_AUDIENCES: 'sts.amazonaws.com' },
    });
    const before = tokens.given.length;
    expect(await failing(world, { url: other.url })).toMatch(/^error: .* no token for vm-pool; its audiences are sts/);
    expect(tokens.given).toHaveLength(before);
    await other.close();
  });

  it('says whom the service trusts, when that is not who made the token, and sends it to nobody', async () => {
    const other = await TestIssuer.start();
    const tokens = await JobTokens.start(() => other.token());
    const log = await failing(world, {}, tokens.env);
    expect(log).toContain(`the service trusts ${world.issuer}; the token of this job is from ${other.url}`);
    await Promise.all([tokens.stop(), other.stop()]);
  });

  it('refuses the input user, which the token says', async () => {
    expect(await failing(world, { user: 'alice' })).toMatch(/^error: leave the input user out/);
  });
});

describe('lease-vm', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start('none', 1);
    await world.call('POST', '/getvm', {}, 'somebody-else');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('gives up when no VM became free in time, and says what to do', async () => {
    const log = await failing(world, { wait: '1s' });
    expect(log).toMatch(/^No VM of the pool default is free; next try in 1 s/m);
    expect(log).toMatch(/^error: 503 pool_empty: .*Raise the input wait, or add VMs to the pool$/m);
  });

  it('says that one user holds one VM, and leaves that VM alone', async () => {
    const log = await failing(world, { user: 'somebody-else' });
    expect(log).toMatch(/^error: 409 already_allocated: .*Jobs of a matrix need a user id each/m);
    const { status } = await world.call<object>('GET', '/lease', {}, 'somebody-else');
    expect(status).toBe(200);
  });

  it.each([
    { inputs: { user: '' }, says: /^error: give the input user/ },
    { inputs: { pool: 'nonsense' }, says: /^error: 404 unknown_pool: / },
    { inputs: { url: 'vm-pool.example' }, says: /^error: url must be the URL of the API/ },
    { inputs: { minutes: '999999' }, says: /^error: 422 lease_too_long: .*Lower the input minutes/ },
  ])('refuses $inputs', async ({ inputs, says }) => {
    expect(await failing(world, inputs)).toMatch(says);
  });
});
