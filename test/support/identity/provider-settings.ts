import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import type { AccessToken, Configuration } from 'oidc-provider';
import { AUDIENCE } from './test-issuer.ts';

/** The public client of page and command line: PKCE, no secret. */
export const CLIENT_ID = 'vm-pool-page';

/** Who can sign in, with the value of their claim `groups`. */
export const USERS: Readonly<Record<string, readonly string[]>> = { alice: [], bob: [], ops: ['ops'] };

/** How a provider differs from the usual one. */
export interface ProviderOptions {
  /** How long an access token and an ID token live, seconds; default 300 */
  readonly tokenSec?: number;
  /** `opaque`: access tokens are no JWTs, so callers send ID tokens; default `jwt` */
  readonly accessTokens?: 'jwt' | 'opaque';
}

/** Name of the only API. The specification wants a URI: https://www.rfc-editor.org/rfc/rfc8707#section-2 */
const RESOURCE = `urn:${AUDIENCE}`;

/** Paths to which a sign-in may lead back, on each port of this computer. */
const REDIRECT_PATHS = ['', '/', '/callback', '/resources', '/resources/'];

/** Settings of a provider whose users sign in and agree at `/interaction/UID`. */
export function providerSettings({ tokenSec = 300, accessTokens = 'jwt' }: ProviderOptions = {}): Configuration {
  return {
    clients: [client()],
    jwks: { keys: [signingKey()] },
    cookies: { keys: ['key of the tests'] },
    claims: { openid: ['sub', 'groups'], profile: ['name'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => (id in USERS ? { accountId: id, claims: () => claimsOf(id) } : undefined),
    extraTokenClaims: (_, token) => ({ groups: USERS[(token as AccessToken).accountId] }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // As most providers do it for a client that may refresh: not only after `prompt=consent`.
    issueRefreshToken: () => true,
    clientBasedCORS: () => true,
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true, ...DEVICE_PAGES },
      revocation: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => void (ctx.body = submitting(form, 'Sign out')) },
      resourceIndicators: {
        enabled: accessTokens === 'jwt',
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: '', audience: AUDIENCE, accessTokenFormat: 'jwt', jwt: SIGNED }),
      },
    },
    ttl: { ...TTL, AccessToken: tokenSec, IdToken: tokenSec },
  };
}

/** Seconds. */
const TTL = { DeviceCode: 60, Interaction: 600, RefreshToken: 3600, Session: 3600, Grant: 3600 };

/** API Gateway verifies RSA signatures only. */
const SIGNED = { sign: { alg: 'RS256' } } as const;

/** The pages of the device flow, without anything from elsewhere. */
const DEVICE_PAGES: Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined> = {
  userCodeInputSource: (ctx, form) => void (ctx.body = submitting(form, 'Continue')),
  userCodeConfirmSource: (ctx, form) => void (ctx.body = submitting(form, 'Allow')),
  successSource: (ctx) => void (ctx.body = '<!doctype html><title>Signed in</title><p>You are signed in.</p>'),
};

/** @param form - of the provider, which has no button */
function submitting(form: string, label: string): string {
  const id = /id="([^"]+)"/.exec(form)?.[1] ?? '';
  const button = `<button form="${id}" name="${label === 'Sign out' ? 'logout' : 'go'}" value="yes">${label}</button>`;
  return `<!doctype html><title>${label}</title>${form}${button}`;
}

function client() {
  const hosts = ['http://127.0.0.1', 'http://localhost', 'http://[::1]'];
  const uris = hosts.flatMap((host) => REDIRECT_PATHS.map((path) => host + path));
  return {
    client_id: CLIENT_ID,
    // A native client may be led back to any port: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    application_type: 'native' as const,
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code' as const],
    redirect_uris: uris,
    post_logout_redirect_uris: uris,
  };
}

function claimsOf(user: string) {
  return { sub: user, name: `${user} of the tests`, email: `${user}@example.com`, groups: [...(USERS[user] ?? [])] };
}

function signingKey() {
  const { privateKey }: { privateKey: KeyObject } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' };
}
