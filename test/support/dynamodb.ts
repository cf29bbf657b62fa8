import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLocal } from '../../scripts/dynamodb-local/start.ts';
import { createTable } from '../../scripts/dynamodb-local/table.ts';

/** A DynamoDB Local for one suite of tests, and a client to look into it past every store. */
export class TestDatabase {
  readonly client: DynamoDBClient;

  private constructor(readonly local: DynamoDbLocal) {
    this.client = new DynamoDBClient(local.clientConfig);
  }

  static async start(): Promise<TestDatabase> {
    return new TestDatabase(await DynamoDbLocal.start());
  }

  /** @returns the name of an empty table that no other test knows */
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
