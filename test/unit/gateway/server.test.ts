import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Verdict } from '../../../scripts/lib/gateway/authorizer.ts';
import { FORBIDDEN, unauthorized } from '../../../scripts/lib/gateway/authorizer.ts';
import type { GatewayOptions } from '../../../scripts/lib/gateway/server.ts';
import { createGateway, FunctionThrottled } from '../../../scripts/lib/gateway/server.ts';

const TEN_MIB = 10 * 1024 * 1024;

let server: Server;
let faults: unknown[];

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Starts a gateway whose function answers with the event it got, and returns the address of its root. */
async function start(options: Partial<GatewayOptions> = {}): Promise<string> {
  faults = [];
  server = createGateway({
    routes: ['POST /getvm', '$default'],
    stage: 'resources',
    invoke: (event) => Promise.resolve(event),
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${port()}`;
}

function port(): number {
  return (server.address() as AddressInfo).port;
}

/** Sends raw bytes. @returns all that came back until the server closed the connection */
async function sendRaw(bytes: string): Promise<string> {
  const socket = connect(port(), '127.0.0.1');
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Retries until it works. Jest ends the test when that takes too long. */
async function eventually(works: () => Promise<void>): Promise<void> {
  await works().catch(async () => {
    await sleep(50);
    return eventually(works);
  });
}

async function echoed(response: Response): Promise<APIGatewayProxyEventV2> {
  return (await response.json()) as APIGatewayProxyEventV2;
}

async function statusAndBody(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() };
}

describe('createGateway', () => {
  it('answers with the result of the function for the event', async () => {
    const root = await start({
      invoke: (event) => Promise.resolve({ statusCode: 201, headers: { 'x-route': event.routeKey }, body: event.body }),
    });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${root}/resources/getvm`, { method: 'POST', headers, body: '{"userid":"alice"}' });
    const answer = { status: response.status, route: response.headers.get('x-route'), body: await response.text() };
    expect(answer).toEqual({ status: 201, route: 'POST /getvm', body: '{"userid":"alice"}' });
  });

  it('keeps the stage in the path of the event and out of the routes', async () => {
    const root = await start();
    const event = await echoed(await fetch(`${root}/resources/getvm?a=1`, { method: 'POST' }));
    expect(event).toMatchObject({ routeKey: 'POST /getvm', rawPath: '/resources/getvm', rawQueryString: 'a=1' });
  });

  it('serves the stage $default at the root', async () => {
    const root = await start({ stage: '$default' });
    const event = await echoed(await fetch(`${root}/getvm`, { method: 'POST' }));
    expect(event).toMatchObject({ routeKey: 'POST /getvm', rawPath: '/getvm' });
  });

  it.each(['/', '/getvm', '/resourcesx/getvm', '//resources/getvm', '/prod/getvm'])(
    'answers 404 itself for %s, outside the stage',
    async (path) => {
      const root = await start();
      const response = await fetch(root + path, { method: 'POST' });
      expect(await statusAndBody(response)).toEqual({ status: 404, body: { message: 'Not Found' } });
    },
  );

  it('treats the bare stage as its root', async () => {
    const root = await start({ routes: ['GET /', '$default'] });
    expect((await echoed(await fetch(`${root}/resources`))).routeKey).toBe('GET /');
    expect((await echoed(await fetch(`${root}/resources/?x`))).routeKey).toBe('GET /');
  });

  it.each([
    { target: 'http://127.0.0.1/resources/getvm?a=1', rawPath: '/resources/getvm', rawQueryString: 'a=1' },
    { target: 'HTTP://vm-pool.example:3000/resources/getvm', rawPath: '/resources/getvm', rawQueryString: '' },
    { target: 'http://127.0.0.1?a=1', rawPath: '/', rawQueryString: 'a=1' },
    { target: 'http://127.0.0.1', rawPath: '/', rawQueryString: '' },
  ])('accepts $target, the absolute form of a target', async ({ target, rawPath, rawQueryString }) => {
    await start({ stage: '$default' });
    const reply = await sendRaw(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    expect(JSON.parse(reply.split('\r\n\r\n')[1] ?? '')).toMatchObject({ rawPath, rawQueryString });
  });

  it('answers a HEAD request without a body', async () => {
    const root = await start();
    const response = await fetch(`${root}/resources/getvm`, { method: 'HEAD' });
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await response.text()).toBe('');
  });

  it('lets the caller answer requests in place of API Gateway', async () => {
    const refusal = { statusCode: 403, headers: {}, body: 'no' };
    const root = await start({ intercept: ({ method }) => (method === 'POST' ? refusal : undefined) });
    expect((await fetch(`${root}/resources/getvm`, { method: 'POST' })).status).toBe(403);
    expect((await fetch(`${root}/resources/getvm`)).status).toBe(200);
  });

  it('tells the function who made a request to a route with an authorizer, and nothing on other routes', async () => {
    const caller = { jwt: { claims: { sub: 'alice' }, scopes: null } };
    const root = await start({ authorizers: new Map([['POST /getvm', () => Promise.resolve({ caller })]]) });
    const authorizerOf = async (method: string) => {
      const event = await echoed(await fetch(`${root}/resources/getvm`, { method }));
      return (event.requestContext as { authorizer?: unknown }).authorizer;
    };
    expect([await authorizerOf('POST'), await authorizerOf('GET')]).toEqual([caller, undefined]);
  });

  it.each<{ kind: string; verdict: Verdict; status: number; message: string; challenge: string | null }>([
    { kind: 'no signature', verdict: FORBIDDEN, status: 403, message: 'Forbidden', challenge: null },
    { kind: 'no token', verdict: unauthorized(), status: 401, message: 'Unauthorized', challenge: 'Bearer' },
    {
      kind: 'a bad token',
      verdict: unauthorized('the token has expired'),
      status: 401,
      message: 'Unauthorized',
      challenge: 'Bearer scope="" error="invalid_token" error_description="the token has expired"',
    },
  ])('refuses $kind itself and never invokes the function', async ({ verdict, status, message, challenge }) => {
    let calls = 0;
    const authorizers = new Map([['POST /getvm', () => Promise.resolve(verdict)]]);
    const root = await start({ authorizers, invoke: () => Promise.resolve(++calls) });
    const response = await fetch(`${root}/resources/getvm`, { method: 'POST', body: 'userid=alice' });
    expect(response.headers.get('www-authenticate')).toBe(challenge);
    expect(await statusAndBody(response)).toEqual({ status, body: { message } });
    expect(calls).toBe(0);
  });

  it('answers 500 when an authorizer fails, and never invokes the function', async () => {
    let calls = 0;
    const authorizers = new Map([['POST /getvm', () => Promise.reject(new Error('broken'))]]);
    const root = await start({ authorizers, invoke: () => Promise.resolve(++calls) });
    expect((await fetch(`${root}/resources/getvm`, { method: 'POST' })).status).toBe(500);
    expect(calls).toBe(0);
  });

  it('accepts a body of 10 MiB and answers 413 to one byte more', async () => {
    const root = await start({
      invoke: (event) => Promise.resolve({ statusCode: 200, body: String(event.body?.length) }),
    });
    const post = (bytes: number) =>
      fetch(`${root}/resources/getvm`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: 'x'.repeat(bytes),
      });
    expect(await (await post(TEN_MIB)).text()).toBe(String(TEN_MIB));
    const refused = await post(TEN_MIB + 1);
    expect(await statusAndBody(refused)).toEqual({ status: 413, body: { message: 'Request Entity Too Large' } });
  });

  it('answers 413 as soon as a body of unknown length is too long', async () => {
    await start();
    const chunk = `${(TEN_MIB + 1).toString(16)}\r\n${'x'.repeat(TEN_MIB + 1)}\r\n0\r\n\r\n`;
    const head = 'POST /resources/getvm HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await sendRaw(head + chunk)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('answers 503 when the bodies that are still arriving take 60 MiB, and recovers', async () => {
    const root = await start();
    const sockets = Array.from({ length: 7 }, () => connect(port(), '127.0.0.1'));
    const replies = sockets.map((socket) => once(socket, 'data').then(([reply]) => String(reply)));
    for (const socket of sockets) {
      socket.write(`POST /resources/getvm HTTP/1.1\r\nHost: x\r\nContent-Length: ${TEN_MIB}\r\n\r\n`);
      socket.write('x'.repeat(TEN_MIB - 1));
    }
    expect(await Promise.race(replies)).toMatch(/^HTTP\/1.1 503 /);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      const body = 'x'.repeat(TEN_MIB);
      expect((await fetch(`${root}/resources/getvm`, { method: 'POST', body })).status).toBe(200);
    });
  });

  it('cuts off a client that sends hundreds of requests and reads no answer', async () => {
    let calls = 0;
    await start({ invoke: () => Promise.resolve({ statusCode: 200, body: String(++calls) }) });
    const socket = connect(port(), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /resources/lease HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50_000));
    await once(server, 'request');
    socket.resume();
    await closed;
    expect(calls).toBeLessThan(1_000);
  });

  it('answers pipelined requests in their order', async () => {
    let calls = 0;
    await start({ invoke: () => Promise.resolve({ statusCode: 200, body: `call ${++calls}.` }) });
    const request = 'GET /resources/lease HTTP/1.1\r\nHost: x\r\n\r\n';
    const reply = await sendRaw(request.repeat(99) + request.replace('Host: x', 'Host: x\r\nConnection: close'));
    expect(reply.match(/call \d+\./g)).toEqual(Array.from({ length: 100 }, (_, n) => `call ${n + 1}.`));
  });

  it('reads a chunked body, an empty one too', async () => {
    await start();
    const head =
      'POST /resources/getvm HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n';
    expect(await sendRaw(`${head}2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`)).toContain('"body":"abc"');
    expect(await sendRaw(`${head}0\r\n\r\n`)).not.toContain('"body"');
  });

  it('hides a fault of the function behind a 500', async () => {
    const fault = new Error('secret');
    const root = await start({ invoke: () => Promise.reject(fault) });
    const response = await fetch(`${root}/resources/getvm`, { method: 'POST' });
    expect(await statusAndBody(response)).toEqual({ status: 500, body: { message: 'Internal Server Error' } });
    expect(faults).toEqual([fault]);
  });

  it.each([
    { statusCode: 999 },
    { statusCode: 200, headers: { 'x-a': 'line\nbreak' } },
    { statusCode: 200, headers: { 'x a': '' } },
  ])('answers 500 to a result that is not a response: %j', async (result) => {
    const root = await start({ invoke: () => Promise.resolve(result) });
    expect((await fetch(`${root}/resources/getvm`, { method: 'POST' })).status).toBe(500);
    expect(faults).toHaveLength(1);
  });

  it('answers 503 when the function is throttled', async () => {
    const root = await start({ invoke: () => Promise.reject(new FunctionThrottled()) });
    const response = await fetch(`${root}/resources/getvm`, { method: 'POST' });
    expect(await statusAndBody(response)).toEqual({ status: 503, body: { message: 'Service Unavailable' } });
  });

  it('never calls the function for a client that leaves before its body is whole', async () => {
    let calls = 0;
    const root = await start({ invoke: () => Promise.resolve(++calls) });
    const socket = connect(port(), '127.0.0.1');
    socket.write('POST /resources/getvm HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nuserid=');
    await once(server, 'request');
    socket.destroy();
    await fetch(`${root}/resources/getvm`, { method: 'POST' });
    expect({ calls, faults }).toEqual({ calls: 1, faults: [] });
  });

  it('survives a client that leaves before the answer', async () => {
    let answer: (result: unknown) => void = () => undefined;
    const root = await start({
      invoke: (event) =>
        event.routeKey === '$default' ? Promise.resolve('still here') : new Promise((resolve) => (answer = resolve)),
    });
    const leaving = new AbortController();
    const left = fetch(`${root}/resources/getvm`, { method: 'POST', signal: leaving.signal }).catch(
      (error: unknown) => (error as Error).name,
    );
    await once(server, 'request');
    leaving.abort();
    expect(await left).toBe('AbortError');
    answer({ statusCode: 200, body: 'too late' });
    expect(await (await fetch(`${root}/resources/other`)).text()).toBe('still here');
    expect(faults).toEqual([]);
  });
});
