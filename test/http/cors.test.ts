import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CorsConfiguration } from '../../scripts/lib/gateway/cors.ts';
import { createGateway } from '../../scripts/lib/gateway/server.ts';
import { testApi } from '../support/api/served-api.ts';

const ORIGIN = 'https://app.example';

/** As terraform/modules/apigw configures it. */
const CORS: CorsConfiguration = {
  allowOrigins: [ORIGIN],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
  exposeHeaders: ['retry-after', 'x-request-id'],
  maxAgeSec: 3600,
  allowCredentials: false,
};

let server: Server;
let url: string;

beforeEach(async () => {
  const { api } = await testApi();
  server = createGateway({
    routes: ['POST /getvm', 'GET /lease', 'POST /vms/{id}/drain', '$default'],
    stage: 'resources',
    cors: CORS,
    invoke: (event) => api(event, 'invocation-1'),
    onFault: (fault) => {
      throw fault;
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/resources`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** The preflight request that a browser sends before a page of another origin may send JSON or a custom header. */
function preflight(path: string, method: string): Promise<Response> {
  const headers = {
    origin: ORIGIN,
    'access-control-request-method': method,
    'access-control-request-headers': 'content-type',
  };
  return fetch(url + path, { method: 'OPTIONS', headers });
}

describe('a page of an allowed origin', () => {
  // https://fetch.spec.whatwg.org/#cors-preflight-fetch asks for an ok status, 200 to 299, beside the headers.
  it.each([
    { path: '/getvm', method: 'POST' },
    { path: '/lease?userid=alice', method: 'GET' },
    { path: '/vms/vm-01/drain', method: 'POST' },
  ])('may call $method $path: the preflight request is answered with success', async ({ path, method }) => {
    const response = await preflight(path, method);
    expect({ ok: response.ok, origin: response.headers.get('access-control-allow-origin') }).toEqual({
      ok: true,
      origin: ORIGIN,
    });
  });

  it('may read the answer', async () => {
    const response = await fetch(`${url}/getvm?userid=alice`, { method: 'POST', headers: { origin: ORIGIN } });
    const answer = { status: response.status, origin: response.headers.get('access-control-allow-origin') };
    expect(answer).toEqual({ status: 200, origin: ORIGIN });
  });
});
