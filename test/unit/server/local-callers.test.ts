import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { LOOPBACK_HOSTS, networkHosts } from '../../../scripts/lib/server/known-hosts.ts';
import { pointToApi, refusePages } from '../../../scripts/lib/server/local-callers.ts';

function request(headers: Record<string, string>, url = '/resources/getvm', method = 'POST'): IncomingMessage {
  return { headers, url, method } as unknown as IncomingMessage;
}

describe('refusePages', () => {
  const refuse = refusePages(LOOPBACK_HOSTS);

  it.each([
    { host: '127.0.0.1:3000' },
    { host: 'localhost:3000' },
    { host: 'LocalHost' },
    { host: '127.0.0.53:1' },
    { host: '[::1]:3000' },
    { host: 'localhost:3000', origin: 'http://localhost:3000' },
    { host: 'LOCALHOST:3000', origin: 'http://localhost:3000' },
  ])('lets $host $origin pass', (headers) => {
    expect(refuse(request(headers as Record<string, string>))).toBeUndefined();
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
    { rule: 'a name that ends with a dot', host: 'localhost.:3000' },
    { rule: 'a name that a public service leads here', host: '127.0.0.1.nip.io:3000' },
    { rule: 'another origin', host: '127.0.0.1:3000', origin: 'http://evil.example' },
    { rule: 'another port of this computer', host: '127.0.0.1:3000', origin: 'http://127.0.0.1:8080' },
    { rule: 'another name of this computer', host: '127.0.0.1:3000', origin: 'http://localhost:3000' },
    { rule: 'a page that hides its origin', host: '127.0.0.1:3000', origin: 'null' },
  ])('refuses $rule with a problem document', ({ host, origin }) => {
    const refusal = refuse(request({ host, ...(origin !== undefined && { origin }) }));
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

describe('Sec-Fetch-Site in refusePages', () => {
  const refuse = refusePages(LOOPBACK_HOSTS);
  const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const sent = (method: string, site: string, headers: Record<string, string>) =>
    request({ host: '127.0.0.1:3000', 'sec-fetch-site': site, ...headers }, undefined, method);

  it.each([
    { rule: 'what a person opens', method: 'GET', site: 'none', headers: link },
    { rule: 'a script of its own', method: 'POST', site: 'same-origin', headers: { 'sec-fetch-mode': 'cors' } },
    { rule: 'a link on another site', method: 'GET', site: 'cross-site', headers: link },
  ])('lets $rule pass', ({ method, site, headers }) => {
    expect(refuse(sent(method, site, headers as Record<string, string>))).toBeUndefined();
  });

  it.each([
    { rule: 'a form without an origin', method: 'POST', site: 'cross-site', headers: link },
    { rule: 'a form of another port', method: 'POST', site: 'same-site', headers: link },
    { rule: 'an image', method: 'GET', site: 'cross-site', headers: { 'sec-fetch-mode': 'no-cors' } },
    { rule: 'a frame', method: 'GET', site: 'cross-site', headers: { ...link, 'sec-fetch-dest': 'iframe' } },
  ])('refuses $rule', ({ method, site, headers }) => {
    expect(refuse(sent(method, site, headers as Record<string, string>))?.statusCode).toBe(403);
  });
});

describe('networkHosts', () => {
  const hosts = networkHosts('Laptop.corp.example');

  it.each([
    '192.0.2.7:3000',
    '[2001:db8::7]:3000',
    '[::1]',
    'localhost',
    'vm-pool:3000',
    'laptop.local',
    'LAPTOP.corp.example:3000',
  ])('includes %s', (host) => {
    expect(hosts.includes(host)).toBe(true);
  });

  it.each([
    'evil.example:3000',
    '192.0.2.7.nip.io:3000',
    'local.evil.example',
    'laptop.corp.example.evil.example',
    'evil.example@192.0.2.7',
    'localhost.',
    '[evil.example]',
    '2001:db8::7',
    '',
  ])('does not include "%s"', (host) => {
    expect(hosts.includes(host)).toBe(false);
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
