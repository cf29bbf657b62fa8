import type { OnDemandThroughput, TableDescription, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import {
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { defined } from '../../../lambda/pool/defined.ts';
import type { Ports } from './table.ts';
import { CannotRestore, describe, untilActive } from './table.ts';

/** Carries one setting over, if the tables differ in it. @returns what was set; undefined for nothing */
type Step = (ports: Ports, source: TableDescription, target: TableDescription) => Promise<string | undefined>;

/**
 * What DynamoDB does not restore, and what it is not documented to restore. Keys, indexes, data and encryption come with
 * the restore.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
 */
const SETTINGS: readonly Step[] = [timeToLive, tags, mostRequestUnits];

/** What makes a restored table complete, the last thing that is set. */
const SAFETY: readonly Step[] = [deletionProtection, pointInTimeRecovery];

/** Gives the target the settings of the source that a restore leaves out. @returns what was set */
export function carryOver(ports: Ports, source: string, target: string): Promise<string[]> {
  return take(SETTINGS, ports, source, target);
}

/** Protects the target as the source is. From then on {@link restore} counts as complete. @returns what was set */
export function protect(ports: Ports, source: string, target: string): Promise<string[]> {
  return take(SAFETY, ports, source, target);
}

async function take(steps: readonly Step[], ports: Ports, source: string, target: string): Promise<string[]> {
  const from = await describe(ports, source);
  if (from === undefined) throw new CannotRestore(`there is no table ${source}`);
  const set: string[] = [];
  for (const step of steps) {
    // DynamoDB refuses a change of a table that it is still changing.
    const done = await step(ports, from, await untilActive(ports, target));
    if (done !== undefined) set.push(done);
  }
  return set;
}

async function timeToLive({ client }: Ports, source: TableDescription, target: TableDescription) {
  const attributeOf = async ({ TableName }: TableDescription) => {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    return TimeToLiveDescription?.AttributeName;
  };
  const AttributeName = await attributeOf(source);
  if (AttributeName === undefined || (await attributeOf(target)) === AttributeName) return undefined;
  const TimeToLiveSpecification = { AttributeName, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: target.TableName, TimeToLiveSpecification }));
  return `time to live by ${AttributeName}`;
}

async function tags({ client }: Ports, source: TableDescription, target: TableDescription) {
  const tagsOf = async ({ TableArn }: TableDescription) => {
    const { Tags = [] } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: TableArn }));
    return Tags;
  };
  const has = (await tagsOf(target)).map((tag) => JSON.stringify(tag));
  const Tags = (await tagsOf(source)).filter((tag) => !has.includes(JSON.stringify(tag)));
  if (Tags.length === 0) return undefined;
  await client.send(new TagResourceCommand({ ResourceArn: target.TableArn, Tags }));
  const names = Tags.map(({ Key }) => String(Key)).sort();
  return `tags ${names.join(', ')}`;
}

/** The caps of the table and of each index: without one, an index can be read without bound. */
async function mostRequestUnits(ports: Ports, source: TableDescription, target: TableDescription) {
  const missing = (wanted?: OnDemandThroughput, there?: OnDemandThroughput) =>
    JSON.stringify(wanted) === JSON.stringify(there) ? undefined : wanted;
  const { GlobalSecondaryIndexes: indexes = [] } = target;
  const updates = (source.GlobalSecondaryIndexes ?? []).flatMap(({ IndexName, OnDemandThroughput: wanted }) => {
    const cap = missing(wanted, indexes.find((index) => index.IndexName === IndexName)?.OnDemandThroughput);
    return cap === undefined ? [] : [{ Update: { IndexName, OnDemandThroughput: cap } }];
  });
  const cap = missing(source.OnDemandThroughput, target.OnDemandThroughput);
  if (cap === undefined && updates.length === 0) return undefined;
  const GlobalSecondaryIndexUpdates = updates.length === 0 ? undefined : updates;
  await update(ports, target, { OnDemandThroughput: cap, GlobalSecondaryIndexUpdates });
  return 'most request units';
}

async function deletionProtection(ports: Ports, source: TableDescription, target: TableDescription) {
  if (!source.DeletionProtectionEnabled || target.DeletionProtectionEnabled) return undefined;
  await update(ports, target, { DeletionProtectionEnabled: true });
  return 'deletion protection';
}

async function update({ client }: Ports, { TableName }: TableDescription, changes: Partial<UpdateTableCommandInput>) {
  await client.send(new UpdateTableCommand({ TableName, ...defined(changes) }));
}

const RETRY_MS = 10_000;
const TRIES = 30;

/** DynamoDB first prepares the backups of a new table, and refuses until it has. */
async function pointInTimeRecovery({ client, sleep }: Ports, _: TableDescription, { TableName }: TableDescription) {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
      return 'point-in-time recovery';
    } catch (error) {
      const isTooEarly = error instanceof Error && error.name === 'ContinuousBackupsUnavailableException';
      if (!isTooEarly || attempt === TRIES) throw error;
      await sleep(RETRY_MS);
    }
  }
}
