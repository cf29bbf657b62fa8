import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { World } from '../../../scripts/lib/cli/world.ts';
import { IssuerKeys } from '../../../scripts/lib/gateway/issuer-keys.ts';
import { jwtAuthorizer } from '../../../scripts/lib/gateway/jwt-authorizer.ts';
import type { Mode } from '../../support/api/modes.ts';
import type { ServedApi } from '../../support/api/served-api.ts';
import { serveApi } from '../../support/api/served-api.ts';
import { OpenIdProvider } from '../../support/identity/openid-provider.ts';
import { visitProvider } from '../../support/identity/openid-visitor.ts';
import type { ProviderOptions } from '../../support/identity/provider-settings.ts';
import { CLIENT_ID } from '../../support/identity/provider-settings.ts';
import { AUDIENCE } from '../../support/identity/test-issuer.ts';
import { vmPool } from './command-line.ts';

const SCOPES = 'openid offline_access';

/** A deployment whose people sign in at a provider. */
async function deployment(
  options?: ProviderOptions,
  variables: Record<string, string> = { SIGN_IN_CLIENT_ID: CLIENT_ID },
) {
  const provider = await OpenIdProvider.start(options);
  const audiences = options?.accessTokens === 'opaque' ? [CLIENT_ID] : [AUDIENCE];
  const mode: Mode = {
    authorization: 'jwt',
    variables: {
      AUTHORIZATION: 'jwt',
      JWT_ISSUER: provider.url,
      JWT_AUDIENCES: audiences.join(),
      SIGN_IN_SCOPES: SCOPES,
      ...variables,
    },
    authorizer: jwtAuthorizer({ issuer: provider.url, audiences, keys: new IssuerKeys(provider.url) }),
    identify: async ({ headers = {} }) => headers,
    variablesOf: async () => ({}),
    stop: () => provider.stop(),
  };
  return { provider, served: await serveApi(undefined, mode) };
}

/** A browser that signs in, and is led back to the command. */
function browserOf(user: string, refuses = false): World['openBrowser'] {
  return async (url) => {
    const back = await visitProvider(url, { user, refuses });
    // Not awaited: the command answers when it has the tokens.
    if (back !== undefined) void fetch(back).catch(() => undefined);
  };
}

describe('vm-pool login at an OpenID provider', () => {
  let provider: OpenIdProvider;
  let served: ServedApi;
  let home: string;
  let world: Partial<World>;
  let tokens: string;

  beforeAll(async () => {
    ({ provider, served } = await deployment());
  });
  afterAll(async () => {
    await served.close();
    await provider.stop();
  });
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'cli-'));
    tokens = path.join(home, '.local/state/vm-pool/tokens');
    world = { env: { VM_POOL_URL: served.url }, home, openBrowser: browserOf('alice') };
  });
  afterEach(() => rm(home, { recursive: true }));

  it('signs in with the browser, and the tokens are for nobody else', async () => {
    expect(await vmPool('show', world)).toMatchObject({
      code: 5,
      stderr: `vm-pool: you are not signed in to ${served.url}\n  sign in: vm-pool login\n`,
    });
    const { code, stdout, stderr } = await vmPool('login', world);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `You call ${served.url} by the token of your sign-in.\nThe service says: alice holds no lease.\n`,
    });
    expect(stderr).toContain(`If none opens, go to:\n  ${provider.url}/auth?`);
    expect((await stat(tokens)).mode & 0o777).toBe(0o700);
    const [file = ''] = await readdir(tokens);
    expect((await stat(path.join(tokens, file))).mode & 0o777).toBe(0o600);
    expect((await vmPool('get --json', world)).stdout).toContain('"userid": "alice"');
    expect(await vmPool('release', world)).toMatchObject({ code: 0 });
  });

  it('signs in on another device', async () => {
    const stderr = { write: (text: string) => void follow(text) };
    const follow = async (text: string) => {
      const [link] = /http\S+user_code=\S+/.exec(text) ?? [];
      if (link !== undefined) await visitProvider(link, { user: 'bob' });
    };
    const { code, stdout } = await vmPool('login --device', { ...world, stderr, fetch: impatient });
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('bob holds no lease') });
  });

  it('renews a token silently before it ends, also when two commands do so at once', async () => {
    await vmPool('login', world);
    const before = await storedIn(tokens);
    const later = { ...world, clock: () => Date.now() + 250_000 };
    const outcomes = await Promise.all([vmPool('pool', later), vmPool('pool', later)]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect((await storedIn(tokens)).access_token).not.toBe(before.access_token);
  });

  it('says how it failed when the user refuses', async () => {
    const outcome = await vmPool('login', { ...world, openBrowser: browserOf('alice', true) });
    expect(outcome).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('the issuer did not sign you in: the user refused'),
    });
    await expect(readdir(tokens)).rejects.toThrow('ENOENT');
  });

  it('says what to do when its port is taken', async () => {
    const { code, stderr } = await vmPool(`login --port ${new URL(served.url).port}`, world);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/EADDRINUSE.*\n.*--port PORT\n$/) });
  });

  it('ends when it is interrupted', async () => {
    const interrupted = new AbortController();
    const openBrowser = async () => {
      interrupted.abort();
    };
    expect(await vmPool('login', { ...world, openBrowser, signal: interrupted.signal })).toMatchObject({ code: 130 });
  });

  it('logout forgets the tokens and has them revoked', async () => {
    await vmPool('login', world);
    const { refresh_token } = await storedIn(tokens);
    expect(await vmPool('logout --json', world)).toMatchObject({ stdout: expect.stringContaining('"revoked": true') });
    expect(await readdir(tokens)).toEqual([]);
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: refresh_token ?? '',
    });
    expect((await fetch(`${provider.url}/token`, { method: 'POST', body })).status).toBe(400);
    expect((await vmPool('logout', world)).stdout).toBe(`You were not signed in to ${served.url}.\n`);
  });

  it('never sends the tokens of one issuer where another is wanted', async () => {
    await vmPool('login', world);
    const other: typeof fetch = async (input, init) => {
      const { url } = input as Request;
      if (!url.endsWith('/sign-in')) return fetch(input, init);
      return Response.json({ authorization: 'jwt', issuer: 'https://evil.example', audiences: [AUDIENCE], scopes: '' });
    };
    expect(await vmPool('show', { ...world, fetch: other })).toMatchObject({ code: 5 });
  });

  it('prefers the token in the environment', async () => {
    const { code, stderr } = await vmPool('login', { ...world, env: { ...world.env, VM_POOL_TOKEN: 'a.b.c' } });
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining('VM_POOL_TOKEN') });
    await expect(readdir(tokens)).rejects.toThrow('ENOENT');
  });
});

it('sends the ID token where access tokens are opaque', async () => {
  const { provider, served } = await deployment({ accessTokens: 'opaque' });
  const home = await mkdtemp(path.join(tmpdir(), 'cli-'));
  try {
    const world = { env: { VM_POOL_URL: served.url }, home, openBrowser: browserOf('bob') };
    expect(await vmPool('login', world)).toMatchObject({ code: 0, stdout: expect.stringContaining('bob holds no') });
  } finally {
    await rm(home, { recursive: true });
    await served.close();
    await provider.stop();
  }
});

it('says what to do where the deployment names no client', async () => {
  const { provider, served } = await deployment(undefined, {});
  try {
    expect(await vmPool('login', { env: { VM_POOL_URL: served.url } })).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`set VM_POOL_TOKEN to a token of ${provider.url}`),
    });
  } finally {
    await served.close();
    await provider.stop();
  }
});

/** The provider names no interval, and the standard one is five seconds. */
const impatient: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const isDevice = (input instanceof Request ? input.url : String(input)).endsWith('/device/auth');
  return isDevice ? Response.json({ ...((await response.json()) as object), interval: 0.05 }) : response;
};

async function storedIn(folder: string): Promise<{ access_token?: string; refresh_token?: string }> {
  const [file = ''] = await readdir(folder);
  return JSON.parse(await readFile(path.join(folder, file), 'utf8')) as { access_token?: string };
}
