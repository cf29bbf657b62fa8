import { describe, expect, it } from '@jest/globals';
import { commonLogTime, isText, toEvent } from '../../../scripts/lib/gateway/event.ts';

const api = { accountId: '123456789012', apiId: 'a1b2c3', stage: 'resources' };
const NOW_MS = Date.UTC(2026, 7, 7, 1, 37, 53, 815);

/** The event of a POST /getvm with these parts. */
function eventOf({
  rawHeaders = ['Host', 'a1b2c3.example.com'],
  path = '/resources/getvm',
  query = '',
  body = '',
} = {}) {
  const request = { method: 'POST', httpVersion: '1.1', rawHeaders, socket: { remoteAddress: '192.0.2.7' } };
  const route = { routeKey: 'POST /getvm' };
  const routed = { request, path, rawQueryString: query, body: body ? Buffer.from(body) : undefined, route };
  return toEvent(routed, api, NOW_MS);
}

describe('toEvent', () => {
  it('has every field of payload format 2.0 that a plain request gives', () => {
    const event = eventOf({
      rawHeaders: ['Host', 'a1b2c3.example.com', 'User-Agent', 'curl/8', 'Content-Type', 'application/json'],
      query: 'minutes=5',
      body: '{"userid":"ü"}',
    });
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'POST /getvm',
      rawPath: '/resources/getvm',
      rawQueryString: 'minutes=5',
      headers: { host: 'a1b2c3.example.com', 'user-agent': 'curl/8', 'content-type': 'application/json' },
      queryStringParameters: { minutes: '5' },
      requestContext: {
        accountId: '123456789012',
        apiId: 'a1b2c3',
        domainName: 'a1b2c3.example.com',
        domainPrefix: 'a1b2c3',
        http: {
          method: 'POST',
          path: '/resources/getvm',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.7',
          userAgent: 'curl/8',
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: 'POST /getvm',
        stage: 'resources',
        time: '07/Aug/2026:01:37:53 +0000',
        timeEpoch: NOW_MS,
      },
      body: '{"userid":"ü"}',
      isBase64Encoded: false,
    });
  });

  it('leaves out what a request does not have', () => {
    const absent = ['body', 'cookies', 'queryStringParameters', 'pathParameters'];
    expect(Object.keys(eventOf()).filter((field) => absent.includes(field))).toEqual([]);
  });

  it('joins repeated headers and query parameters with a comma', () => {
    const event = eventOf({ rawHeaders: ['X-A', '1', 'x-a', '2', 'X-B', '3,4'], query: 'id=4&type=dog&id=5' });
    expect(event.headers).toEqual({ 'x-a': '1,2', 'x-b': '3,4' });
    expect(event.queryStringParameters).toEqual({ id: '4,5', type: 'dog' });
  });

  it('accepts any name for a header or a parameter, also those of Object.prototype', () => {
    const event = eventOf({ rawHeaders: ['constructor', '1', '__proto__', '2'], query: '__proto__=3&toString=4' });
    expect(JSON.parse(JSON.stringify(event.headers))).toEqual(JSON.parse('{"constructor":"1","__proto__":"2"}'));
    expect(JSON.stringify(event.queryStringParameters)).toBe('{"__proto__":"3","toString":"4"}');
  });

  it('decodes query parameters and keeps the raw query as it was sent', () => {
    const event = eventOf({ query: 'userid=a%2Bb%40c&name=a+b&broken=%zz' });
    expect(event.rawQueryString).toBe('userid=a%2Bb%40c&name=a+b&broken=%zz');
    expect(event.queryStringParameters).toEqual({ userid: 'a+b@c', name: 'a b', broken: '%zz' });
  });

  it('moves cookies from the headers to a list', () => {
    const event = eventOf({ rawHeaders: ['Cookie', 'a=1; b=2', 'Cookie', 'c=3'] });
    expect(event.cookies).toEqual(['a=1', 'b=2', 'c=3']);
    expect(event.headers).toEqual({});
  });

  it('decodes the path, and keeps one that cannot be decoded', () => {
    expect(eventOf({ path: '/resources/%67etvm' }).rawPath).toBe('/resources/getvm');
    expect(eventOf({ path: '/resources/%zz' }).rawPath).toBe('/resources/%zz');
  });

  it('sends a form in base64, as API Gateway does', () => {
    const event = eventOf({ rawHeaders: ['content-type', 'application/x-www-form-urlencoded'], body: 'userid=alice' });
    expect(event).toMatchObject({ body: Buffer.from('userid=alice').toString('base64'), isBase64Encoded: true });
  });

  it('gives every request a different id', () => {
    expect(eventOf().requestContext.requestId).not.toBe(eventOf().requestContext.requestId);
  });
});

describe('isText', () => {
  it.each([
    'text/plain',
    'TEXT/html; charset=utf-8',
    'application/json',
    'Application/JSON;charset=UTF-8',
    'application/xml',
  ])('holds for %s', (contentType) => {
    expect(isText(contentType)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/octet-stream',
    'image/png',
  ])('does not hold for %s', (contentType) => {
    expect(isText(contentType)).toBe(false);
  });
});

describe('commonLogTime', () => {
  it('is in UTC with two-digit days', () => {
    expect(commonLogTime(0)).toBe('01/Jan/1970:00:00:00 +0000');
  });
});
