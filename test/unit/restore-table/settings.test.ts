import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { carryOver, protect } from '../../../scripts/lib/restore-table/settings.ts';
import type { Ports } from '../../../scripts/lib/restore-table/table.ts';
import { CannotRestore, untilActive } from '../../../scripts/lib/restore-table/table.ts';

const CAP = { MaxReadRequestUnits: 400, MaxWriteRequestUnits: 200 };
const TTL = { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } };

/** A DynamoDB that knows an old table and a new one. */
class FakeDynamoDb {
  readonly sent: { name: string; input: Record<string, unknown> }[] = [];
  slept = 0;
  /** What it answers to a command, by its name and its table; an Error is thrown. */
  answers: Record<string, unknown> = {};
  tables: Record<string, Partial<TableDescription>[]> = {};

  readonly ports = {
    client: { send: (command: { constructor: { name: string }; input: object }) => this.answer(command) },
    clock: () => this.slept,
    sleep: async (ms: number) => {
      this.slept += ms;
    },
    say: () => undefined,
  } as unknown as Ports;

  private async answer(command: { constructor: { name: string }; input: object }): Promise<unknown> {
    const name = command.constructor.name.replace(/Command$/, '');
    const input = command.input as Record<string, unknown>;
    const table = String(input.TableName ?? input.ResourceArn);
    if (name === 'DescribeTable') return { Table: this.described(table) };
    if (/^(Update|Tag)/.test(name)) this.sent.push({ name, input });
    const answer = this.answers[`${name} ${table}`] ?? {};
    const one: unknown = Array.isArray(answer) ? (answer as unknown[]).shift() : answer;
    if (one instanceof Error) throw one;
    return one ?? {};
  }

  /** The next description of a table; the last one stays. */
  private described(name: string): TableDescription | undefined {
    const [first, ...others] = this.tables[name] ?? [];
    if (others.length > 0) this.tables[name] = others;
    return first && { TableName: name, TableArn: name, TableStatus: 'ACTIVE', ...first };
  }
}

let dynamoDb: FakeDynamoDb;
beforeEach(() => {
  dynamoDb = new FakeDynamoDb();
});

describe('carryOver', () => {
  const indexes = ['vms', 'work'].map((IndexName) => ({ IndexName, IndexStatus: 'ACTIVE' as const }));

  it('gives the new table time to live, tags, and the caps of table and indexes', async () => {
    const capped = indexes.map((index) => ({ ...index, OnDemandThroughput: CAP }));
    dynamoDb.tables = {
      old: [{ OnDemandThroughput: CAP, GlobalSecondaryIndexes: capped }],
      new: [{ GlobalSecondaryIndexes: indexes }],
    };
    const tags = [
      { Key: 'service', Value: 'vm-pool' },
      { Key: 'environment', Value: 'dev' },
    ];
    dynamoDb.answers = { 'DescribeTimeToLive old': TTL, 'ListTagsOfResource old': { Tags: tags } };
    const set = await carryOver(dynamoDb.ports, 'old', 'new');
    expect(set).toEqual(['time to live by ttl', 'tags environment, service', 'most request units']);
    expect(dynamoDb.sent).toEqual([
      {
        name: 'UpdateTimeToLive',
        input: { TableName: 'new', TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } },
      },
      { name: 'TagResource', input: { ResourceArn: 'new', Tags: tags } },
      {
        name: 'UpdateTable',
        input: {
          TableName: 'new',
          OnDemandThroughput: CAP,
          GlobalSecondaryIndexUpdates: [
            { Update: { IndexName: 'vms', OnDemandThroughput: CAP } },
            { Update: { IndexName: 'work', OnDemandThroughput: CAP } },
          ],
        },
      },
    ]);
  });

  it('sets nothing that DynamoDB has restored', async () => {
    const same = { OnDemandThroughput: CAP, GlobalSecondaryIndexes: indexes };
    dynamoDb.tables = { old: [same], new: [same] };
    const tags = { Tags: [{ Key: 'service', Value: 'vm-pool' }] };
    dynamoDb.answers = {
      'DescribeTimeToLive old': TTL,
      'DescribeTimeToLive new': TTL,
      'ListTagsOfResource old': tags,
      'ListTagsOfResource new': tags,
    };
    expect(await carryOver(dynamoDb.ports, 'old', 'new')).toEqual([]);
    expect(dynamoDb.sent).toEqual([]);
  });

  it('waits while DynamoDB still changes the new table', async () => {
    dynamoDb.tables = { old: [{}], new: [{ TableStatus: 'UPDATING' }, {}] };
    await carryOver(dynamoDb.ports, 'old', 'new');
    expect(dynamoDb.slept).toBeGreaterThan(0);
  });
});

describe('protect', () => {
  const tooEarly = Object.assign(new Error('Backups are being enabled'), {
    name: 'ContinuousBackupsUnavailableException',
  });
  const recovery = expect.objectContaining({ name: 'UpdateContinuousBackups' });

  it('protects the new table as the old one is, and turns on its recovery last', async () => {
    dynamoDb.tables = { old: [{ DeletionProtectionEnabled: true }], new: [{}] };
    expect(await protect(dynamoDb.ports, 'old', 'new')).toEqual(['deletion protection', 'point-in-time recovery']);
    expect(dynamoDb.sent).toEqual([
      { name: 'UpdateTable', input: { TableName: 'new', DeletionProtectionEnabled: true } },
      recovery,
    ]);
  });

  it('leaves a table unprotected whose old one is', async () => {
    dynamoDb.tables = { old: [{}], new: [{}] };
    expect(await protect(dynamoDb.ports, 'old', 'new')).toEqual(['point-in-time recovery']);
  });

  it('tries again until DynamoDB has prepared the backups', async () => {
    dynamoDb.tables = { old: [{}], new: [{}] };
    dynamoDb.answers = { 'UpdateContinuousBackups new': [tooEarly, tooEarly, {}] };
    await protect(dynamoDb.ports, 'old', 'new');
    expect(dynamoDb.sent).toEqual([recovery, recovery, recovery]);
  });

  it('gives up after some minutes', async () => {
    dynamoDb.tables = { old: [{}], new: [{}] };
    dynamoDb.answers = { 'UpdateContinuousBackups new': tooEarly };
    await expect(protect(dynamoDb.ports, 'old', 'new')).rejects.toBe(tooEarly);
    expect(dynamoDb.slept).toBeLessThan(10 * 60_000);
  });
});

describe('untilActive', () => {
  it.each([
    { rule: 'the table', description: { TableStatus: 'CREATING' } },
    { rule: 'an index', description: { GlobalSecondaryIndexes: [{ IndexStatus: 'CREATING' }] } },
    { rule: 'its restore', description: { RestoreSummary: { RestoreInProgress: true } } },
  ] as { rule: string; description: Partial<TableDescription> }[])('waits for $rule', async ({ description }) => {
    dynamoDb.tables = { new: [description, description, {}] };
    await untilActive(dynamoDb.ports, 'new');
    expect(dynamoDb.slept).toBe(30_000);
  });

  it('ends when DynamoDB has given the restore up', async () => {
    dynamoDb.tables = { new: [{ TableStatus: 'CREATING' }] };
    const waited = untilActive(dynamoDb.ports, 'gone');
    await expect(waited).rejects.toThrow(CannotRestore);
  });
});
