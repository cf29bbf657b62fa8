import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '../../../lambda/http/refusals.ts';
import { EXIT } from '../../../scripts/lib/cli/exit-codes.ts';
import { NEXT_STEPS } from '../../../scripts/lib/cli/next-steps.ts';
import { VERBS } from '../../../scripts/lib/cli/verbs.ts';
import { vmPool } from './command-line.ts';

const ENV = { VM_POOL_URL: 'https://vms.example/resources', VM_POOL_USER: 'alice' };

/** A service that answers every call alike. */
function always(status: number, body: object, headers = {}): typeof fetch {
  return async (input) =>
    (input as Request).url.endsWith('/sign-in')
      ? Response.json({ authorization: 'none' })
      : Response.json(body, { status, headers });
}

describe('errors', () => {
  it('have an exit code and a next step for every refusal of the service, which no verb contradicts', () => {
    expect(Object.keys(NEXT_STEPS).sort()).toEqual(Object.keys(REFUSALS).sort());
    const verbs = [...VERBS.map(({ name }) => name), 'ssh'];
    for (const { next } of Object.values(NEXT_STEPS)) {
      const lines = next({}, 'get');
      expect(lines.length).toBeGreaterThan(0);
      for (const [, verb] of lines.join('\n').matchAll(/vm-pool ([\w-]+)/g)) expect(verbs).toContain(verb);
    }
  });

  it.each([
    { status: 503, body: { code: 'pool_empty', detail: 'none' }, code: 3, next: 'vm-pool get --wait 10m' },
    { status: 422, body: { code: 'ssh_public_key_needed', detail: 'yours' }, code: 1, next: '--public-key ~/.ssh' },
    { status: 409, body: { code: 'already_allocated', detail: 'held' }, code: 1, next: 'vm-pool ssh' },
    { status: 404, body: { code: 'no_lease', detail: 'none' }, code: 4, next: 'vm-pool get' },
    { status: 403, body: { code: 'not_yours', detail: 'you are bob' }, code: 5, next: 'leave --user' },
    { status: 401, body: { message: 'Unauthorized' }, code: 5, next: 'vm-pool login' },
    { status: 403, body: { message: 'Forbidden' }, code: 5, next: 'vm-pool login' },
    { status: 404, body: { message: 'Not Found' }, code: 2, next: 'check the URL' },
    { status: 500, body: { code: 'internal', detail: 'a fault' }, code: 6, next: 'report it with its request id' },
    { status: 503, body: { code: 'store_unavailable', detail: 'slow' }, code: 6, next: 'the outcome is unknown' },
    { status: 400, body: { code: 'invalid_request', errors: [{ field: 'userid' }] }, code: 2, next: '--user NAME' },
    { status: 400, body: { code: 'invalid_request', errors: [{ field: 'pool' }] }, code: 2, next: 'get --help' },
    { status: 418, body: { code: 'of_a_later_service', detail: 'new' }, code: 2, next: 'check the URL' },
  ])('$status $body.code exits with $code', async ({ status, body, code, next }) => {
    const outcome = await vmPool('get', { env: ENV, fetch: always(status, body, { 'x-request-id': 'req-1' }) });
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(next);
    expect(outcome.stderr).toContain('request req-1');
  });

  it('print the problem document with --json', async () => {
    const problem = { code: 'no_lease', detail: 'alice holds no lease' };
    const { code, stdout } = await vmPool('show --json', { env: ENV, fetch: always(404, problem) });
    expect({ code, body: JSON.parse(stdout) as unknown }).toEqual({ code: EXIT.holdsNone.code, body: problem });
  });

  it.each([
    { env: ENV, from: 'VM_POOL_URL', next: 'check the URL and the network' },
    { env: { VM_POOL_USER: 'alice' }, from: 'the default', next: 'npm start' },
  ])('name the URL that does not answer, and that $from set it', async ({ env, from, next }) => {
    const away: typeof fetch = async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    };
    const { code, stderr } = await vmPool('show --quiet', { env, fetch: away });
    expect(code).toBe(EXIT.outOfReach.code);
    expect(stderr).toMatch(/^vm-pool: no answer from https?:\S+\/resources: connect ECONNREFUSED\n/);
    expect(stderr).toContain(`the URL comes from ${from}`);
    expect(stderr).toContain(next);
  });

  it.each([
    { what: 'JSON', answer: () => Response.json({ hello: 1 }) },
    { what: 'text', answer: () => new Response('hello') },
    { what: 'a web page', answer: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }) },
  ])('say that the URL is wrong when another server answers with $what', async ({ answer }) => {
    const { code, stderr } = await vmPool('get', { env: ENV, fetch: async () => answer() });
    expect({ code, stderr }).toEqual({ code: EXIT.misused.code, stderr: expect.stringContaining('check the URL') });
    expect(stderr).toContain('in place of the API');
  });

  it('say that a change without an answer may have been made', async () => {
    const silent: typeof fetch = async (input) => {
      if ((input as Request).url.endsWith('/getvm')) throw new TypeError('fetch failed');
      return Response.json({ authorization: 'none' });
    };
    const { code, stderr } = await vmPool('get --quiet', { env: ENV, fetch: silent });
    expect({ code, stderr }).toEqual({ code: EXIT.outOfReach.code, stderr: expect.stringContaining('vm-pool show') });
  });

  it('say that https is wrong for a server without TLS', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { stderr } = await vmPool(`show --url https://127.0.0.1:${port}/resources`, { env: ENV });
    server.close();
    expect(stderr).toContain('is it http in place of https?');
  });

  it('name a folder that is in the way, without a stack', async () => {
    const { code, stderr } = await vmPool('with -- true', {
      env: { ...ENV, XDG_STATE_HOME: '/dev/null' },
      fetch: always(200, {}),
    });
    expect({ code, stderr }).toEqual({ code: EXIT.failed.code, stderr: expect.stringContaining('XDG_STATE_HOME') });
    expect(stderr).not.toContain('    at ');
  });

  it('name the key file that is not there, without a stack', async () => {
    const fetch: typeof globalThis.fetch = async () => Response.json({ authorization: 'none' });
    const { code, stderr } = await vmPool('ssh --identity /no/such/key', { env: ENV, fetch });
    expect({ code, stderr }).toEqual({
      code: EXIT.failed.code,
      stderr: 'vm-pool: /no/such/key does not exist: --identity takes the file of a private key\n',
    });
  });

  it('say the status of an answer once', async () => {
    const { stderr } = await vmPool('show', { env: ENV, fetch: always(404, {}) });
    expect(stderr.split('404')).toHaveLength(2);
  });

  it('name the variable whose token is not taken', async () => {
    const env = { ...ENV, VM_POOL_TOKEN: 'old' };
    const { code, stderr } = await vmPool('show', { env, fetch: always(401, { message: 'Unauthorized' }) });
    expect({ code, stderr }).toEqual({
      code: EXIT.notAllowed.code,
      stderr: expect.stringMatching(/VM_POOL_TOKEN: Unauthorized\n {2}give it a fresh one, or unset it\n$/),
    });
  });

  it('ask who borrows where the service asks nobody', async () => {
    const { code, stderr } = await vmPool('get', { env: { VM_POOL_URL: ENV.VM_POOL_URL }, fetch: always(200, {}) });
    expect(code).toBe(EXIT.misused.code);
    expect(stderr).toContain('once: --user NAME');
  });
});
