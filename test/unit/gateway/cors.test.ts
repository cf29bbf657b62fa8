import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { CorsConfiguration } from '../../../scripts/lib/gateway/cors.ts';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';

const ORIGIN = 'https://app.example';
const CORS: CorsConfiguration = {
  allowOrigins: [ORIGIN],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['content-type'],
  exposeHeaders: ['x-request-id'],
  maxAgeSec: 600,
  allowCredentials: false,
};
const PREFLIGHT = { method: 'OPTIONS', headers: { origin: ORIGIN, 'access-control-request-method': 'POST' } };

let server: Server;

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Starts a gateway whose function names the route, and sends one request to it. */
async function answerTo(
  { method, headers }: { method: string; headers: Record<string, string> },
  { cors, routes = ['POST /getvm', '$default'] }: { cors?: CorsConfiguration; routes?: string[] },
): Promise<{ status: number; body: string; cors: Record<string, string> }> {
  server = createGateway({
    routes,
    stage: '$default',
    cors,
    invoke: ({ routeKey }) =>
      Promise.resolve({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'mine' }, body: routeKey }),
    onFault: () => undefined,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/getvm`;
  const response = await fetch(url, { method, headers });
  const corsHeaders = [...response.headers].filter(([name]) => name.startsWith('access-control-'));
  return { status: response.status, body: await response.text(), cors: Object.fromEntries(corsHeaders) };
}

describe('a gateway with CORS', () => {
  it('adds the headers of its configuration, and drops those of the function', async () => {
    const answer = await answerTo({ method: 'POST', headers: { origin: ORIGIN } }, { cors: CORS });
    expect(answer).toEqual({
      status: 200,
      body: 'POST /getvm',
      cors: { 'access-control-allow-origin': ORIGIN, 'access-control-expose-headers': 'x-request-id' },
    });
  });

  it('hands a preflight request to $default, and adds the headers to its answer', async () => {
    expect(await answerTo(PREFLIGHT, { cors: CORS })).toEqual({
      status: 200,
      body: '$default',
      cors: {
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '600',
      },
    });
  });

  it('answers a preflight request itself when no route takes it', async () => {
    const answer = await answerTo(PREFLIGHT, { cors: CORS, routes: ['POST /getvm'] });
    expect(answer).toMatchObject({ status: 204, body: '', cors: { 'access-control-allow-origin': ORIGIN } });
  });

  it.each([
    { rule: 'no headers to another origin', origin: 'https://evil.example', allow: {}, cors: CORS },
    {
      rule: '* where every origin is allowed',
      origin: 'https://any.example',
      allow: { 'access-control-allow-origin': '*' },
      cors: { ...CORS, allowOrigins: ['*'], exposeHeaders: [] },
    },
    {
      rule: 'the origin that fits https://*, and that credentials are allowed',
      origin: ORIGIN,
      allow: { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true' },
      cors: { ...CORS, allowOrigins: ['https://*'], exposeHeaders: [], allowCredentials: true },
    },
    {
      rule: 'no headers to an origin of another scheme than https://*',
      origin: 'http://app.example',
      allow: {},
      cors: { ...CORS, allowOrigins: ['https://*'] },
    },
  ])('gives $rule', async ({ origin, allow, cors }) => {
    expect((await answerTo({ method: 'POST', headers: { origin } }, { cors })).cors).toEqual(allow);
  });

  it('gives no headers to a request without an origin', async () => {
    expect((await answerTo({ method: 'POST', headers: {} }, { cors: CORS })).cors).toEqual({});
  });
});

describe('a gateway without CORS', () => {
  it('adds nothing, and leaves the headers of the function alone', async () => {
    const answer = await answerTo(PREFLIGHT, {});
    expect(answer).toEqual({ status: 200, body: '$default', cors: { 'access-control-allow-origin': 'mine' } });
  });
});
