import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  RestoreTableToPointInTimeCommand,
} from '@aws-sdk/client-dynamodb';

/** What a restore needs from outside. */
export interface Ports {
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** @returns epoch milliseconds */
  readonly clock: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Prints a line. */
  readonly say: (line: string) => void;
}

/** A table can't be restored as it was asked; the message says why. */
export class CannotRestore extends Error {}

/** From when to when a table can be restored, epoch milliseconds; undefined without point-in-time recovery. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const POLL_MS = 15_000;

/** A table as DynamoDB describes it; undefined when there is none. */
export async function describe({ client }: Ports, TableName: string): Promise<TableDescription | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** The times to which a table can be restored. */
export async function windowOf({ client }: Ports, TableName: string): Promise<Window | undefined> {
  const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED') return undefined;
  const { EarliestRestorableDateTime: from, LatestRestorableDateTime: to } = recovery;
  return { fromMs: from?.getTime() ?? 0, toMs: to?.getTime() ?? 0 };
}

/** Begins to restore a table. {@link untilActive} waits for it. */
export async function restore({ client }: Ports, source: string, target: string, atMs: number): Promise<void> {
  await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: source,
      TargetTableName: target,
      RestoreDateTime: new Date(atMs),
    }),
  );
}

/** Waits until a table and its indexes can be used. @throws {@link CannotRestore} when it is gone */
export async function untilActive(ports: Ports, name: string): Promise<TableDescription> {
  const startMs = ports.clock();
  for (let lastMinute = 0; ; await ports.sleep(POLL_MS)) {
    const table = await describe(ports, name);
    if (table === undefined) throw new CannotRestore(`${name} is gone; DynamoDB gave the restore up`);
    if (isActive(table)) return table;
    const minute = Math.floor((ports.clock() - startMs) / 60_000);
    if (minute > lastMinute) ports.say(`${name} is ${String(table.TableStatus)} for ${String(minute)} min`);
    lastMinute = minute;
  }
}

function isActive({ TableStatus, GlobalSecondaryIndexes = [], RestoreSummary }: TableDescription): boolean {
  const areIndexesActive = GlobalSecondaryIndexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
  return TableStatus === 'ACTIVE' && areIndexesActive && RestoreSummary?.RestoreInProgress !== true;
}
