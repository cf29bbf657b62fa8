import { expect, it } from '@jest/globals';
import type { RunningEnvironment } from './environment.ts';

/**
 * Calls that a browser makes for a web page of another origin.
 *
 * @param origin - the only origin that `cors_allowed_origins` allows
 * @see https://fetch.spec.whatwg.org/#cors-preflight-fetch
 */
export function browserStories(running: () => RunningEnvironment, origin: string): void {
  it('lets a page of the allowed origin call getvm: the preflight request succeeds', async () => {
    const { status, headers } = await preflight(origin);
    expect({
      status,
      origin: headers.get('access-control-allow-origin'),
      methods: listIn(headers, 'access-control-allow-methods'),
      headers: listIn(headers, 'access-control-allow-headers'),
      maxAgeSec: headers.get('access-control-max-age'),
    }).toEqual({
      status: 204,
      origin,
      methods: ['GET', 'POST'],
      headers: expect.arrayContaining(['authorization', 'content-type', 'idempotency-key']),
      maxAgeSec: '3600',
    });
  });

  it('lets this page read the answer and the headers that it needs', async () => {
    const { status, headers } = await running().client.get('/pool', { origin });
    expect({
      status,
      origin: headers.get('access-control-allow-origin'),
      exposed: listIn(headers, 'access-control-expose-headers'),
    }).toEqual({ status: 200, origin, exposed: ['retry-after', 'x-request-id'] });
  });

  it('allows no page of another origin', async () => {
    const { headers } = await preflight('https://elsewhere.example');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  /** Asks whether a page may send a JSON body to getvm. */
  function preflight(from: string): Promise<Response> {
    const headers = {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    return fetch(`${running().served.url}/getvm`, { method: 'OPTIONS', headers });
  }
}

/** The values of a header that is a list, sorted. */
function listIn(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? '').split(',').sort();
}
