import type { APIGatewayEventRequestContextIAMAuthorizer, APIGatewayProxyEventV2 } from 'aws-lambda';
import { ACCOUNT_ID } from './server.ts';

/** API Gateway's answer to a call that IAM refuses. */
export const FORBIDDEN = {
  statusCode: 403,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Forbidden"}',
};

/**
 * The event that API Gateway makes of a call to a route with `AWS_IAM` authorization: it names the signer.
 *
 * A stand-in for IAM: it reads the id of the access key as the name of an IAM user and lets that user in. It ignores
 * the signature and the policies.
 *
 * @returns undefined for a call without a signature
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

/** Headers of a call that an IAM user signed, as {@link signedEvent} recognises it. */
export function signatureOf(userName: string): Record<string, string> {
  const credential = `${userName}/20260101/us-east-1/execute-api/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=none` };
}

/** ARN of an IAM user. */
export function userArn(userName: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:user/${userName}`;
}
