import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newLease } from '../../../../lambda/pool/term.ts';
import { freeItem, keyItem, userItem } from '../../../../lambda/store/dynamodb/items.ts';
import { createDynamoStore } from '../../../../lambda/store/dynamodb/store.ts';
import { AT_NOON, NOON_SEC, someVms } from '../../../support/pool/lending.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the fake database answers to each operation: a body, or the reasons why a transaction was cancelled. */
let answers: Record<string, (Body | { readonly cancelled: readonly Body[] })[]>;
let operations: string[];
let endpoint: string;

/** Answers what no test can make DynamoDB Local answer: there a transaction waits for another one. */
const server = createServer((request, response) => {
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  operations.push(operation);
  const answer = answers[operation]?.shift() ?? {};
  void buffer(request).then(() => {
    if (!('cancelled' in answer)) return response.end(JSON.stringify(answer));
    const error = { __type: '#TransactionCanceledException', CancellationReasons: answer.cancelled };
    return response.writeHead(400).end(JSON.stringify(error));
  });
});

beforeEach(async () => {
  operations = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const [vm] = someVms(1) as [ReturnType<typeof someVms>[0] & object];
const idempotency = { key: 'k-1', fingerprint: 'the same' };
const wish = {
  pool: 'default',
  userId: 'alice',
  leaseId: 'l-2',
  expiresAtSec: NOON_SEC + 60,
  idempotency,
  act: AT_NOON,
};
const lease = newLease({ ...wish, leaseId: 'l-1' }, vm);
const user = marshall(userItem(lease, vm));
const key = marshall(keyItem(lease, idempotency));
const free = marshall(freeItem({ vm, state: 'free', version: 1, failures: 0, draining: false, retired: false }));

const NONE = { Code: 'None' };
const CONFLICT = { Code: 'TransactionConflict' };
const KEY_IN_USE = { Code: 'ConditionalCheckFailed', Item: key };

async function acquire() {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const store = createDynamoStore({
    tableName: 'vm-pool',
    eventsKeptDays: 1,
    region: 'eu-central-1',
    endpoint,
    credentials,
  });
  return store.acquire(wish);
}

describe('a retry that finds its key but not its lease, because it did not read them at the same moment', () => {
  const looks = [
    {
      look: 'another transaction was writing the lease when the grant was cancelled',
      seen: () => ({
        Query: [{ Items: [free] }],
        TransactWriteItems: [{ cancelled: [CONFLICT, NONE, NONE, NONE, KEY_IN_USE] }],
      }),
    },
    {
      look: 'the pool was empty, and the lease began while its two items were read',
      seen: () => ({ Query: [{ Items: [] }], BatchGetItem: [{ Responses: { 'vm-pool': [key] } }] }),
    },
  ];

  describe.each(looks)('$look', ({ seen }) => {
    it('gets the grant when the lease lives', async () => {
      answers = { ...seen(), TransactGetItems: [{ Responses: [{ Item: user }, { Item: key }] }] };
      expect(await acquire()).toEqual({ vm, lease });
    });

    it('is refused when the lease is over', async () => {
      answers = { ...seen(), TransactGetItems: [{ Responses: [{}, { Item: key }] }] };
      await expect(acquire()).rejects.toMatchObject({ code: 'idempotency_key_spent' });
    });

    it('looks again while another transaction is in the way', async () => {
      const snapshot = { Responses: [{ Item: user }, { Item: key }] };
      answers = { ...seen(), TransactGetItems: [{ cancelled: [CONFLICT, NONE] }, snapshot] };
      expect(await acquire()).toEqual({ vm, lease });
      expect(operations.filter((operation) => operation === 'TransactGetItems')).toHaveLength(2);
    });
  });

  it('needs no further look when the cancelled grant shows both', async () => {
    const userInUse = { Code: 'ConditionalCheckFailed', Item: user };
    answers = {
      Query: [{ Items: [free] }],
      TransactWriteItems: [{ cancelled: [userInUse, NONE, NONE, NONE, KEY_IN_USE] }],
    };
    expect(await acquire()).toEqual({ vm, lease });
    expect(operations).toEqual(['Query', 'TransactWriteItems']);
  });
});
