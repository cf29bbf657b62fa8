import type {
  CreateTableCommandInput,
  DynamoDBClient,
  GlobalSecondaryIndex,
  KeySchemaElement,
  Projection,
} from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { defined } from '../../../lambda/pool/defined.ts';
import type { IndexSchema, TableSchema } from '../../../lambda/store/dynamodb/schema.ts';
import { TABLE_SCHEMA } from '../../../lambda/store/dynamodb/schema.ts';

/** A table as {@link createTable} makes it, without its name. */
export interface TableDefinition extends Omit<CreateTableCommandInput, 'TableName'> {
  readonly timeToLiveAttribute: string;
}

/** The definition of a table with these keys and indexes. */
function definitionFrom({ indexes, keyTypes, timeToLive, ...keys }: TableSchema): TableDefinition {
  return {
    AttributeDefinitions: Object.entries(keyTypes).map(([AttributeName, AttributeType]) => {
      return { AttributeName, AttributeType };
    }),
    KeySchema: keysOf(keys),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([name, index]) => indexOf(name, index)),
    BillingMode: 'PAY_PER_REQUEST',
    timeToLiveAttribute: timeToLive,
  };
}

function keysOf({ hash, range }: Pick<IndexSchema, 'hash' | 'range'>): KeySchemaElement[] {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}

function indexOf(IndexName: string, index: IndexSchema): GlobalSecondaryIndex {
  return { IndexName, KeySchema: keysOf(index), Projection: projectionOf(index) };
}

function projectionOf({ projected }: IndexSchema): Projection {
  if (projected === 'ALL') return { ProjectionType: 'ALL' };
  if (projected.length === 0) return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] };
}

/** Makes a table, by default the one that the store needs. */
export async function createTable(
  client: DynamoDBClient,
  TableName: string,
  { timeToLiveAttribute: AttributeName, ...definition }: TableDefinition = definitionFrom(TABLE_SCHEMA),
): Promise<void> {
  await client.send(new CreateTableCommand({ TableName, ...definition }));
  const TimeToLiveSpecification = { AttributeName, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}

/** Where a table is. */
export interface TableAddress {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

/** Makes an empty table like another one: the same keys, indexes and time to live. */
export async function copyTable(from: TableAddress, to: TableAddress): Promise<void> {
  await createTable(to.client, to.tableName, await definitionOf(from));
}

async function definitionOf({ client, tableName: TableName }: TableAddress): Promise<TableDefinition> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  if (Table?.KeySchema === undefined) throw new Error(`${TableName} has no keys`);
  if (TimeToLiveDescription?.AttributeName === undefined) throw new Error(`${TableName} has no time to live`);
  const indexes = Table.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => {
    return { IndexName, KeySchema, Projection };
  });
  return defined({
    AttributeDefinitions: Table.AttributeDefinitions,
    KeySchema: Table.KeySchema,
    GlobalSecondaryIndexes: indexes,
    BillingMode: 'PAY_PER_REQUEST' as const,
    timeToLiveAttribute: TimeToLiveDescription.AttributeName,
  });
}
