import { describe, expect, it } from '@jest/globals';
import { toResponse } from '../../../scripts/lib/gateway/response.ts';

describe('toResponse', () => {
  it.each([
    { result: { message: 'hello' }, body: '{"message":"hello"}' },
    { result: 'hello', body: 'hello' },
    { result: null, body: 'null' },
    { result: undefined, body: 'null' },
  ])('answers 200 with JSON for the result $result, which has no status code', ({ result, body }) => {
    expect(toResponse(result)).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      body,
    });
  });

  it('passes status, headers and body on, header names in lower case', () => {
    const result = {
      statusCode: 409,
      headers: { 'Content-Type': 'application/problem+json', 'X-Count': 3 },
      body: '{"title":"ü"}',
    };
    expect(toResponse(result)).toEqual({
      statusCode: 409,
      headers: { 'content-type': 'application/problem+json', 'x-count': '3', 'content-length': 14 },
      body: '{"title":"ü"}',
    });
  });

  it('decodes a base64 body', () => {
    const bytes = Buffer.from([0, 255, 1]);
    const response = toResponse({ statusCode: 200, body: bytes.toString('base64'), isBase64Encoded: true });
    expect(response).toEqual({ statusCode: 200, headers: { 'content-length': 3 }, body: bytes });
  });

  it('makes one set-cookie header for each cookie', () => {
    const { headers } = toResponse({ statusCode: 204, cookies: ['a=1; HttpOnly', 'b=2'] });
    expect(headers).toEqual({ 'set-cookie': ['a=1; HttpOnly', 'b=2'], 'content-length': 0 });
  });

  it('sends the length of the body, not the one that the function claims', () => {
    expect(toResponse({ statusCode: 200, headers: { 'Content-Length': 999 }, body: 'abc' }).headers).toEqual({
      'content-length': 3,
    });
  });

  it.each([0, 99, 100, 600, 200.5, 'ok', null, undefined])('refuses the status code %p', (statusCode) => {
    expect(() => toResponse({ statusCode, body: '' })).toThrow(TypeError);
  });
});
