import { describe, expect, it } from '@jest/globals';
import { createClient } from '../../../lambda/client/client.ts';
import { Refused, Unreachable } from '../../../lambda/client/refused.ts';
import { FakeClock } from '../../support/client/fake-api.ts';

/** A client whose calls all get one answer, and the requests that it sent. */
function answering(answer: () => Response | Promise<Response>, url = 'http://api.test/resources') {
  const requests: Request[] = [];
  const fetch = async (request: Request | URL | string) => {
    requests.push(request as Request);
    return answer();
  };
  return { client: createClient({ url, fetch, retryForMs: 0 }, new FakeClock()), requests };
}

const done = () => Response.json({ message: 'done' });

describe('the request of a call', () => {
  it('has the parameters of a POST in its body, and leaves out what is undefined', async () => {
    const { client, requests } = answering(done);
    await client.call('POST /getvm', { userid: 'alice', pool: undefined, minutes: 5 }, { idempotencyKey: 'key-1' });
    const [request] = requests;
    expect(request).toMatchObject({ method: 'POST', url: 'http://api.test/resources/getvm', redirect: 'error' });
    expect(await request?.json()).toEqual({ userid: 'alice', minutes: 5 });
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      'content-type': 'application/json',
      'idempotency-key': 'key-1',
    });
  });

  it('has the parameters of a GET in its query, as a signature of AWS covers them', async () => {
    const { client, requests } = answering(done, 'http://api.test/resources//');
    await client.call('GET /events', { userid: 'a b+c/ü@x', limit: 2, cursor: undefined });
    expect(requests[0]?.url).toBe('http://api.test/resources/events?userid=a%20b%2Bc%2F%C3%BC%40x&limit=2');
  });

  it('has the parameters of the path there alone', async () => {
    const { client, requests } = answering(done);
    await client.call('POST /vms/{id}/drain', { id: 'a/b', reason: 'new disk' }, { headers: { 'x-operator': 'ops' } });
    expect(requests[0]?.url).toBe('http://api.test/resources/vms/a%2Fb/drain');
    expect(await requests[0]?.json()).toEqual({ reason: 'new disk' });
    expect(requests[0]?.headers.get('x-operator')).toBe('ops');
    expect(requests[0]?.headers.has('idempotency-key')).toBe(false);
  });

  it('is not sent without a parameter of the path', async () => {
    const { client, requests } = answering(done);
    await expect(client.call('POST /vms/{id}/drain')).rejects.toThrow('the parameter id is missing');
    expect(requests).toEqual([]);
  });
});

describe('the answer of a call', () => {
  it('is an object, or text where the call answers text', async () => {
    expect(await answering(done).client.call('GET /health')).toEqual({ message: 'done' });
    const text = () => new Response('# HELP', { headers: { 'content-type': 'text/plain; version=0.0.4' } });
    expect(await answering(text).client.call('GET /metrics')).toBe('# HELP');
  });

  it('is an error with the members of the problem, for the caller to branch on', async () => {
    const problem = { status: 503, code: 'pool_empty', detail: 'no VM is free', requestId: 'id-1', pool: 'default' };
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '30', 'x-request-id': 'id-1' };
    const { client } = answering(() => new Response(JSON.stringify(problem), { status: 503, headers }));
    const error = await client.call('POST /getvm').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({
      status: 503,
      code: 'pool_empty',
      message: 'no VM is free',
      requestId: 'id-1',
      retryAfterSec: 30,
      problem,
    });
  });

  it.each([
    {
      rule: 'API Gateway refuses',
      answer: () => Response.json({ message: 'Forbidden' }, { status: 403, headers: { 'apigw-requestid': 'gw-1' } }),
      error: { status: 403, code: undefined, message: 'Forbidden', requestId: 'gw-1' },
    },
    {
      rule: 'a proxy answers something else',
      answer: () =>
        new Response('<html>', { status: 404, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } }),
      error: { status: 404, code: undefined, message: 'the API answered with status 404', retryAfterSec: undefined },
    },
    {
      rule: 'a web page stands where the API should be',
      answer: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      error: { status: 200, message: 'a web page answered in place of the API; is the URL right?' },
    },
    {
      rule: 'the error is broken JSON',
      answer: () => new Response('{', { status: 500, headers: { 'content-type': 'application/json' } }),
      error: { status: 500, message: 'the API answered with status 500' },
    },
  ])('is Refused too when $rule', async ({ answer, error }) => {
    const thrown = await answering(answer)
      .client.call('GET /pool')
      .catch((fault: unknown) => fault);
    expect(thrown).toBeInstanceOf(Refused);
    expect(thrown).toMatchObject(error);
  });

  it('is Unreachable with the reason when none comes', async () => {
    const fault = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    const { client } = answering(() => Promise.reject(fault));
    const thrown = await client.call('GET /pool').catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Unreachable);
    expect(thrown).toMatchObject({
      message: 'no answer from http://api.test/resources: connect ECONNREFUSED 127.0.0.1:1',
      cause: fault,
    });
  });

  it('is the reason of the signal when the caller gives up', async () => {
    const why = new Error('enough');
    const { client, requests } = answering(() => Promise.reject(new TypeError('aborted')));
    await expect(client.call('GET /pool', {}, { signal: AbortSignal.abort(why) })).rejects.toBe(why);
    expect(requests.length).toBeLessThanOrEqual(1);
  });

  it('is the error of the identity when there is none to send', async () => {
    const authenticate = () => Promise.reject(new Error('no token'));
    await expect(createClient({ url: 'http://api.test', authenticate }).call('GET /pool')).rejects.toThrow('no token');
  });
});
