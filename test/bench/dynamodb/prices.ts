import type { KeysAndAttributes, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { TABLE_SCHEMA } from '../../../lambda/store/dynamodb/schema.ts';

/** An item in the protocol's JSON. */
type Item = NonNullable<TransactWriteItem['Put']>['Item'];

/**
 * Read capacity units of a strongly consistent BatchGetItem of items smaller than 4 KB: one each, also for one that is not
 * there, which DynamoDB Local forgets.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export function readUnits(wanted: readonly KeysAndAttributes[]): number {
  return wanted.reduce((units, { Keys = [] }) => units + Keys.length, 0);
}

/** Size up to which an item is written for one unit, bytes. */
export const UNIT_BYTES = 1_024;

/** Prepared and committed: two units for each. */
const UNITS_IN_A_TRANSACTION = 2;

/** Attributes that the index `work` is ordered by; a VM has no others that change in any index. */
const { hash, range } = TABLE_SCHEMA.indexes.work;
const INDEX_KEYS: readonly string[] = [hash, range];

/** Indexes that a VM is in: `work` and `vms`. */
const INDEXES_OF_A_VM = 2;

/**
 * Write capacity units of a transaction whose items are all smaller than a unit, by AWS's price list. DynamoDB Local (1.25.1)
 * has its own idea: it asks 4 units for a small item as soon as the table has an index, 2 for one that is not there.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 */
export function writeUnits(actions: readonly TransactWriteItem[]): number {
  return actions.reduce((units, action) => units + UNITS_IN_A_TRANSACTION + indexWrites(action), 0);
}

/**
 * How many entries of indexes an action writes: where the key of an entry changes, the old one goes and a new one comes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
function indexWrites({ Put: put, Update: update, Delete: gone }: TransactWriteItem): number {
  if (put !== undefined && !isVm(put.Item)) return put.Item?.eventUser === undefined ? 0 : 1;
  if (put !== undefined) return put.ConditionExpression?.startsWith('attribute_not_exists') ? INDEXES_OF_A_VM : 2;
  if (update !== undefined && isVm(update.Key)) {
    const names = Object.values(update.ExpressionAttributeNames ?? {});
    return INDEX_KEYS.some((key) => names.includes(key)) ? 2 : 0;
  }
  return isVm(gone?.Key) ? INDEXES_OF_A_VM : 0;
}

/** Of the items that are not appended, only those of VMs are in an index. */
function isVm(item: Item): boolean {
  return item?.sk?.S === 'VM';
}
