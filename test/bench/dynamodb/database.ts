import type { BatchWriteItemCommandOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { VmStatus } from '../../../lambda/pool/vm.ts';
import type { Item } from '../../../lambda/store/dynamodb/items.ts';
import { freeItem, inventoryItem, userItem, vmItem } from '../../../lambda/store/dynamodb/items.ts';
import { toolsMissing } from '../../../scripts/lib/dynamodb-local/install.ts';
import { DynamoDbLocal } from '../../../scripts/lib/dynamodb-local/start.ts';
import { createTable } from '../../../scripts/lib/dynamodb-local/table.ts';
import { allItems } from '../../support/dynamodb/database.ts';
import type { Findings } from '../figures/measure.ts';
import { POOL } from './pool.ts';

/** DynamoDB's limit for one BatchWriteItem. */
const ITEMS_A_WRITE = 25;
const WRITES_AT_ONCE = 4;

/** Runs a part of the benchmark over DynamoDB Local. Where that can't run, the result is a note that says why. */
export function overDynamoDb(measure: (database: Database, isQuick: boolean) => Promise<Findings>) {
  return async (isQuick: boolean): Promise<Findings> => {
    const missing = missingDynamoDb();
    if (missing.length > 0) return { measures: [], notes: missing };
    const database = await Database.start();
    try {
      return await measure(database, isQuick);
    } finally {
      await database.stop();
    }
  };
}

/** A note for each tool without which DynamoDB Local can't run here. */
export function missingDynamoDb(): string[] {
  return toolsMissing().map(({ name, install }) => `DynamoDB: not measured, ${name} is missing (${install})`);
}

/** A DynamoDB Local with tables of any number of VMs. */
export class Database {
  /** Environment variables that lead another process to it. */
  readonly variables: Readonly<Record<string, string>>;
  private readonly client: DynamoDBClient;

  private constructor(private readonly local: DynamoDbLocal) {
    this.client = new DynamoDBClient(local.clientConfig);
    this.variables = local.variables;
  }

  static async start(): Promise<Database> {
    return new Database(await DynamoDbLocal.start());
  }

  /** Makes a table of VMs. */
  async fill(tableName: string, statuses: readonly VmStatus[]): Promise<void> {
    await createTable(this.client, tableName);
    await this.writeItems(tableName, [inventoryItem('', [POOL])]);
    await this.write(tableName, statuses);
  }

  /** Writes the items of VMs directly; the store would need a transaction for each VM. */
  async write(tableName: string, statuses: readonly VmStatus[]): Promise<void> {
    const items = statuses.flatMap(itemsOf);
    const writer = async () => {
      for (let some = items.splice(-ITEMS_A_WRITE); some.length > 0; some = items.splice(-ITEMS_A_WRITE)) {
        await this.writeItems(tableName, some);
      }
    };
    await Promise.all(Array.from({ length: WRITES_AT_ONCE }, writer));
  }

  /** All items of a table. */
  async contents(tableName: string): Promise<Item[]> {
    return allItems(this.client, tableName);
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.local.stop();
  }

  private async writeItems(tableName: string, items: readonly Item[]): Promise<void> {
    let requests: WriteRequest[] | undefined = items.map((item) => ({ PutRequest: { Item: marshall(item) } }));
    while (requests !== undefined && requests.length > 0) {
      const input = { RequestItems: { [tableName]: requests } };
      const output: BatchWriteItemCommandOutput = await this.client.send(new BatchWriteItemCommand(input));
      requests = output.UnprocessedItems?.[tableName];
    }
  }
}

function itemsOf(status: VmStatus): Item[] {
  return [
    vmItem(status),
    ...(status.state === 'free' ? [freeItem(status)] : []),
    ...(status.lease === undefined ? [] : [userItem(status.lease, status.vm)]),
  ];
}
