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
      accountId: '123456789012',
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
