import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DynamoDbLocal } from '../../scripts/lib/dynamodb-local/start.ts';
import { createTable } from '../../scripts/lib/dynamodb-local/table.ts';

const TableName = 'leases';
const ROUNDS = 4;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-table-'));
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));

/** Runs DynamoDB Local on the folder for as long as `use` takes, and ends it at once after that. */
async function withDatabase<Result>(use: (client: DynamoDBClient) => Promise<Result>): Promise<Result> {
  const database = await DynamoDbLocal.start({ folder });
  const client = new DynamoDBClient(database.clientConfig);
  const result = await use(client);
  client.destroy();
  await database.stop();
  return result;
}

// It answers before SQLite has committed: without patience a quarter of such transactions were lost on a busy computer.
it('keeps each transaction that it has acknowledged, though it is ended at once', async () => {
  await withDatabase((client) => createTable(client, TableName));
  for (let round = 0; round < ROUNDS; round += 1) {
    const Key = { pk: { S: `round ${String(round)}` }, sk: { S: 'a' } };
    const Other = { ...Key, sk: { S: 'b' } };
    await withDatabase((client) =>
      client.send(
        new TransactWriteItemsCommand({ TransactItems: [Key, Other].map((Item) => ({ Put: { TableName, Item } })) }),
      ),
    );
    const { Item } = await withDatabase((client) => client.send(new GetItemCommand({ TableName, Key })));
    expect(Item).toEqual(Key);
  }
}, 120_000);
