import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayProxyEventV2 } from 'aws-lambda';
import { ACCOUNT_ID } from './server.ts';

/** API Gateway's own answer to a call that IAM does not let in. */
export const FORBIDDEN = {
  statusCode: 403,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Forbidden"}',
};

/**
 * What API Gateway makes of a call to a route with `AWS_IAM` authorization: it tells the function who signed the call.
 *
 * A stand-in for IAM. Neither the signature nor the policies of the caller are looked at: whoever says to have signed is
 * let in, as the IAM user whose name stands where the id of the access key would be.
 *
 * @returns nothing for a call that is not signed
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export function signedEvent(event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 | undefined {
  const [, accessKey] = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\//.exec(event.headers.authorization ?? '') ?? [];
  if (accessKey === undefined) return undefined;
  const iam: APIGatewayEventRequestContextIAMAuthorizer['iam'] = {
    accessKey,
    accountId: ACCOUNT_ID,
    callerId: accessKey,
    cognitoIdentity: null,
    principalOrgId: '',
    userArn: userArn(accessKey),
    userId: accessKey,
  };
  const requestContext = { ...event.requestContext, authorizer: { iam } };
  return { ...event, requestContext };
}

/** The headers of a call that {@link signedEvent} takes for signed by that IAM user. */
export function signatureOf(userName: string): Record<string, string> {
  const credential = `${userName}/20260101/us-east-1/execute-api/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none` };
}

/** ARN of an IAM user. */
export function userArn(userName: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:user/${userName}`;
}
