import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Clock } from '../../pool/ports.ts';
import type { CallerOf } from './caller.ts';
import { LONGEST_NAME } from './caller.ts';
import type { IamIdentities } from './iam.ts';
import { iamCallers } from './iam.ts';
import type { JwtIdentities } from './jwt.ts';
import { jwtCallers } from './jwt.ts';
import { limited } from './request-limit.ts';

/** How API Gateway verifies callers, and what it makes of them. */
export type Verification = ({ readonly kind: 'iam' } & IamIdentities) | ({ readonly kind: 'jwt' } & JwtIdentities);

/** Callers whom API Gateway has verified, each limited to `requestsPerMinute`. */
export function verifiedCallers(verification: Verification, requestsPerMinute: number, clock: Clock): CallerOf {
  const callers = verification.kind === 'iam' ? iamCallers(verification) : jwtCallers(verification);
  return limited(named(callers), requestsPerMinute, clock);
}

/** Notes whom API Gateway has verified if that caller is refused without a user id. */
function named(callerOf: CallerOf): CallerOf {
  return (event, audience, facts) => {
    try {
      return callerOf(event, audience, facts);
    } catch (error) {
      if (facts.userId === undefined) facts.caller = verifiedName(event)?.slice(0, LONGEST_NAME);
      throw error;
    }
  };
}

function verifiedName({ requestContext }: APIGatewayProxyEventV2): string | undefined {
  const { authorizer } = requestContext as { authorizer?: { iam?: { userArn?: string }; jwt?: { claims?: Claims } } };
  const subject = authorizer?.jwt?.claims?.sub;
  return authorizer?.iam?.userArn ?? (typeof subject === 'string' ? subject : undefined);
}

type Claims = Readonly<Record<string, unknown>>;
