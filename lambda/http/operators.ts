import type { APIGatewayProxyEventV2WithIAMAuthorizer, APIGatewayProxyEventV2 } from 'aws-lambda';
import { headerOf } from './parameters.ts';
import { Problem } from './problem.ts';

/** Tells who the operator is that makes a call. @throws {@link Problem} 403 when the caller is none */
export type OperatorGate = (event: APIGatewayProxyEventV2) => string;

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/**
 * An operator is whoever signed the call with AWS credentials that API Gateway let through, or, on this computer, one of
 * `adminUsers` who names themselves in the header `X-Operator`.
 */
export function operatorGate(adminUsers: readonly string[]): OperatorGate {
  return (event) => {
    const operator = signer(event) ?? localOperator(event, adminUsers);
    if (operator !== undefined) return operator;
    throw new Problem(403, 'forbidden', 'this call is for operators: sign it with AWS credentials that may make it');
  };
}

/** API Gateway sets this on routes with AWS_IAM authorization only, and a caller cannot. */
function signer(event: APIGatewayProxyEventV2): string | undefined {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithIAMAuthorizer['requestContext']>;
  return authorizer?.iam.userArn;
}

function localOperator(event: APIGatewayProxyEventV2, adminUsers: readonly string[]): string | undefined {
  const name = headerOf(event, 'x-operator');
  const here = LOOPBACK.includes(event.requestContext.http.sourceIp);
  return here && name !== undefined && adminUsers.includes(name) ? name : undefined;
}
