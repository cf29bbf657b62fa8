import { once } from 'node:events';
import type { Server } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createGateway } from '../../../scripts/lib/gateway/server.ts';
import { iamAuthorizer } from '../../support/emulated-aws/iam-authorizer.ts';
import { ACCOUNT_ID, REGION } from '../../support/emulated-aws/server.ts';
import type { AwsCaller } from '../../support/identity/aws-callers.ts';
import { iamUser, roleSession } from '../../support/identity/aws-callers.ts';
import type { Credentials, SignatureOptions, UnsentRequest } from '../../support/identity/aws-signer.ts';
import { signed } from '../../support/identity/aws-signer.ts';

const API = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:api1/resources`;

const alice = iamUser('alice');
const session = roleSession('AWSReservedSSO_Users_1', 'bob@example.com');
const stranger = iamUser('alice', undefined, '/', '999999999999');
const limited = iamUser('carol', {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: [`${API}/POST/getvm`, `${API}/GET/vms/*`] }],
});

let server: Server;
let stage: string;
const faults: unknown[] = [];

beforeAll(async () => {
  const authorize = iamAuthorizer([alice, session, stranger, limited]);
  const routes = ['ANY /getvm', 'POST /releasevm', 'GET /lease', 'GET /vms/{id}'];
  server = createGateway({
    routes,
    authorizers: new Map(routes.map((route) => [route, authorize])),
    stage: 'resources',
    apiId: 'api1',
    invoke: (event) => Promise.resolve(event),
    onFault: (fault) => faults.push(fault),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage = `http://127.0.0.1:${(server.address() as AddressInfo).port}/resources`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Sends a request exactly as it is; `fetch` would set `host` and normalize the path. */
async function send({ method, path, headers, body }: Sent): Promise<{ status: number; body: unknown }> {
  const { port } = new URL(stage);
  const sent = request({ host: '127.0.0.1', port, method, path: `/resources${path}`, headers }).end(body);
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  return { status: response.statusCode, body: await json(response) };
}

async function signedGetVm(
  caller: Credentials = alice,
  options: SignatureOptions = {},
  path = '/getvm?pool=default',
): Promise<Sent> {
  const body = '{"userid":"alice"}';
  const unsent: UnsentRequest = {
    method: 'POST',
    url: stage + path,
    headers: { 'content-type': 'application/json' },
    body,
  };
  return { method: 'POST', path, headers: await signed(unsent, caller, options), body };
}

async function signedGet(caller: Credentials, path: string): Promise<Sent> {
  return { method: 'GET', path, headers: await signed({ method: 'GET', url: stage + path }, caller), body: '' };
}

const FORBIDDEN = { status: 403, body: { message: 'Forbidden' } };
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('iamAuthorizer', () => {
  it.each([
    { kind: 'an IAM user', caller: alice },
    { kind: 'a role session', caller: session },
  ])('names $kind to the function as API Gateway does', async ({ caller }) => {
    const { status, body } = await send(await signedGetVm(caller));
    const { accessKeyId: accessKey, accountId, userArn, userId } = caller;
    const iam = { accessKey, accountId, callerId: userId, userArn, userId, cognitoIdentity: null, principalOrgId: '' };
    expect(status).toBe(200);
    expect((body as APIGatewayProxyEventV2).requestContext).toMatchObject({ authorizer: { iam } });
  });

  it.each([
    '/lease',
    '/lease?userid=alice',
    '/lease?b=2&a=1&a=0',
    '/lease?userid=zo%C3%AB%20x%2By&empty=',
    '/vms/vm-01',
    '/vms/vm%2001',
    '/vms/vm%252F01',
    '/vms/a:b@c,d',
  ])('accepts the signature of GET %s', async (path) => {
    expect(await send(await signedGet(alice, path))).toMatchObject({ status: 200 });
  });

  it.each<{ forgery: string; change: (sent: Sent) => Sent }>([
    { forgery: 'no signature', change: (sent) => ({ ...sent, headers: { host: sent.headers.host ?? '' } }) },
    { forgery: 'another body', change: (sent) => ({ ...sent, body: '{"userid":"bobby"}' }) },
    { forgery: 'no body', change: (sent) => ({ ...sent, body: '' }) },
    { forgery: 'another query', change: (sent) => ({ ...sent, path: '/getvm?pool=other' }) },
    { forgery: 'more of a query', change: (sent) => ({ ...sent, path: '/getvm?pool=default&userid=bob' }) },
    { forgery: 'no query', change: (sent) => ({ ...sent, path: '/getvm' }) },
    { forgery: 'another path', change: (sent) => ({ ...sent, path: '/releasevm?pool=default' }) },
    { forgery: 'another method', change: (sent) => ({ ...sent, method: 'PUT' }) },
    { forgery: 'another host', change: (sent) => withHeader(sent, 'host', 'evil.example') },
    { forgery: 'another signed header', change: (sent) => withHeader(sent, 'content-type', 'text/plain') },
    { forgery: 'an unsigned header of AWS', change: (sent) => withHeader(sent, 'x-amz-extra', '1') },
    { forgery: 'a session token', change: (sent) => withHeader(sent, 'x-amz-security-token', 'x') },
    { forgery: 'a later date', change: (sent) => withHeader(sent, 'x-amz-date', amzDate(minutesAgo(-1))) },
    { forgery: 'a part of the signature', change: (sent) => rewritten(sent, /.$/, '') },
    { forgery: 'another signature', change: (sent) => rewritten(sent, /Signature=.{8}/, 'Signature=00000000') },
    { forgery: 'the key of somebody else', change: (sent) => rewritten(sent, alice.accessKeyId, limited.accessKeyId) },
    { forgery: 'fewer signed headers', change: (sent) => rewritten(sent, 'content-type;', '') },
    { forgery: 'a token', change: (sent) => withHeader(sent, 'authorization', 'Bearer x') },
  ])('refuses a request with $forgery', async ({ change }) => {
    const right = await signedGetVm();
    expect(await send(change(right))).toEqual(FORBIDDEN);
    expect(await send(right)).toMatchObject({ status: 200 });
  });

  it.each<{ fault: string; caller?: Credentials; options?: SignatureOptions }>([
    { fault: 'with an unknown key', caller: { ...alice, accessKeyId: 'AKIAUNKNOWN' } },
    { fault: 'with the wrong secret', caller: { ...alice, secretAccessKey: 'guess' } },
    { fault: 'by a session without its token', caller: withoutToken(session) },
    { fault: 'by a session with another token', caller: { ...session, sessionToken: 'other' } },
    { fault: 'by a user of another account', caller: stranger },
    { fault: 'six minutes ago', options: { signingDate: minutesAgo(6) } },
    { fault: 'in six minutes', options: { signingDate: minutesAgo(-6) } },
    { fault: 'for another region', options: { region: 'eu-west-1' } },
    { fault: 'for another service', options: { service: 'dynamodb' } },
  ])('refuses a request signed $fault', async ({ caller, options }) => {
    expect(await send(await signedGetVm(caller, options))).toEqual(FORBIDDEN);
  });

  it('accepts a request signed four minutes ago', async () => {
    expect((await send(await signedGetVm(alice, { signingDate: minutesAgo(4) }))).status).toBe(200);
  });

  it("lets a caller's policy decide about each call", async () => {
    expect(await send(await signedGetVm(limited))).toMatchObject({ status: 200 });
    expect(await send(await signedGet(limited, '/vms/vm-01'))).toMatchObject({ status: 200 });
    expect(await send(await signedGet(limited, '/lease'))).toEqual(FORBIDDEN);
  });
});

function withHeader(sent: Sent, name: string, value: string): Sent {
  return { ...sent, headers: { ...sent.headers, [name]: value } };
}

function rewritten(sent: Sent, pattern: RegExp | string, replacement: string): Sent {
  return withHeader(sent, 'authorization', (sent.headers.authorization ?? '').replace(pattern, replacement));
}

function withoutToken({ accessKeyId, secretAccessKey }: AwsCaller): Credentials {
  return { accessKeyId, secretAccessKey };
}

function amzDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}
