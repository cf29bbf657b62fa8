import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  AttributeDefinition,
  CreateTableCommandInput,
  DynamoDBClient,
  GlobalSecondaryIndex,
  KeySchemaElement,
} from '@aws-sdk/client-dynamodb';

/** A table as {@link createTable} makes it, without its name. */
export interface TableDefinition extends Omit<CreateTableCommandInput, 'TableName'> {
  readonly timeToLiveAttribute: string;
}

/** The table of the product; `terraform/modules/dynamodb` makes the same one on AWS. */
const POOL_TABLE: TableDefinition = {
  AttributeDefinitions: [
    ...['pk', 'sk', 'work', 'eventUser'].map((AttributeName): AttributeDefinition => ({
      AttributeName,
      AttributeType: 'S',
    })),
    { AttributeName: 'dueAtSec', AttributeType: 'N' },
  ],
  KeySchema: keysOf('pk', 'sk'),
  GlobalSecondaryIndexes: [indexOf('work', 'work', 'dueAtSec'), indexOf('by-user', 'eventUser', 'sk')],
  BillingMode: 'PAY_PER_REQUEST',
  timeToLiveAttribute: 'ttl',
};

function keysOf(hash: string, range: string): KeySchemaElement[] {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}

function indexOf(IndexName: string, hash: string, range: string): GlobalSecondaryIndex {
  return { IndexName, KeySchema: keysOf(hash, range), Projection: { ProjectionType: 'ALL' } };
}

/** Makes a table, by default the one that the store wants. */
export async function createTable(
  client: DynamoDBClient,
  TableName: string,
  { timeToLiveAttribute: AttributeName, ...definition }: TableDefinition = POOL_TABLE,
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
  return {
    AttributeDefinitions: Table.AttributeDefinitions,
    KeySchema: Table.KeySchema,
    ...(indexes !== undefined && { GlobalSecondaryIndexes: indexes }),
    BillingMode: 'PAY_PER_REQUEST',
    timeToLiveAttribute: TimeToLiveDescription.AttributeName,
  };
}
