import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import type { Facts } from '../facts.ts';
import { headerOf } from '../headers.ts';
import { Problem } from '../problem.ts';
import type { CallerOf } from './caller.ts';

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/** How much of a name that somebody claims is logged. */
const LONGEST_CLAIM = 64;

/**
 * The operators with `AUTHORIZATION=none`, where nobody asks who borrows. On Lambda an operator is somebody who signed
 * the call with AWS credentials and whom API Gateway let through. In a server on this computer it is one of
 * `adminUsers`, named by the header `X-Operator`.
 *
 * @param adminUsers - undefined on Lambda, where no caller is local
 */
export function operatorsAmongAnybody(adminUsers: readonly string[] | undefined): CallerOf {
  const detail =
    adminUsers === undefined
      ? 'this call is for operators: sign it with AWS credentials that allow it'
      : 'this call is for operators: start the server with ADMIN_USERS=NAME and send the header x-operator: NAME';
  return (event, _, facts) => {
    const claim = headerOf(event, 'x-operator');
    const operator = signer(event) ?? localOperator(event, claim, adminUsers);
    if (operator === undefined) throw refusal(claim, detail, facts);
    facts.userId = operator;
    return { userId: operator, isOperator: true };
  };
}

/** API Gateway sets this on routes with AWS_IAM authorization only; a caller can't. */
function signer(event: APIGatewayProxyEventV2): string | undefined {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithIAMAuthorizer['requestContext']>;
  return (authorizer as Partial<typeof authorizer>)?.iam?.userArn;
}

function localOperator(
  { requestContext }: APIGatewayProxyEventV2,
  claim: string | undefined,
  adminUsers: readonly string[] = [],
): string | undefined {
  const isLocal = LOOPBACK.includes(requestContext.http.sourceIp);
  return isLocal && claim !== undefined && adminUsers.includes(claim) ? claim : undefined;
}

function refusal(claim: string | undefined, detail: string, facts: Facts): Problem {
  if (claim !== undefined) facts.claimedOperator = claim.slice(0, LONGEST_CLAIM);
  return new Problem('forbidden', detail);
}
