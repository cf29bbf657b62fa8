import { describe, expect, it } from '@jest/globals';
import type { JwtSignIn } from '../../../lambda/client/sign-in.ts';
import { bearerOf } from '../../../lambda/client/sign-in.ts';

const SIGN_IN: JwtSignIn = {
  authorization: 'jwt',
  issuer: 'https://id.example',
  audiences: ['vm-pool', 'lab'],
  scopes: '',
} as const;
const ID_TOKEN = 'id.token.signature';

function jwt(claims: unknown): string {
  return ['head', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');
}

describe('bearerOf', () => {
  const ours = { iss: SIGN_IN.issuer, name: 'Zoë ÿ?>' };

  it.each([
    { rule: 'for the audience', claims: { ...ours, aud: 'lab' } },
    { rule: 'for the audience among others', claims: { ...ours, aud: ['other', 'vm-pool'] } },
    { rule: 'of a client, without an audience', claims: { ...ours, client_id: 'vm-pool' } },
  ])('sends an access token $rule', ({ claims }) => {
    const token = jwt(claims);
    expect(bearerOf(SIGN_IN, { access_token: token, id_token: ID_TOKEN })).toBe(token);
  });

  it.each([
    { rule: 'is for somebody else', token: jwt({ ...ours, aud: 'other' }) },
    { rule: 'has an audience beside its client', token: jwt({ ...ours, aud: 'other', client_id: 'vm-pool' }) },
    { rule: 'is of another issuer', token: jwt({ iss: 'https://other.example', aud: 'vm-pool' }) },
    { rule: 'names no audience', token: jwt(ours) },
    { rule: 'is not a JWT', token: 'opaque' },
    { rule: 'only looks like a JWT', token: 'a.b.c' },
    { rule: 'holds no claims', token: jwt(null) },
    { rule: 'is absent', token: undefined },
  ])('sends the ID token when the access token $rule', ({ token }) => {
    expect(bearerOf(SIGN_IN, { access_token: token, id_token: ID_TOKEN })).toBe(ID_TOKEN);
  });

  it('sends nothing when there is nothing to send', () => {
    expect(bearerOf(SIGN_IN, {})).toBeUndefined();
  });
});
