import { expect, it } from '@jest/globals';
import type { RunningEnvironment } from './environment.ts';

/** Requests that the service must refuse. */
export function refusalStories(running: () => RunningEnvironment): void {
  const client = () => running().client;
  const json = { 'content-type': 'application/json' };

  it.each([
    { fault: 'a userid with a space', body: '{"userid":"a b"}', status: 400, code: 'invalid_request' },
    { fault: 'a lease of 0 minutes', body: '{"userid":"alice","minutes":0}', status: 400, code: 'invalid_request' },
    { fault: 'a misspelt parameter', body: '{"userid":"alice","minute":5}', status: 400, code: 'invalid_request' },
    { fault: 'broken JSON', body: '{"userid":', status: 400, code: 'invalid_request' },
    {
      fault: 'a pool that does not exist',
      body: '{"userid":"alice","pool":"moon"}',
      status: 404,
      code: 'unknown_pool',
    },
    { fault: 'a body over 8 KiB', body: `"${'x'.repeat(8192)}"`, status: 413, code: 'payload_too_large' },
  ])('answers $status to $fault', async ({ body, status, code }) => {
    const answer = await client().send('/getvm', { method: 'POST', headers: json, body });
    expect(answer).toMatchObject({ status, body: { status, code, requestId: answer.headers.get('x-request-id') } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await poolIsUntouched()).toBe(true);
  });

  it('answers 415 to a body of another type', async () => {
    const answer = await client().send('/getvm', { method: 'POST', body: 'userid=alice' });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  it('answers 404 to an unknown path', async () => {
    expect(await client().get('/vm')).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('answers 405 to a wrong method and names the right ones', async () => {
    const answer = await client().get('/getvm?userid=alice');
    expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await poolIsUntouched()).toBe(true);
  });

  it.each([
    '//getvm',
    '/getvm/',
    '/%67etvm',
    '/%2Fgetvm',
    '/getvm%2F',
    '/getvm%3Fx',
    '/GETVM',
    '/./getvm',
    '/x/../getvm',
    '/resources/getvm',
    '/getvm;v=1',
    '/getvm%00',
    '/vms/vm-01/drain/',
    '/vms//drain',
    '/%76ms/vm-01/drain',
  ])('reaches no call through another spelling of its path: %s', async (path) => {
    const answer = await client().postRaw(`${path}?userid=mallory`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await poolIsUntouched()).toBe(true);
  });

  it('leaves paths outside its stage to the gateway', async () => {
    const root = new URL(running().served.url).origin;
    const response = await fetch(`${root}/getvm?userid=mallory`, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  async function poolIsUntouched(): Promise<boolean> {
    const { body } = await client().get('/pool');
    const { pools } = body as { pools: { default: { leased: number } } };
    return pools.default.leased === 0;
  }
}
