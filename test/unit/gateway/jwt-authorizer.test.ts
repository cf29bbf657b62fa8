import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Authorizer } from '../../../scripts/lib/gateway/authorizer.ts';
import type { IssuerOptions } from '../../../scripts/lib/gateway/issuer-keys.ts';
import { IssuerKeys } from '../../../scripts/lib/gateway/issuer-keys.ts';
import { jwtAuthorizer } from '../../../scripts/lib/gateway/jwt-authorizer.ts';
import { AUDIENCE, TestIssuer } from '../../support/identity/test-issuer.ts';

const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = '/keys';

const ISSUER_FAULT = 'the token does not have a valid issuer';
const AUDIENCE_FAULT = 'the token does not have a valid audience';
const ALGORITHM_FAULT = 'the token is not signed by an RSA-based algorithm';
const KEY_FAULT = 'no key of the issuer has the kid of the token';

let issuer: TestIssuer;
let authorize: Authorizer;

function authorizerOf(options: IssuerOptions = {}, url = issuer.url): Authorizer {
  return jwtAuthorizer({ issuer: url, audiences: ['other', AUDIENCE], keys: new IssuerKeys(url, options) });
}

/** The claims that the function gets, or the challenge of the refusal. */
async function outcome(authorization: string | undefined): Promise<unknown> {
  const event = { headers: { authorization } } as unknown as APIGatewayProxyEventV2;
  const verdict = await authorize(event, undefined as never);
  if ('caller' in verdict) return 'jwt' in verdict.caller ? verdict.caller.jwt.claims : verdict.caller;
  expect(verdict.refusal).toMatchObject({ statusCode: 401, body: '{"message":"Unauthorized"}' });
  return verdict.refusal.headers['www-authenticate'];
}

function refusedAs(description: string): string {
  return `Bearer scope="" error="invalid_token" error_description="${description}"`;
}

const inOneMinute = () => Math.floor(Date.now() / 1000) + 60;
const aMinuteAgo = () => Math.floor(Date.now() / 1000) - 60;

describe('jwtAuthorizer', () => {
  beforeAll(async () => {
    issuer = await TestIssuer.start();
  });

  beforeEach(() => {
    authorize = authorizerOf();
  });

  afterAll(() => issuer.stop());

  it.each([
    { rule: 'with Bearer before it', prefix: 'Bearer ' },
    { rule: 'with bearer in small letters', prefix: 'bearer ' },
    { rule: 'alone', prefix: '' },
  ])('accepts a token $rule and passes its claims on', async ({ prefix }) => {
    const token = await issuer.token({ groups: ['a', 'b'], email_verified: true });
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'alice', groups: '[a b]', email_verified: 'true' };
    expect(await outcome(prefix + token)).toEqual({ ...claims, iat: expect.any(String), exp: expect.any(String) });
  });

  it.each([
    { rule: 'one of several audiences', claims: { aud: ['x', 'other'] } },
    { rule: 'client_id when there is no aud', claims: { aud: undefined, client_id: AUDIENCE } },
    { rule: 'no iat', claims: { iat: undefined } },
    { rule: 'a past nbf', claims: { nbf: aMinuteAgo() } },
  ])('accepts a token with $rule', async ({ claims }) => {
    expect(await outcome(await issuer.token(claims))).toMatchObject({ sub: 'alice' });
  });

  it.each(['RS384', 'RS512'])('accepts a token by %s', async (alg) => {
    expect(await outcome(await issuer.token({}, { alg }))).toMatchObject({ sub: 'alice' });
  });

  it.each([undefined, '', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a b', 'Bearer one,Bearer two'])(
    'takes %p for no token',
    async (authorization) => {
      expect(await outcome(authorization)).toBe('Bearer');
    },
  );

  it.each([
    { fault: 'has expired', claims: { exp: aMinuteAgo() }, description: 'the token has expired' },
    { fault: 'never ends', claims: { exp: undefined }, description: 'the token does not have a valid end' },
    { fault: 'ends at a text', claims: { exp: 'never' }, description: 'the token does not have a valid end' },
    { fault: 'is not valid yet', claims: { nbf: inOneMinute() }, description: 'the token is not valid yet' },
    { fault: 'is of the future', claims: { iat: inOneMinute() }, description: 'the token is not issued yet' },
    { fault: 'is of another issuer', claims: { iss: 'https://evil.example' }, description: ISSUER_FAULT },
    { fault: 'names no issuer', claims: { iss: undefined }, description: ISSUER_FAULT },
    { fault: 'is for another audience', claims: { aud: 'evil' }, description: AUDIENCE_FAULT },
    { fault: 'is for part of the audience', claims: { aud: 'vm' }, description: AUDIENCE_FAULT },
    { fault: 'is for nobody', claims: { aud: undefined }, description: AUDIENCE_FAULT },
    { fault: 'has an empty aud', claims: { aud: [], client_id: AUDIENCE }, description: AUDIENCE_FAULT },
    { fault: 'has the wrong aud', claims: { aud: 'evil', client_id: AUDIENCE }, description: AUDIENCE_FAULT },
    { fault: 'is of another client', claims: { aud: undefined, client_id: 'evil' }, description: AUDIENCE_FAULT },
  ])('refuses a token that $fault', async ({ claims, description }) => {
    expect(await outcome(await issuer.token(claims))).toBe(refusedAs(description));
  });

  it('refuses a token in the very second of its end', async () => {
    const endsAtMs = inOneMinute() * 1000;
    const at = (nowMs: number) =>
      jwtAuthorizer({ issuer: issuer.url, audiences: [AUDIENCE], keys: new IssuerKeys(issuer.url) }, () => nowMs);
    const token = await issuer.token({ exp: endsAtMs / 1000 });
    authorize = at(endsAtMs - 1);
    expect(await outcome(token)).toMatchObject({ sub: 'alice' });
    authorize = at(endsAtMs);
    expect(await outcome(token)).toBe(refusedAs('the token has expired'));
  });

  it.each([
    { forgery: 'alg none', token: () => issuer.unsignedToken(), description: ALGORITHM_FAULT },
    { forgery: 'the public key as a secret', token: () => issuer.confusedToken(), description: ALGORITHM_FAULT },
    { forgery: 'the key of somebody else', token: signedByAnother, description: 'the token is not valid' },
    { forgery: 'another payload', token: () => tampered(1), description: 'the token is not valid' },
    { forgery: 'another header', token: () => tampered(0), description: KEY_FAULT },
    { forgery: 'an unknown kid', token: () => issuer.token({}, { kid: 'x' }), description: KEY_FAULT },
    { forgery: 'no kid', token: () => issuer.token({}, { kid: null }), description: KEY_FAULT },
    { forgery: 'an elliptic curve', token: signedByCurve, description: ALGORITHM_FAULT },
    {
      forgery: 'RSA with another padding',
      token: () => issuer.token({}, { alg: 'PS256' }),
      description: ALGORITHM_FAULT,
    },
    { forgery: 'no form of a token', token: () => 'alice', description: 'the token is not valid' },
  ])('refuses a token with $forgery', async ({ token, description }) => {
    expect(await outcome(`Bearer ${await token()}`)).toBe(refusedAs(description));
  });
});

describe('the keys of the issuer', () => {
  beforeEach(async () => {
    issuer = await TestIssuer.start();
    authorize = authorizerOf({ cooldownMs: 0 });
  });

  afterEach(() => issuer.stop());

  it('are fetched once for many tokens', async () => {
    for (let n = 0; n < 3; n += 1) await outcome(await issuer.token());
    expect(issuer.asked).toEqual([DISCOVERY, KEYS]);
  });

  it('are fetched anew for a token with a new key, while the old key stays valid', async () => {
    const old = await issuer.token();
    await outcome(old);
    issuer.rotate();
    expect(await outcome(await issuer.token({ sub: 'bob' }))).toMatchObject({ sub: 'bob' });
    expect(await outcome(old)).toMatchObject({ sub: 'alice' });
  });

  it('no longer verify tokens of a key that the issuer has withdrawn', async () => {
    const old = await issuer.token();
    issuer.rotate(true);
    expect(await outcome(old)).toBe(refusedAs(KEY_FAULT));
  });

  it('are not fetched again and again for tokens with made-up keys', async () => {
    authorize = authorizerOf();
    await outcome(await issuer.token());
    for (let n = 0; n < 5; n += 1) await outcome(await issuer.token({}, { kid: `made-up-${n}` }));
    expect(issuer.asked).toEqual([DISCOVERY, KEYS]);
  });

  it.each([
    { path: DISCOVERY, description: 'OIDC discovery endpoint communication error' },
    { path: KEYS, description: 'JWKS communication error' },
  ])('refuse every token while $path is down, and none once it is back', async ({ path, description }) => {
    const token = await issuer.token();
    issuer.down.add(path);
    expect(await outcome(token)).toBe(refusedAs(description));
    issuer.down.clear();
    expect(await outcome(token)).toMatchObject({ sub: 'alice' });
  });

  it.each([
    {
      rule: 'of another issuer',
      document: { issuer: 'https://evil.example' },
      says: 'its issuer calls itself https://evil',
    },
    { rule: 'without keys', document: { jwks_uri: undefined }, says: 'Invalid URL' },
    { rule: 'with keys over HTTP', document: { jwks_uri: 'http://id.example/keys' }, says: 'not behind HTTPS' },
  ])('are not taken from a discovery document $rule', async ({ document, says }) => {
    issuer.document = document;
    await expect(new IssuerKeys(issuer.url).discover()).rejects.toThrow(says);
    expect(await outcome(await issuer.token())).toBe(refusedAs('OIDC discovery endpoint communication error'));
  });

  it('are found with a slash at the end of the issuer, as Auth0 has it', async () => {
    await issuer.stop();
    issuer = await TestIssuer.start('https://id.example/');
    authorize = authorizerOf({ fetch: issuer.fetch });
    expect(await outcome(await issuer.token())).toMatchObject({ iss: 'https://id.example/' });
  });
});

function signedByAnother(): Promise<string> {
  return issuer.token({}, { privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey });
}

function signedByCurve(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return issuer.token({}, { alg: 'ES256', privateKey });
}

/** A token whose header or payload is that of another one. */
async function tampered(part: 0 | 1): Promise<string> {
  const mine = (await issuer.token()).split('.');
  const other = (await issuer.token({ sub: 'bob' }, { kid: 'other' })).split('.');
  mine[part] = other[part] ?? '';
  return mine.join('.');
}
