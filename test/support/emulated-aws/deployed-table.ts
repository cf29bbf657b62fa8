import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDbLocal } from '../../../scripts/lib/dynamodb-local/start.ts';
import { copyTable } from '../../../scripts/lib/dynamodb-local/table.ts';
import { FaultProxy, type Call } from '../dynamodb/fault-proxy.ts';
import type { Use } from './role.ts';
import { ACCOUNT_ID, REGION, type EmulatedAws } from './server.ts';

/** A table of the emulated AWS, ready to be worked with. */
export interface DeployedTable {
  /** The one variable that leads an AWS SDK to it */
  readonly variables: Readonly<Record<string, string>>;
  /** Everything that was done to it, each thing once */
  readonly uses: ReadonlyMap<string, Use>;
  stop(): Promise<void>;
}

/**
 * Makes a table work like DynamoDB: moto, which Terraform made it in, has no atomic transactions. So an empty table of the
 * very definition is made in DynamoDB Local, and all that is asked of it is noted on the way.
 */
export async function deployedTable(
  aws: EmulatedAws,
  database: DynamoDbLocal,
  tableName: string,
): Promise<DeployedTable> {
  const from = new DynamoDBClient(aws.clientConfig);
  const to = new DynamoDBClient(database.clientConfig);
  await copyTable({ client: from, tableName }, { client: to, tableName });
  from.destroy();
  to.destroy();

  const uses = new Map<string, Use>();
  const proxy = await FaultProxy.start(database.endpoint);
  proxy.follow((call) => {
    for (const use of usesOf(call)) uses.set(`${use.action} ${use.resource}`, use);
    return undefined; // no fault
  });
  return { variables: { AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint }, uses, stop: () => proxy.stop() };
}

/** The ARN of a table, or of an index of it. */
export function tableArn(tableName: string, indexName?: string): string {
  const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${tableName}`;
  return indexName === undefined ? table : `${table}/index/${indexName}`;
}

/**
 * What IAM judges a call by. For a transaction that is each action in it, a condition that stands by itself included.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
function usesOf({ operation, input }: Call): Use[] {
  switch (operation) {
    case 'TransactWriteItems':
      return (input.TransactItems as TransactItem[]).flatMap((item) =>
        Object.entries(item).map(([kind, { TableName }]) => use(`${kind}Item`, TableName)),
      );
    case 'BatchGetItem':
      return Object.keys(input.RequestItems as object).map((tableName) => use(operation, tableName));
    default:
      return [use(operation, input.TableName as string, input.IndexName as string | undefined)];
  }
}

/** `Put`, `Update`, `Delete` or `ConditionCheck`, and what with. */
type TransactItem = Readonly<Record<string, { readonly TableName: string }>>;

function use(operation: string, tableName: string, indexName?: string): Use {
  return { action: `dynamodb:${operation}`, resource: tableArn(tableName, indexName) };
}
