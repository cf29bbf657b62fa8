import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDb } from '../../../../lambda/store/dynamodb/client.ts';
import { createDynamoStore } from '../../../../lambda/store/dynamodb/store.ts';
import { Table } from '../../../../lambda/store/dynamodb/table.ts';
import { AT_NOON, NOON_SEC } from '../../../support/pool/lending.ts';

let answer: (response: ServerResponse) => void;
let requests: number;
let port: number;

const server = createServer((_request, response) => {
  requests += 1;
  answer(response);
});

beforeEach(async () => {
  requests = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const place = () => ({
  region: 'eu-central-1',
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

function store() {
  return createDynamoStore({ tableName: 'vm-pool-typo', eventsKeptDays: 1, ...place() });
}

function refuses(type: string, message: string) {
  answer = (response) => {
    response.writeHead(400).end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }));
  };
}

describe('a database that is wrongly configured', () => {
  it.each([
    { name: 'ResourceNotFoundException', text: 'Requested resource not found', hint: 'TABLE_NAME must name a table' },
    {
      name: 'ExpiredTokenException',
      text: 'The security token is expired',
      hint: 'credentials of this process have expired',
    },
  ])('is reported at once with table, region, endpoint and what to do: $name', async ({ name, text, hint }) => {
    refuses(name, text);
    const where = `table vm-pool-typo at http://127.0.0.1:${port}, region eu-central-1`;
    const calls = [store().ping(), store().find('alice', NOON_SEC)];
    for (const outcome of await Promise.allSettled(calls)) {
      const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
      expect(reason).toMatchObject({ name, message: expect.stringContaining(`${where}: ${text}`) });
      expect(reason).toMatchObject({ message: expect.stringContaining(hint), cause: { name, message: text } });
    }
    expect(requests).toBe(calls.length);
  });
});

describe('a database that cannot be reached', () => {
  it('is the cause of the refusal, with table, region, endpoint and the error of the connection', async () => {
    server.close();
    await once(server, 'close');
    const where = `table vm-pool-typo at http://127.0.0.1:${port}, region eu-central-1`;
    for (const call of [() => store().ping(), () => store().sync([], AT_NOON, { budgetMs: 300 })]) {
      const refusal = await call().catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'store_unavailable' });
      expect(String((refusal as Error).cause)).toMatch(new RegExp(`${where}: .*ECONNREFUSED`));
    }
  });
});

describe('ping', () => {
  it('sends one request, and gives up after a second', async () => {
    answer = () => undefined;
    const startedMs = performance.now();
    await expect(store().ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    expect(requests).toBe(1);
  });
});

describe('a transaction that is answered after the deadline', () => {
  const transact = (ends?: 'at the deadline') =>
    new Table(new DynamoDb(place()), 'vm-pool').transact([], performance.now() + 100, ends);

  beforeEach(() => {
    answer = (response) => setTimeout(() => response.end('{}'), 600);
  });

  it('is awaited, because after a 503 the caller would never learn the outcome', async () => {
    await expect(transact()).resolves.toBeUndefined();
  });

  it('is abandoned when no caller waits for the outcome, as in a sync', async () => {
    await expect(transact('at the deadline')).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
