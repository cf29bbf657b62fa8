import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/**
 * The baseline of a warm call: it parses the request and sends the function's answer with fixed values. It checks,
 * stores and logs nothing.
 */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { userid } = JSON.parse(event.body ?? '{}') as { userid?: string };
  const answer = event.routeKey === 'POST /getvm' ? granted(userid) : RELEASED;
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': event.requestContext.requestId,
  };
  return { statusCode: 200, headers, body: JSON.stringify(answer) };
}

const RELEASED = { message: 'vm-01 was given back', vm: { id: 'vm-01', state: 'free' } };

function granted(userid: string | undefined) {
  return {
    message: 'vm-01 is yours until 2026-11-22T08:17:37Z',
    vm: {
      id: 'vm-01',
      pool: 'default',
      ip: '192.0.2.11',
      port: 22,
      username: 'tester',
      privateKey: 'mock private key of vm-01, opens nothing',
    },
    lease: {
      id: '5fbde8fe-e477-463a-a362-cf881003c06a',
      userid,
      acquiredAt: '2026-11-22T00:17:37Z',
      expiresAt: '2026-11-22T08:17:37Z',
    },
  };
}
