import { afterAll, beforeAll } from '@jest/globals';
import { describeClosing } from '../contract/closing.ts';
import { describeEventOrder } from '../contract/event-order.ts';
import { describeLeaseStore } from '../contract/lease-store.ts';
import { describeLendingModel } from '../contract/lending-model.ts';
import { describeLinearizability } from '../contract/linearizability.ts';
import { describeListing } from '../contract/listing.ts';
import { TestDatabase } from '../support/dynamodb/database.ts';
import { storeOver } from '../support/dynamodb/table-store.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await TestDatabase.start();
  Object.assign(process.env, database.local.variables);
}, 60_000);

afterAll(() => database.stop());

/** A store over a fresh table. */
async function dynamodb() {
  return storeOver(await database.freshTable());
}

describeLeaseStore('dynamodb', dynamodb);
describeLendingModel('dynamodb', dynamodb, 20);
describeClosing('dynamodb', dynamodb, 8);
describeEventOrder(
  'dynamodb',
  async (clocks) => {
    const tableName = await database.freshTable();
    return clocks.map((clock) => storeOver(tableName, clock));
  },
  40,
);
describeListing('dynamodb', dynamodb);
describeLinearizability('dynamodb', dynamodb, 45);
