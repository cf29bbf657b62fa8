import type { KeysAndAttributes, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { TABLE_SCHEMA } from '../../../lambda/store/dynamodb/schema.ts';

/** An item in the protocol's JSON. */
type Item = NonNullable<TransactWriteItem['Put']>['Item'];

/**
 * Read capacity units of a strongly consistent BatchGetItem of items smaller than 4 KB: one for each key. DynamoDB
 * Local forgets the absent items, for which AWS charges too.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export function readUnits(wanted: readonly KeysAndAttributes[]): number {
  return wanted.reduce((units, { Keys = [] }) => units + Keys.length, 0);
}

/** Size up to which an item is written for one unit, bytes. */
export const UNIT_BYTES = 1_024;

/** AWS charges two units an item: one to prepare, one to commit. */
const UNITS_IN_A_TRANSACTION = 2;

/** Keys of the index `work`. A change of a VM changes its keys in this index only. */
const { hash, range } = TABLE_SCHEMA.indexes.work;
const INDEX_KEYS: readonly string[] = [hash, range];

/** Indexes that a VM is in: `work` and `vms`. */
const INDEXES_OF_A_VM = 2;

/**
 * Write capacity units of a transaction whose items are all smaller than a unit, by AWS's price list. DynamoDB Local
 * (1.25.1) counts differently: 4 units for a small item when the table has an index, 2 for an absent item.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 */
export function writeUnits(actions: readonly TransactWriteItem[]): number {
  return actions.reduce((units, action) => units + UNITS_IN_A_TRANSACTION + indexWrites(action), 0);
}

/**
 * Number of index entries that an action writes. A change of an entry's key deletes the old entry and writes a new one.
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

/** Besides events, only the items of VMs are in an index. */
function isVm(item: Item): boolean {
  return item?.sk?.S === 'VM';
}
