import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** The parts of an event that a test sets; the rest is what API Gateway sends for `POST /getvm`. */
export interface EventParts extends Partial<APIGatewayProxyEventV2> {
  readonly method?: string;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function eventOf({ method = 'POST', ...parts }: EventParts): APIGatewayProxyEventV2 {
  const routeKey = parts.routeKey ?? 'POST /getvm';
  const rawPath = parts.rawPath ?? '/resources/getvm';
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: 'a1b2c3',
      domainName: 'a1b2c3.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'a1b2c3',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey,
      stage: 'resources',
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 21, 12),
    },
    ...parts,
  };
}

/** Account of the API in {@link eventOf}. */
export const ACCOUNT_ID = '123456789012';

/** The event of a request that an IAM user has signed, or somebody with another ARN. */
export function signedBy(user: string, event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const userArn = user.startsWith('arn:') ? user : `arn:aws:iam::${ACCOUNT_ID}:user/${user}`;
  return withAuthorizer(event, { iam: { userArn } });
}

/** The event of a request with a token of these claims, which API Gateway writes as strings. */
export function withClaims(
  claims: Readonly<Record<string, string>>,
  event: APIGatewayProxyEventV2,
): APIGatewayProxyEventV2 {
  return withAuthorizer(event, { jwt: { claims, scopes: null } });
}

/** The event with what API Gateway has verified of its caller. */
export function withAuthorizer(event: APIGatewayProxyEventV2, authorizer: object): APIGatewayProxyEventV2 {
  return {
    ...event,
    requestContext: { ...event.requestContext, authorizer } as APIGatewayProxyEventV2['requestContext'],
  };
}
