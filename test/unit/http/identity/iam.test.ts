import { describe, expect, it } from '@jest/globals';
import { iamCallers } from '../../../../lambda/http/identity/iam.ts';
import { ACCOUNT_ID, eventOf, signedBy, withAuthorizer, withClaims } from '../../../http/event.ts';

const session = (role: string, name: string) => `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${name}`;
const user = (path: string) => `arn:aws:iam::${ACCOUNT_ID}:user/${path}`;

const callersWith = (operatorArns: readonly string[] = []) =>
  iamCallers({ operatorArns, sessionNameRoles: ['AWSReservedSSO_*'] });

const callerOf = (arn: string, operatorArns?: readonly string[]) =>
  callersWith(operatorArns)(signedBy(arn, eventOf({})), 'borrowers', {});

describe('iamCallers', () => {
  it.each([
    { arn: user('alice'), userId: 'alice' },
    { arn: user('teams/lab/alice'), userId: 'alice' },
    { arn: user('a=b,c@d+e'), userId: 'a=b,c@d+e' },
    { arn: session('AWSReservedSSO_Borrower_0123', 'alice@example.com'), userId: 'alice@example.com' },
    { arn: session('deploy', 'alice'), userId: 'role/deploy' },
    { arn: session('deploy', 'AWSReservedSSO_x'), userId: 'role/deploy' },
    { arn: 'arn:aws-us-gov:iam::123456789012:user/alice', userId: 'alice' },
  ])('takes $arn as $userId', ({ arn, userId }) => {
    expect(callerOf(arn)).toEqual({ userId, isOperator: false });
  });

  it.each([
    { arn: `arn:aws:iam::${ACCOUNT_ID}:root`, says: 'is neither an IAM user nor a session of a role' },
    { arn: `arn:aws:sts::${ACCOUNT_ID}:federated-user/alice`, says: 'is neither' },
    { arn: 'arn:aws:iam::999999999999:user/alice', says: 'is of another AWS account' },
    { arn: 'arn:aws:sts::999999999999:assumed-role/AWSReservedSSO_x/alice', says: 'is of another AWS account' },
    { arn: `${session('AWSReservedSSO_x', 'a')}/b`, says: 'is neither' },
    { arn: session('AWSReservedSSO_x', 'ä'), says: 'must be 1 to 128 characters' },
    { arn: 'arn:', says: 'is neither' },
  ])('refuses $arn', ({ arn, says }) => {
    expect(() => callerOf(arn)).toThrow(says);
  });

  it.each([
    { rule: 'without a signature', event: eventOf({}) },
    { rule: 'with a token instead', event: withClaims({ sub: 'alice' }, eventOf({})) },
    { rule: 'with a signature without an ARN', event: withAuthorizer(eventOf({}), { iam: {} }) },
    { rule: 'with headers that look like an authorizer', event: eventOf({ headers: { 'x-operator': 'ops' } }) },
  ])('refuses a request $rule', ({ event }) => {
    expect(() => callersWith(['*'])(event, 'borrowers', {})).toThrow('is not signed with AWS credentials');
  });

  it.each([
    { arn: user('ops-1'), pattern: user('ops-*'), isOperator: true },
    { arn: user('eve'), pattern: user('ops-*'), isOperator: false },
    { arn: session('Ops', 'any'), pattern: session('Ops', '*'), isOperator: true },
    {
      arn: session('AWSReservedSSO_Ops_01', 'alice'),
      pattern: session('AWSReservedSSO_Ops_*', 'alice'),
      isOperator: true,
    },
    // Whoever may assume the role chooses this name.
    { arn: session('deploy', 'alice'), pattern: session('*', 'alice'), isOperator: false },
  ])('$arn is an operator by $pattern: $isOperator', ({ arn, pattern, isOperator }) => {
    expect(callerOf(arn, [pattern])?.isOperator).toBe(isOperator);
  });

  it('keeps others from calls of operators', () => {
    const call = (arn: string) => callersWith([user('ops')])(signedBy(arn, eventOf({})), 'operators', {});
    expect(call(user('ops'))).toEqual({ userId: 'ops', isOperator: true });
    expect(() => call(user('eve'))).toThrow('this call is for operators: OPERATOR_ARNS must contain your ARN');
  });
});
