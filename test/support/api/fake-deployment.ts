import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SignIn } from '../../../lambda/client/sign-in.ts';
import type { Vm } from '../../../lambda/pool/vm.ts';
import { OPERATOR } from './modes.ts';
import { serveApi } from './served-api.ts';
import { signedHeaders } from './signature.ts';

/** Whom {@link fakeDeployment} lets in, as environment variables of a client. */
export const CALLER = {
  AWS_ACCESS_KEY_ID: 'AKIDTEST',
  AWS_SECRET_ACCESS_KEY: 'secret-of-the-test',
  AWS_SESSION_TOKEN: 'session-of-the-test',
  AWS_REGION: 'eu-central-1',
  VM_POOL_TOKEN: 'head.claims.signature',
};

/** The user that {@link CALLER} is. */
const USER = 'role-canary';

/** A call that a fake deployment received. */
export interface Call {
  readonly route: string;
  /** Whether the caller proved who it is. */
  readonly isIdentified: boolean;
  /** Parameters of the query and the body. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** An answer in place of the deployment's own. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a fake deployment differs from a healthy one. */
export interface Behaviour {
  readonly guard: Guard;
  readonly vms?: readonly Vm[] | undefined;
  /** Answers a call itself; returns nothing for those that go on to the service. */
  readonly reply?: (call: Call, index: number) => Reply | undefined;
}

/** What API Gateway calls each request of a fake deployment. */
export const GATEWAY_ID = 'JKJaXmPLvHcESHA=';

/** Calls that act for the caller. */
const OF_BORROWERS = new Set(['POST /getvm', 'POST /releasevm', 'GET /lease']);
const OF_OPERATORS = 'GET /vms';

type Guard = SignIn['authorization'];

/** What a fake deployment says of itself, by its guard. */
export const SIGN_INS: Readonly<Record<Guard, SignIn>> = {
  none: { authorization: 'none' },
  iam: { authorization: 'iam', region: CALLER.AWS_REGION },
  jwt: { authorization: 'jwt', issuer: 'https://id.example', audiences: ['vm-pool'], scopes: 'openid' },
};
const REFUSAL = { none: 403, iam: 403, jwt: 401 };

/**
 * The API behind a gateway that asks who calls, as API Gateway does: it checks the signature or the token, and the
 * service behind it borrows in the caller's name.
 */
export async function fakeDeployment({ guard, vms, reply = () => undefined }: Behaviour) {
  const behind = await serveApi(vms);
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body, text: plain, headers }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(plain ?? (body === undefined ? '' : JSON.stringify(body)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/resources`;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await behind.close();
  };
  return { url, calls, close, behind };

  async function answer(request: IncomingMessage): Promise<Reply> {
    const body = await text(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const route = `${String(request.method)} ${pathname.replace(/^\/resources/, '')}`;
    const parameters = { ...Object.fromEntries(searchParams), ...(body === '' ? {} : (JSON.parse(body) as object)) };
    const call = { route, parameters, headers: request.headers, isIdentified: isIdentified(guard, request, body) };
    calls.push(call);
    return reply(call, calls.length - 1) ?? (await usual(call));
  }

  async function usual(call: Call): Promise<Reply> {
    const { route, isIdentified, parameters } = call;
    if (route === 'GET /sign-in') return { status: 200, body: SIGN_INS[guard] };
    const isOpen =
      route === 'GET /health' || route.startsWith('OPTIONS ') || (guard === 'none' && route !== OF_OPERATORS);
    if (!(isOpen || isIdentified)) return { status: REFUSAL[guard], body: { message: 'Forbidden' } };
    if (guard !== 'none' && 'userid' in parameters) return { status: 403, body: { code: 'not_yours' } };
    return passOn(call);
  }

  /** Adds the caller's name, which the service would take from API Gateway. */
  async function passOn({ route, parameters, headers }: Call): Promise<Reply> {
    const [method = '', path = ''] = route.split(' ');
    const named = !OF_BORROWERS.has(route) || guard === 'none' ? parameters : { ...parameters, userid: USER };
    const query = method === 'GET' ? `?${new URLSearchParams(named as Record<string, string>).toString()}` : '';
    const key = headers['idempotency-key'];
    const response = await fetch(`${behind.url}${path}${query}`, {
      method,
      body: method === 'POST' ? JSON.stringify(named) : null,
      headers: {
        'content-type': 'application/json',
        'x-operator': OPERATOR,
        ...(typeof key === 'string' && { 'idempotency-key': key }),
      },
    });
    const answered = await response.text();
    const ids = { 'x-request-id': response.headers.get('x-request-id') ?? '', 'apigw-requestid': GATEWAY_ID };
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, text: answered, headers: { 'content-type': type, ...ids } };
  }
}

function isIdentified(guard: Guard, request: IncomingMessage, body: string): boolean {
  if (guard === 'jwt') return request.headers.authorization === `Bearer ${CALLER.VM_POOL_TOKEN}`;
  try {
    const signed = signedHeaders(request, body, CALLER.AWS_SECRET_ACCESS_KEY);
    return signed.includes('host') && request.headers['x-amz-security-token'] === CALLER.AWS_SESSION_TOKEN;
  } catch {
    return false;
  }
}
