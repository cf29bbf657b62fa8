import { describe, expect, it } from '@jest/globals';
import { jwtCallers } from '../../../../lambda/http/identity/jwt.ts';
import { eventOf, signedBy, withAuthorizer, withClaims } from '../../../http/event.ts';

const callers = jwtCallers({ userId: '{sub}', operatorClaim: 'groups', operatorValues: ['ops', 'admins'] });
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
    const none = jwtCallers({ userId: '{sub}', operatorClaim: '', operatorValues: [] });
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

  it('reads only the claims of the token, not what every object has', () => {
    const odd = jwtCallers({ userId: '{constructor}', operatorClaim: '', operatorValues: [] });
    expect(() => odd(withClaims({}, eventOf({})), 'borrowers', {})).toThrow('has no claim constructor');
  });

  it('keeps others from calls of operators', () => {
    const call = (groups: string) => callers(withClaims({ sub: 'alice', groups }, eventOf({})), 'operators', {});
    expect(call('[ops]')).toEqual({ userId: 'alice', isOperator: true });
    expect(() => call('[users]')).toThrow('this call is for operators: the token lacks the claim');
  });
});
