import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDb, DynamoDbError } from '../../../../lambda/store/dynamodb/client.ts';
import { signedHeaders } from '../../../support/api/signature.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const GET = { TableName: 'vm-pool', Key: { pk: { S: 'USER#zoë' } } };

type Answer = (response: ServerResponse) => void;

let answer: Answer;
let seen: { request: IncomingMessage; body: string }[];
let endpoint: string;

const server = createServer((request, response) => {
  void text(request).then((body) => {
    seen.push({ request, body });
    answer(response);
  });
});

beforeEach(async () => {
  seen = [];
  answer = (response) => response.end('{}');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function client(credentials: ConstructorParameters<typeof DynamoDb>[0]['credentials'] = KEYS): DynamoDb {
  return new DynamoDb({ region: 'eu-central-1', endpoint, credentials });
}

/** What the client throws when the server answers this way. */
async function failure(answered: Answer): Promise<unknown> {
  answer = answered;
  return client()
    .send('GetItem', GET)
    .then(
      (output) => ({ output }),
      (error: unknown) => error,
    );
}

describe('DynamoDb', () => {
  it('sends a request of the API and returns the answer', async () => {
    answer = (response) => response.end('{"Item":{"pk":{"S":"USER#zoë"}}}');
    expect(await client().send('GetItem', GET)).toEqual({ Item: { pk: { S: 'USER#zoë' } } });
    expect(seen.map(({ request: { method, url, headers }, body }) => ({ method, url, headers, body }))).toEqual([
      {
        method: 'POST',
        url: '/',
        headers: expect.objectContaining({
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.GetItem',
        }),
        body: JSON.stringify(GET),
      },
    ]);
  });

  it.each([
    { rule: 'with the keys alone', credentials: KEYS, token: [] },
    {
      rule: 'with the token of a role',
      credentials: { ...KEYS, sessionToken: 'IQoJb3Jp' },
      token: ['x-amz-security-token'],
    },
  ])('signs what it sends, $rule', async ({ credentials, token }) => {
    await client(credentials).send('GetItem', GET);
    const [{ request, body } = { request: undefined, body: '' }] = seen;
    if (request === undefined) throw new Error('nothing arrived');
    expect(request.headers.authorization).toContain('Credential=AKIDEXAMPLE/');
    expect(request.headers.authorization).toContain('/eu-central-1/dynamodb/aws4_request');
    expect(signedHeaders(request, body, KEYS.secretAccessKey)).toEqual(
      expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target', ...token]),
    );
  });

  it('throws the error of DynamoDB, with its name', async () => {
    const error = await failure((response) =>
      response.writeHead(400).end('{"__type":"com.amazon.coral.validate#ValidationException","message":"no such key"}'),
    );
    expect(error).toBeInstanceOf(DynamoDbError);
    expect(error).toMatchObject({ name: 'ValidationException', message: 'no such key', reasons: [] });
  });

  it('throws why a transaction was cancelled, action by action', async () => {
    const reasons = [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'VM#vm-01' } } }];
    const type = 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException';
    const body = JSON.stringify({ __type: type, Message: 'cancelled', CancellationReasons: reasons });
    const error = await failure((response) => response.writeHead(400).end(body));
    expect(error).toMatchObject({ name: 'TransactionCanceledException', message: 'cancelled', reasons });
  });

  it.each<{ rule: string; answered: Answer; error: Record<string, unknown> }>([
    {
      rule: 'is not JSON',
      answered: (response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'),
      error: { name: 'SyntaxError' },
    },
    { rule: 'is a closed connection', answered: (response) => response.destroy(), error: { code: 'ECONNRESET' } },
    {
      rule: 'ends in the middle',
      answered: (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"Item":', () => response.destroy());
      },
      error: { message: 'aborted' },
    },
    { rule: 'does not come in time', answered: () => undefined, error: { name: 'TimeoutError' } },
    {
      rule: 'does not end in time',
      answered: (response) => response.writeHead(200).write('{"Item":'),
      error: { name: 'TimeoutError' },
    },
  ])("throws an error that is not DynamoDB's when the answer $rule", async ({ answered, error }) => {
    const thrown = await failure(answered);
    expect(thrown).not.toBeInstanceOf(DynamoDbError);
    expect(thrown).toMatchObject(error);
  });
});
