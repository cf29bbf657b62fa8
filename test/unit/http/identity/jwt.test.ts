import { describe, expect, it } from '@jest/globals';
import { jwtCallers } from '../../../../lambda/http/identity/jwt.ts';
import { eventOf, signedBy, withAuthorizer, withClaims } from '../../../http/event.ts';

const PLAIN = { userId: '{sub}', requiredClaims: [], operatorClaim: '', operatorValues: [] };

const callers = jwtCallers({ ...PLAIN, operatorClaim: 'groups', operatorValues: ['ops', 'admins'] });
const callerOf = (claims: Readonly<Record<string, string>>) =>
  callers(withClaims(claims, eventOf({})), 'borrowers', {});

describe('jwtCallers', () => {
  it('takes the claim of the template as the user id', () => {
    expect(callerOf({ sub: 'auth0|5f7c' })).toEqual({ userId: 'auth0|5f7c', isOperator: false });
  });

  it.each([
    { groups: 'ops', isOperator: true },
    { groups: '[admins]', isOperator: true },
    { groups: '[users ops]', isOperator: true },
    { groups: '[]', isOperator: false },
    { groups: 'users', isOperator: false },
    { groups: 'no ops', isOperator: false },
    { groups: 'ops,users', isOperator: false },
    { groups: 'Ops', isOperator: false },
    { groups: '[ops-users]', isOperator: false },
    { groups: '[[ops]]', isOperator: false },
  ])('groups $groups make an operator: $isOperator', ({ groups, isOperator }) => {
    expect(callerOf({ sub: 'alice', groups })?.isOperator).toBe(isOperator);
  });

  it('knows no operators without an operator claim', () => {
    const none = jwtCallers(PLAIN);
    expect(none(withClaims({ sub: 'alice', '': '' }, eventOf({})), 'borrowers', {})?.isOperator).toBe(false);
  });

  it.each([
    { rule: 'has no token', event: eventOf({ headers: { authorization: 'Bearer x.y.z' } }) },
    { rule: 'is signed instead', event: signedBy('alice', eventOf({})) },
    { rule: 'has an authorizer without claims', event: withAuthorizer(eventOf({}), { jwt: {} }) },
  ])('refuses a request that $rule', ({ event }) => {
    expect(() => callers(event, 'borrowers', {})).toThrow('the request has no token that API Gateway has verified');
  });

  it.each(['a b', 'ä', 'a#b', '[alice]', 'x'.repeat(129), ''])(
    'refuses the user id %j instead of changing it',
    (sub) => {
      expect(() => callerOf({ sub })).toThrow(/the user id .* must be 1 to 128|has no claim sub/);
    },
  );

  describe('with required claims', () => {
    const requiredClaims = ['repository_owner_id=12', 'repository_owner_id=34', 'groups=lab'];
    const ask = (claims: Readonly<Record<string, string>>) =>
      jwtCallers({ ...PLAIN, requiredClaims })(withClaims({ sub: 'alice', ...claims }, eventOf({})), 'borrowers', {});

    it.each([
      { repository_owner_id: '12', groups: 'lab' },
      { repository_owner_id: '34', groups: '[lab office]' },
    ])('lends to a token with one value of each: %j', (claims) => {
      expect(ask(claims)?.userId).toBe('alice');
    });

    it.each([
      { claims: { groups: 'lab' }, missing: 'repository_owner_id' },
      { claims: { repository_owner_id: '12' }, missing: 'groups' },
      { claims: { repository_owner_id: '123', groups: 'lab' }, missing: 'repository_owner_id' },
      { claims: { repository_owner_id: '12,34', groups: 'lab' }, missing: 'repository_owner_id' },
      { claims: { repository_owner_id: '12', groups: '[labs]' }, missing: 'groups' },
    ])('refuses $claims', ({ claims, missing }) => {
      expect(() => ask(claims)).toThrow(`the claim ${missing} of the token is not one that this deployment lends to`);
    });
  });

  it('reads only the claims of the token, not what every object has', () => {
    const odd = jwtCallers({ ...PLAIN, userId: '{constructor}' });
    expect(() => odd(withClaims({}, eventOf({})), 'borrowers', {})).toThrow('has no claim constructor');
  });

  it('keeps others from calls of operators', () => {
    const call = (groups: string) => callers(withClaims({ sub: 'alice', groups }, eventOf({})), 'operators', {});
    expect(call('[ops]')).toEqual({ userId: 'alice', isOperator: true });
    expect(() => call('[users]')).toThrow('this call is for operators: the token lacks the claim');
  });
});
