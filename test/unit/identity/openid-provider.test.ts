import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as client from 'openid-client';
import { IssuerKeys } from '../../../scripts/lib/gateway/issuer-keys.ts';
import { jwtAuthorizer } from '../../../scripts/lib/gateway/jwt-authorizer.ts';
import { OpenIdProvider } from '../../support/identity/openid-provider.ts';
import { visitProvider } from '../../support/identity/openid-visitor.ts';
import { CLIENT_ID } from '../../support/identity/provider-settings.ts';
import { AUDIENCE } from '../../support/identity/test-issuer.ts';

const SCOPE = 'openid profile email offline_access';
const REDIRECT = 'http://127.0.0.1:41234/callback';

describe('a sign-in at the provider of the tests', () => {
  let provider: OpenIdProvider;
  let config: client.Configuration;

  beforeAll(async () => {
    provider = await OpenIdProvider.start();
    config = await configured(provider);
  });
  afterAll(() => provider.stop());

  it('by code gives tokens that API Gateway accepts, and can be refreshed and revoked', async () => {
    const tokens = await byCode(config, 'alice');
    expect(await callerOf(tokens.access_token)).toMatchObject({ sub: 'alice', aud: AUDIENCE });
    const next = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(await callerOf(next.access_token)).toMatchObject({ sub: 'alice' });
    await client.tokenRevocation(config, next.refresh_token ?? '');
    await expect(client.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('by device flow gives tokens that API Gateway accepts', async () => {
    const device = await client.initiateDeviceAuthorization(config, { scope: SCOPE });
    await visitProvider(device.verification_uri_complete ?? '', { user: 'ops' });
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.01 });
    expect(await callerOf(tokens.access_token)).toMatchObject({ sub: 'ops', groups: '[ops]' });
    expect(tokens.refresh_token).toBeDefined();
  });

  it('leads back with an error when the user refuses', async () => {
    await expect(byCode(config, 'alice', true)).rejects.toMatchObject({ error: 'access_denied' });
  });

  /** The claims as the function sees them. */
  async function callerOf(token: string) {
    const authorize = jwtAuthorizer({
      issuer: provider.url,
      audiences: [AUDIENCE],
      keys: new IssuerKeys(provider.url),
    });
    const verdict = await authorize({ headers: { authorization: `Bearer ${token}` } } as never, {} as never);
    return (verdict as { caller: { jwt: { claims: object } } }).caller.jwt.claims;
  }
});

it('some providers give access tokens that are not JWTs, and ID tokens for the client', async () => {
  const provider = await OpenIdProvider.start({ accessTokens: 'opaque' });
  const tokens = await byCode(await configured(provider), 'bob');
  expect(tokens.access_token).not.toContain('.');
  expect(tokens.claims()).toMatchObject({ sub: 'bob', aud: CLIENT_ID, groups: [] });
  await provider.stop();
});

function configured({ url }: OpenIdProvider): Promise<client.Configuration> {
  // The library marks it deprecated so that it stands out. The provider is on this computer, without TLS.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(url), CLIENT_ID, undefined, client.None(), { execute });
}

async function byCode(config: client.Configuration, user: string, refuses = false) {
  const verifier = client.randomPKCECodeVerifier();
  const start = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const back = await visitProvider(start.href, { user, refuses });
  return client.authorizationCodeGrant(config, new URL(back ?? ''), { pkceCodeVerifier: verifier });
}
