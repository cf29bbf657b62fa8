import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { pointToApi, refusePages } from '../../../scripts/lib/server/local-callers.ts';

function request(headers: Record<string, string>, url = '/resources/getvm'): IncomingMessage {
  return { headers, url } as unknown as IncomingMessage;
}

describe('refusePages', () => {
  it.each([
    { host: '127.0.0.1:3000' },
    { host: 'localhost:3000' },
    { host: 'LocalHost' },
    { host: '127.0.0.53:1' },
    { host: '[::1]:3000' },
    { host: 'localhost:3000', origin: 'http://localhost:3000' },
    { host: 'LOCALHOST:3000', origin: 'http://localhost:3000' },
  ])('lets $host $origin pass', (headers) => {
    expect(refusePages(request(headers as Record<string, string>))).toBeUndefined();
  });

  it.each([
    { rule: 'a name that leads to this computer', host: 'evil.example:3000' },
    {
      rule: 'a name that leads to this computer, as the same origin',
      host: 'evil.example',
      origin: 'http://evil.example',
    },
    { rule: 'a name that begins like an address', host: '127.0.0.1.evil.example' },
    { rule: 'a name that ends like localhost', host: 'evil-localhost' },
    { rule: 'a user before the address', host: 'evil.example@127.0.0.1' },
    { rule: 'an empty host', host: '' },
    { rule: 'another origin', host: '127.0.0.1:3000', origin: 'http://evil.example' },
    { rule: 'another port of this computer', host: '127.0.0.1:3000', origin: 'http://127.0.0.1:8080' },
    { rule: 'another name of this computer', host: '127.0.0.1:3000', origin: 'http://localhost:3000' },
    { rule: 'a page that hides its origin', host: '127.0.0.1:3000', origin: 'null' },
  ])('refuses $rule with a problem document', ({ host, origin }) => {
    const refusal = refusePages(request({ host, ...(origin !== undefined && { origin }) }));
    expect(refusal).toMatchObject({ statusCode: 403, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.parse(String(refusal?.body))).toEqual({
      title: 'Forbidden',
      status: 403,
      detail: expect.any(String),
      code: 'forbidden',
      requestId: expect.any(String),
    });
  });
});

describe('pointToApi', () => {
  const point = pointToApi('resources');

  it.each(['/', '/getvm', '/resource/getvm', '/resourcesx'])('names the address of the API to callers of %s', (url) => {
    const answer = point(request({ host: '127.0.0.1:3000' }, url));
    expect(answer?.statusCode).toBe(404);
    expect(JSON.parse(String(answer?.body))).toMatchObject({
      code: 'not_found',
      detail: 'the API is at http://127.0.0.1:3000/resources, such as http://127.0.0.1:3000/resources/health',
    });
  });

  it.each([
    '/resources',
    '/resources?a=1',
    '/resources/getvm',
    '/resources/no-such-call',
    'http://127.0.0.1/resources/x',
  ])('leaves %s to the API', (url) => {
    expect(point(request({ host: '127.0.0.1:3000' }, url))).toBeUndefined();
  });
});
