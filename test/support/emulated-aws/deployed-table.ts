import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDbLocal } from '../../../scripts/lib/dynamodb-local/start.ts';
import { copyTable } from '../../../scripts/lib/dynamodb-local/table.ts';
import type { Call } from '../dynamodb/fault-proxy.ts';
import { FaultProxy } from '../dynamodb/fault-proxy.ts';
import type { Use } from './iam.ts';
import type { EmulatedAws } from './server.ts';
import { ACCOUNT_ID, REGION } from './server.ts';

/** A table of the emulated AWS, ready for use. */
export interface DeployedTable {
  /** The environment variable that leads AWS SDKs to it */
  readonly variables: Readonly<Record<string, string>>;
  /** Distinct uses by its callers */
  readonly uses: ReadonlyMap<string, Use>;
  stop(): Promise<void>;
}

/**
 * Copies a table of the emulated AWS, without items, into DynamoDB Local, because moto's transactions are not atomic. A
 * proxy before it records each request.
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

/** The ARN of a table, or of one of its indexes. */
export function tableArn(tableName: string, indexName?: string): string {
  const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT_ID}:table/${tableName}`;
  return indexName === undefined ? table : `${table}/index/${indexName}`;
}

/**
 * The actions and resources for which IAM checks a call. A transaction counts as each of its actions, `ConditionCheck`
 * included.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
function usesOf({ operation, input }: Call): Use[] {
  switch (operation) {
    case 'TransactGetItems':
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

/** `Get`, `Put`, `Update`, `Delete` or `ConditionCheck`, with its parameters. */
type TransactItem = Readonly<Record<string, { readonly TableName: string }>>;

function use(operation: string, tableName: string, indexName?: string): Use {
  return { action: `dynamodb:${operation}`, resource: tableArn(tableName, indexName) };
}
