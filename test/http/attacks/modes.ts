/** The modes in which callers have an identity, each with users and an operator. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ACCOUNT_ID, signedBy, withClaims } from '../event.ts';

/** Name of the operator in {@link VERIFIED_MODES}. */
export const CHIEF = 'chief';

/** A mode of `AUTHORIZATION` that verifies callers. */
export interface VerifiedMode {
  readonly mode: 'iam' | 'jwt';
  readonly variables: Readonly<Record<string, string>>;
  /** The event of a request whose caller API Gateway has verified. */
  readonly by: (name: string, event: APIGatewayProxyEventV2) => APIGatewayProxyEventV2;
}

/** Both modes, with {@link CHIEF} as the only operator. */
export const VERIFIED_MODES: readonly VerifiedMode[] = [
  {
    mode: 'iam',
    variables: {
      AUTHORIZATION: 'iam',
      AWS_REGION: 'us-east-1',
      OPERATOR_ARNS: `arn:aws:iam::${ACCOUNT_ID}:user/${CHIEF}`,
    },
    by: signedBy,
  },
  {
    mode: 'jwt',
    variables: { AUTHORIZATION: 'jwt', JWT_OPERATOR_CLAIM: 'groups', JWT_OPERATOR_VALUES: 'operators' },
    by: (name, event) => withClaims({ sub: name, groups: name === CHIEF ? '[users operators]' : '[users]' }, event),
  },
];
