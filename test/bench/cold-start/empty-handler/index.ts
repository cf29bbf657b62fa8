import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The baseline of a cold start: a module that loads nothing and answers at once. */
export async function handler(): Promise<APIGatewayProxyStructuredResultV2> {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"message":"ok"}' };
}
