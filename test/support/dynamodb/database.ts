import { randomUUID } from 'node:crypto';
import type { ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../../../lambda/store/dynamodb/items.ts';
import { DynamoDbLocal } from '../../../scripts/lib/dynamodb-local/start.ts';
import { createTable } from '../../../scripts/lib/dynamodb-local/table.ts';

/** A DynamoDB Local for one test file, and a client that reads it directly, without a store. */
export class TestDatabase {
  readonly client: DynamoDBClient;

  private constructor(readonly local: DynamoDbLocal) {
    this.client = new DynamoDBClient(local.clientConfig);
  }

  static async start(): Promise<TestDatabase> {
    return new TestDatabase(await DynamoDbLocal.start());
  }

  /** Makes an empty table for one test. @returns its name */
  async freshTable(): Promise<string> {
    const name = `vm-pool-${randomUUID()}`;
    await createTable(this.client, name);
    return name;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.local.stop();
  }
}

/** Every item of a table, read without a store. Exact only while nobody writes: a scan is not a snapshot. */
export async function allItems(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: ScanCommandOutput['LastEvaluatedKey'];
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }),
    );
    items.push(...(page.Items ?? []).map((item) => unmarshall(item) as Item));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}
