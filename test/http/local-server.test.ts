import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AUDIENCE, TestIssuer } from '../support/identity/test-issuer.ts';
import type { LocalServer } from '../support/processes/local-server.ts';
import { printed, START_MS, startServer, urlOf } from '../support/processes/local-server.ts';

/** Longest that Ctrl-C may take to feel immediate; the server itself gives up after 3 s. */
const SOON_MS = 2_500;

const running: LocalServer[] = [];

afterEach(() => {
  for (const { process } of running.splice(0)) process.kill('SIGKILL');
});

function start(env: Record<string, string> = {}, args: readonly string[] = []): LocalServer {
  const server = startServer(env, args);
  running.push(server);
  return server;
}

/** Opens a new connection and sends some bytes on it. */
async function connected(url: string, bytes: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  await new Promise((resolve) => socket.write(bytes || '\r\n', resolve));
  return socket;
}

/** How long a server takes to end after a signal, milliseconds. */
async function endOf(server: LocalServer, signal: NodeJS.Signals): Promise<number> {
  const fromMs = Date.now();
  server.process.kill(signal);
  await server.exit;
  return Date.now() - fromMs;
}

async function statusAndBody(response: Response): Promise<{ status: number; body: unknown }> {
  return { status: response.status, body: await response.json() };
}

describe('npm start', () => {
  it(
    'prints a curl line that works as printed, and ends cleanly on Ctrl-C',
    async () => {
      const server = start();
      const url = await printed(server, /^ {2}curl -X POST '(http:.*)'$/m);
      const response = await fetch(url, { method: 'POST' });
      expect(await response.json()).toMatchObject({ vm: { id: 'vm-01' }, lease: { userid: 'alice' } });
      server.process.kill('SIGINT');
      expect(await server.exit).toBe(0);
      expect(server.output()).toMatch(/"message":"request".*"route":"POST \/getvm","status":200/);
      expect(server.output()).not.toMatch(/mock private key/);
    },
    START_MS,
  );

  it(
    'serves this computer only when HOST and PORT are set but empty, and says where leases are kept',
    async () => {
      const server = start({ HOST: '', PORT: '' });
      // Another server may have port 3000: then the message names it.
      await printed(server, /(127\.0\.0\.1:3000|port 3000 is taken)/);
      await printed(start(), /(Leases are kept in memory and end with this server)/);
    },
    START_MS,
  );

  it(
    'shows its metrics to Prometheus, which sends the token of a file',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'vm-pool-metrics-'));
      writeFileSync(path.join(folder, 'token'), 'token-of-the-metrics\n');
      const server = start({ METRICS_TOKEN: 'token', INIT_CWD: folder });
      const url = await printed(
        server,
        /^Prometheus finds the metrics at (http:\S+), with the token in \/.*\/token[.]$/m,
      );
      const scraped = await fetch(url, { headers: { authorization: 'Bearer token-of-the-metrics' } });
      expect(await scraped.text()).toContain('\nvm_pool_vms{pool="default",state="free"} ');
      expect((await fetch(url)).status).toBe(401);
      expect(server.output()).not.toContain('token-of-the-metrics');
      rmSync(folder, { recursive: true });
    },
    START_MS,
  );

  it(
    'says what is wrong with the file of the token',
    async () => {
      const server = start({ METRICS_TOKEN: '/nowhere/token' });
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain('cannot start: the file with the metrics token (METRICS_TOKEN) does not exist');
    },
    START_MS,
  );

  it(
    'ignores the name that a shell gives to HOST',
    async () => {
      const server = start({ HOST: 'x86_64-conda-linux-gnu' });
      expect(await urlOf(server)).toContain('http://127.0.0.1:');
      expect(server.output()).toContain('HOST=x86_64-conda-linux-gnu is not an IP address and has no effect');
    },
    START_MS,
  );

  it.each([
    { state: 'sent nothing', bytes: '' },
    { state: 'sent half a request', bytes: 'GET /resources/health HTTP/1.1\r\nHost: 127.' },
  ])(
    'ends soon on SIGTERM while a connection is open that has $state',
    async ({ bytes }) => {
      const server = start();
      const socket = await connected(await urlOf(server), bytes);
      expect(await endOf(server, 'SIGTERM')).toBeLessThan(SOON_MS);
      expect(await server.exit).toBe(0);
      socket.destroy();
    },
    START_MS,
  );

  it(
    'ends after 3 s on SIGTERM while a body is still arriving',
    async () => {
      const server = start();
      const head = 'POST /resources/getvm HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nuserid=';
      const socket = await connected(await urlOf(server), head);
      await sleep(200);
      expect(await endOf(server, 'SIGTERM')).toBeLessThan(6_000);
      expect(await server.exit).toBe(0);
      socket.destroy();
    },
    START_MS,
  );

  it(
    'keeps answering when nobody reads its log',
    async () => {
      const server = start();
      const url = await urlOf(server);
      server.process.stdout.pause();
      for (let n = 0; n < 1_000; n += 1) {
        const answered = await fetch(`${url}/lease?userid=alice`, { signal: AbortSignal.timeout(5_000) });
        expect(answered.status).toBe(404);
        await answered.arrayBuffer();
      }
      server.process.stdout.resume();
      await printed(server, /("message":"request"(.*\n){999})/);
    },
    START_MS,
  );

  it(
    'refuses what a page of another site sends, and names the address of the API to a browser',
    async () => {
      const url = await urlOf(start({ ADMIN_USERS: 'ops' }));
      const forbidden = await fetch(`${url}/getvm?userid=alice`, {
        method: 'POST',
        headers: { origin: 'http://evil.example' },
      });
      expect(await statusAndBody(forbidden)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      const lost = await fetch(new URL('/', url));
      const detail = expect.stringContaining(`the API is at ${url}`);
      expect(await statusAndBody(lost)).toMatchObject({ status: 404, body: { detail } });
    },
    START_MS,
  );

  it.each([
    { fault: 'a bad port', env: { PORT: 'x' }, says: 'PORT must be a whole number from 0 to 65535, not x' },
    {
      fault: 'bad settings, all at once',
      env: { STORE: 'disk', LEASE_MAX_MINUTES: '0' },
      says: 'bad configuration: STORE must be memory or dynamodb; LEASE_MAX_MINUTES must be a whole number from 1 to 525600',
    },
    {
      fault: 'operators on a server that others can reach',
      env: { ADMIN_USERS: 'ops', HOST: '0.0.0.0' },
      says: "ADMIN_USERS works only if other computers can't reach the server; HOST is 0.0.0.0",
    },
    { fault: 'a mock VM that does not exist', env: { MOCK_FAILING_VMS: 'vm-9' }, says: 'MOCK_FAILING_VMS names vm-9' },
  ])(
    'reports $fault in a sentence, without a stack',
    async ({ env, says }) => {
      const server = start(env);
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain(`vm-pool cannot start: ${says}`);
      expect(server.output()).not.toContain('    at ');
    },
    START_MS,
  );

  it(
    'says that its port is taken, and what to do',
    async () => {
      const other = http.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as AddressInfo;
      const server = start({ PORT: String(port) });
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain(`port ${String(port)} is taken; choose another: PORT=3001 npm start`);
      other.close();
    },
    START_MS,
  );

  it(
    'prints its usage for --help, and points there for an option it does not know',
    async () => {
      const help = start({}, ['--help']);
      expect(await help.exit).toBe(0);
      expect(help.output()).toMatch(/npm start -- --dynamodb-local[^]*PORT=3001/);
      const wrong = start({}, ['--dynamo']);
      expect(await wrong.exit).toBe(1);
      expect(wrong.output()).toContain("Unknown option '--dynamo'; npm start -- --help shows the options");
    },
    START_MS,
  );
});

describe('npm start with --issuer', () => {
  let issuer: TestIssuer;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
  });

  afterAll(() => issuer.stop());

  const withTokens = (env: Record<string, string> = {}) =>
    start(env, ['--issuer', issuer.url, '--audience', 'other', '--audience', AUDIENCE]);

  it(
    'lends to whom sends a token, and leaves only health and contract open',
    async () => {
      const server = withTokens();
      const url = await urlOf(server);
      const authorization = `Bearer ${await issuer.token()}`;
      const granted = await fetch(`${url}/getvm`, { method: 'POST', headers: { authorization } });
      expect(await granted.json()).toMatchObject({ lease: { userid: 'alice' } });
      for (const path of ['/lease?userid=alice', '/pool', '/vms', '/events']) {
        const refused = await fetch(url + path, { headers: { 'x-operator': 'ops' } });
        expect(refused.headers.get('www-authenticate')).toBe('Bearer');
        expect(await statusAndBody(refused)).toEqual({ status: 401, body: { message: 'Unauthorized' } });
      }
      for (const path of ['/health', '/openapi.json']) expect((await fetch(url + path)).status).toBe(200);
      expect(server.output()).toContain('-H "Authorization: Bearer $TOKEN"');
      expect(server.output()).toContain(`TOKEN is a token of ${issuer.url} for other or ${AUDIENCE}`);
      expect(server.output()).not.toContain('Bearer ey');
    },
    START_MS,
  );

  it(
    'knows the user and the operators by the claims that its environment names',
    async () => {
      const env = { JWT_USER_ID: '{email}', JWT_OPERATOR_CLAIM: 'groups', JWT_OPERATOR_VALUES: 'ops' };
      const url = await urlOf(withTokens(env));
      const get = async (path: string, claims: Record<string, unknown>) =>
        fetch(url + path, { headers: { authorization: await issuer.token({ email: 'a@b.example', ...claims }) } });
      expect((await get('/vms', { groups: ['dev', 'ops'] })).status).toBe(200);
      expect((await get('/vms', { groups: ['dev', 'oops'] })).status).toBe(403);
      expect((await get('/lease?userid=a@b.example', {})).status).toBe(404);
      expect(await statusAndBody(await get('/lease?userid=alice', {}))).toMatchObject({ body: { code: 'not_yours' } });
    },
    START_MS,
  );

  it(
    'answers other computers by whatever name they know, if they have a token',
    async () => {
      const url = await urlOf(withTokens({ HOST: '0.0.0.0' }));
      const { port } = new URL(url);
      const headers = { host: 'lab.example', authorization: await issuer.token() };
      const sent = http.get({ host: '127.0.0.1', port, path: '/resources/pool', headers });
      const [{ statusCode }] = (await once(sent, 'response')) as [http.IncomingMessage];
      expect(statusCode).toBe(200);
    },
    START_MS,
  );

  it(
    'does not start when the issuer does not say where its keys are',
    async () => {
      const server = start({}, ['--issuer', 'http://127.0.0.1:1', '--audience', AUDIENCE]);
      expect(await server.exit).toBe(1);
      expect(server.output()).toContain("vm-pool cannot start: can't use http://127.0.0.1:1/.well-known/openid-config");
      expect(server.output()).not.toContain('    at ');
    },
    START_MS,
  );
});
