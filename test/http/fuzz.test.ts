import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CALLS } from '../../lambda/http/calls.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { serveApi } from '../support/api/served-api.ts';

/** Longest that one answer may take: far more than any needs, far less than a hang. */
const PATIENCE_MS = 5_000;

interface WildRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

interface RawReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

let served: ServedApi;

beforeAll(async () => {
  served = await serveApi();
});

afterAll(() => served.close());

function send({ method, path, headers, body }: WildRequest): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(served.url);
    const framed = body.length > 0 ? { ...headers, 'content-length': String(body.length) } : headers;
    const options = { hostname, port, path: pathname + path, method, headers: framed, timeout: PATIENCE_MS };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer: a hang')));
    request.on('error', reject);
    request.end(body);
  });
}

/** Every answer is a grant or a refusal with a problem document, whatever the request. */
function expectSane(reply: RawReply): void {
  expect(served.faults).toEqual([]);
  expect(reply.headers['x-request-id']).toBeDefined();
  if (reply.status === 204) return;
  // GET /ca.pub answers lines of keys, GET / a page.
  if (reply.status === 200 && String(reply.headers['content-type']).startsWith('text/')) return;
  const body = JSON.parse(reply.text) as Record<string, unknown>;
  if (reply.status === 200) return;
  // An empty pool is the only right answer with a 5xx status.
  if (reply.status !== 503) expect(reply.status).toBeLessThan(500);
  else expect(body).toMatchObject({ code: 'pool_empty' });
  expect(reply.headers['content-type']).toBe('application/problem+json');
  expect(body).toMatchObject({ status: reply.status, code: expect.any(String), detail: expect.any(String) });
}

const paths = CALLS.map(({ route }) => route.slice(route.indexOf(' ') + 1));
const names = fc.constantFrom('userid', 'pool', 'minutes', 'leaseId', 'sshPublicKey', 'Idempotency-Key', '__proto__');
const query = fc.oneof(
  fc.constantFrom('', 'userid=alice'),
  fc.webQueryParameters(),
  fc.array(fc.tuple(names, fc.webQueryParameters()), { maxLength: 4 }).map((pairs) => {
    return pairs.map(([name, value]) => `${name}=${value}`).join('&');
  }),
);
const path = fc.oneof(
  fc.tuple(fc.constantFrom(...paths), query).map(([known, text]) => `${known}?${text}`),
  fc.webPath().map((text) => (text === '' ? '/' : text)),
);
const jsonText = fc.oneof(
  fc.json(),
  fc.dictionary(fc.oneof(names, fc.string()), fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }))).map((value) => {
    return JSON.stringify(value);
  }),
);
const body = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.uint8Array({ maxLength: 9_000, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  jsonText.map((text) => Buffer.from(text)),
  query.map((text) => Buffer.from(text)),
);
/** RFC 9110, section 5.5: visible characters, space and obs-text; node:http sends no others. */
const headerCharacter = fc
  .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }))
  .map((code) => String.fromCharCode(code));
const headerText = fc.string({ unit: headerCharacter });
const contentType = fc.oneof(
  fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/json; charset=utf-16',
  ),
  headerText,
);
const madeUp: fc.Arbitrary<WildRequest> = fc.record({
  method: fc.constantFrom('POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path,
  headers: fc
    .record({ 'content-type': contentType, 'idempotency-key': headerText, cookie: headerText }, { requiredKeys: [] })
    .map((headers) => headers as Record<string, string>),
  body,
});
/** Right requests, between the others: chance alone makes hardly any. */
const right = fc.constantFrom('GET /pool', 'GET /health', 'POST /getvm?userid=alice', 'POST /releasevm?userid=alice');
const wildRequest = fc.oneof(
  { weight: 9, arbitrary: madeUp },
  right.map((request): WildRequest => {
    const [method = '', known = ''] = request.split(' ');
    return { method, path: known, headers: {}, body: Buffer.alloc(0) };
  }),
);

describe('any request at all', () => {
  it('is granted or refused with a problem document: never a fault, never a hang', async () => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(wildRequest, async (request) => {
        const reply = await send(request);
        expectSane(reply);
        statuses.add(reply.status);
      }),
      { numRuns: 1_500 },
    );
    // If a status is missing, the requests reached too little of the API to prove anything.
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 404, 405, 413, 415]));
  });
});
