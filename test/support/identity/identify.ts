import type { UnsentRequest } from './aws-signer.ts';
import { signed } from './aws-signer.ts';
import type { IamUsers } from './iam-users.ts';
import type { TestIssuer } from './test-issuer.ts';

/** Returns the headers with which somebody sends a request; the given ones are among them. */
export type Identify = (request: UnsentRequest, name: string) => Promise<Readonly<Record<string, string>>>;

/** Everybody is an IAM user, who signs. */
export function byIam(users: IamUsers): Identify {
  return (request, name) => signed(request, users.named(name));
}

/** The claim of {@link byToken} that makes an operator, and its value. */
export const OPERATOR_CLAIM = { name: 'groups', value: 'operators' };

/** Everybody sends a token whose claim `sub` is their name. */
export function byToken(issuer: TestIssuer, isOperator: (name: string) => boolean): Identify {
  return async ({ headers }, name) => {
    const groups = ['users', ...(isOperator(name) ? [OPERATOR_CLAIM.value] : [])];
    const token = await issuer.token({ sub: name, [OPERATOR_CLAIM.name]: groups });
    return { ...headers, authorization: `Bearer ${token}` };
  };
}

/** The user in whose name a request asks; alice if it names none, or none that could exist. */
export function userOf(url: string, parameters: object = {}): string {
  const { userid = new URL(url).searchParams.get('userid') } = parameters as { userid?: unknown };
  return typeof userid === 'string' && /^[\w.@+-]{1,128}$/.test(userid) ? userid : 'alice';
}
