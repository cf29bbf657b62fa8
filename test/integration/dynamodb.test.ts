import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbLocal } from '../../scripts/dynamodb-local/start.ts';
import { createTable } from '../../scripts/dynamodb-local/table.ts';
import { describeLeaseStore } from '../contract/lease-store.ts';
import { describeLendingModel } from '../contract/lending-model.ts';
import { describeLinearizability } from '../contract/linearizability.ts';
import { storeOver } from '../support/table-store.ts';

let database: DynamoDbLocal;

beforeAll(async () => {
  database = await DynamoDbLocal.start();
  Object.assign(process.env, database.variables);
}, 60_000);

afterAll(() => database.stop());

/** A store over a table of its own. */
async function dynamodb() {
  const tableName = `vm-pool-${randomUUID()}`;
  await createTable(new DynamoDBClient(database.clientConfig), tableName);
  return storeOver(tableName);
}

describeLeaseStore('dynamodb', dynamodb);
describeLendingModel('dynamodb', dynamodb, 20);
describeLinearizability('dynamodb', dynamodb, 60);
