import { randomUUID } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import pMap from 'p-map';
import { defined } from '../../pool/defined.ts';
import type { Meter } from '../../pool/meter.ts';
import type { Api, DynamoDb } from './client.ts';
import type { Action, Condition, Path } from './expressions.ts';
import { listOf, namesAndValues, transactItem } from './expressions.ts';
import type { Item, ItemAt, Key } from './items.ts';
import type { Deadline } from './retry.ts';
import { backOff, Cancelled, deadlineFromNow, retryCancelled, sendOnce, sendUntilSettled } from './retry.ts';
import type { IndexName } from './schema.ts';

/** Most keys that one BatchGetItem takes. */
const BATCH = 100;
const BATCHES_AT_ONCE = 8;

/** Most items that one request of a long query reads, so that each is answered long before it times out. */
const PAGE = 2_500;

/** What is found under several keys, in their order. */
type Items<Keys extends readonly Key[]> = { -readonly [Place in keyof Keys]: ItemAt<Keys[Place]> | undefined };

type RawKey = Record<string, AttributeValue>;

/** A query of one partition of the table or of an index, in the order of the sort key. */
export interface Query<Entry> {
  readonly index?: IndexName;
  readonly key: Condition;
  readonly backward?: boolean;
  readonly limit?: number;
  /** The only attributes to answer; without them, all that the index has. */
  readonly attributes?: readonly Path[];
  /** Where an earlier page ended. */
  readonly after?: RawKey | undefined;
  /** Never set: the type of what the query finds. */
  readonly entry?: Entry;
}

/** What a query found, and where the next page starts. */
export interface Found<Entry> {
  readonly items: readonly Entry[];
  readonly next: RawKey | undefined;
}

/** When a request that was sent is given up. */
type Ends = 'at the deadline' | 'after its answer';

/** One DynamoDB table, in terms of plain items. Calls without a deadline get a new one. */
export class Table {
  /** The table and its place, for errors. */
  private readonly where: string;

  constructor(
    private readonly client: DynamoDb,
    private readonly name: string,
    readonly meter: Meter = () => undefined,
  ) {
    this.where = `table ${name} at ${client.place}`;
  }

  /**
   * Reads one key, once.
   * @param timeoutMs - longest wait for the answer
   * @throws `StoreUnavailable` when there is no answer, `DynamoDbError` when the request is wrong
   */
  async ping(key: Key, timeoutMs: number): Promise<void> {
    const input = { TableName: this.name, Key: marshall(key), ConsistentRead: true };
    await sendOnce(this.where, (limitMs) => this.client.send('GetItem', input, limitMs), timeoutMs);
  }

  /** One item, strongly consistent. */
  async get<Of extends Key>(key: Of, deadline?: Deadline): Promise<ItemAt<Of> | undefined> {
    const input = { TableName: this.name, Key: marshall(key), ConsistentRead: true };
    const { Item: item } = await this.send('GetItem', input, deadline);
    return item && (unmarshall(item) as ItemAt<Of>);
  }

  /** Several items, strongly consistent, in the order of the keys; one request for each hundred. */
  async getAll<const Keys extends readonly Key[]>(wanted: Keys, deadline = deadlineFromNow()): Promise<Items<Keys>> {
    // DynamoDB refuses a key that comes twice.
    const distinct = [...new Map(wanted.map((key) => [nameOf(key), key])).values()];
    const batches = Array.from({ length: Math.ceil(distinct.length / BATCH) }, (_, n) => {
      return distinct.slice(n * BATCH, (n + 1) * BATCH);
    });
    const found = await pMap(batches, (batch) => this.getBatch(batch, deadline), { concurrency: BATCHES_AT_ONCE });
    const byKey = new Map(found.flat().map((item) => [nameOf(item), item]));
    return wanted.map((key) => byKey.get(nameOf(key))) as Items<Keys>;
  }

  /**
   * Several items as they are at one and the same moment, which `getAll` does not promise: it may read between the
   * writes of a transaction.
   * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation)
   */
  async snapshot<const Keys extends readonly Key[]>(wanted: Keys, deadline: Deadline): Promise<Items<Keys>> {
    const TransactItems = wanted.map((key) => ({ Get: { TableName: this.name, Key: marshall(key) } }));
    const read = () => this.send('TransactGetItems', { TransactItems }, deadline);
    const { Responses = [] } = await retryCancelled(this.meter, read, deadline);
    return Responses.map(({ Item: item }) => item && unmarshall(item)) as Items<Keys>;
  }

  /** Those of the items that exist, in any order. */
  private async getBatch(batch: readonly Key[], deadline: Deadline): Promise<Item[]> {
    const found: Item[] = [];
    let keysLeft: RawKey[] = batch.map((key) => marshall(key));
    for (let attempt = 0; keysLeft.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt, deadline);
      const request = { [this.name]: { Keys: keysLeft, ConsistentRead: true } };
      const output = await this.send('BatchGetItem', { RequestItems: request }, deadline);
      found.push(...(output.Responses?.[this.name] ?? []).map((item) => unmarshall(item) as Item));
      keysLeft = output.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return found;
  }

  /** Strongly consistent on the table; an index is a moment behind it. */
  async query<Entry>(query: Query<Entry>, deadline?: Deadline): Promise<Found<Entry>> {
    const { Items = [], LastEvaluatedKey: next } = await this.send('Query', this.queryInput(query), deadline);
    return { items: Items.map((item) => unmarshall(item) as Entry), next };
  }

  /** All that a query finds, or the first of it up to its limit, however many pages DynamoDB makes of that. */
  async queryAll<Entry>({ limit, ...query }: Query<Entry>, deadline?: Deadline): Promise<Entry[]> {
    const items: Entry[] = [];
    let after: RawKey | undefined;
    do {
      const page = Math.min(PAGE, (limit ?? Infinity) - items.length);
      const found = await this.query({ ...query, limit: page, after }, deadline);
      items.push(...found.items);
      after = found.next;
    } while (after !== undefined && items.length < (limit ?? Infinity));
    return items;
  }

  /** How many items a query finds. */
  async count(query: Query<unknown>, deadline?: Deadline): Promise<number> {
    let count = 0;
    let after: RawKey | undefined;
    do {
      const input = { ...this.queryInput({ ...query, limit: PAGE, after }), Select: 'COUNT' as const };
      const output = await this.send('Query', input, deadline);
      count += output.Count ?? 0;
      after = output.LastEvaluatedKey;
    } while (after !== undefined);
    return count;
  }

  /** Puts one item over whatever is there. */
  async put(item: Item, deadline?: Deadline): Promise<void> {
    const input = { TableName: this.name, Item: marshall(item, { removeUndefinedValues: true }) };
    await this.send('PutItem', input, deadline);
  }

  /**
   * Makes all the actions, or none; an optional action is left out when its condition fails. If an answer is lost, the
   * same transaction is sent again under the same token until its outcome is known.
   * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
   *
   * @param ends - when to stop waiting for an answer. A request that was sent before the deadline is awaited beyond it:
   *   otherwise the transaction could be made after its caller got a 503 and had looked. A sync answers nobody, so the
   *   deadline cuts its wait
   * @throws {@link Cancelled} when a condition failed or another transaction was in the way, `StoreUnavailable` when
   *   the outcome is not known at the deadline
   */
  async transact(
    actions: readonly Action[],
    deadline = deadlineFromNow(),
    ends: Ends = 'after its answer',
  ): Promise<void> {
    try {
      await this.transactAll(actions, deadline, ends);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      const failed = actions.filter((_, position) => error.failedAt(position));
      if (failed.length === 0 || !failed.every(({ optional }) => optional)) throw error;
      await this.transact(
        actions.filter((action) => !failed.includes(action)),
        deadline,
        ends,
      );
    }
  }

  private async transactAll(actions: readonly Action[], deadline: Deadline, ends: Ends): Promise<void> {
    const TransactItems = actions.map((action) => transactItem(this.name, action));
    await this.send('TransactWriteItems', { ClientRequestToken: randomUUID(), TransactItems }, deadline, ends);
  }

  private async send<Name extends keyof Api>(
    operation: Name,
    input: Api[Name][0],
    deadline = deadlineFromNow(),
    ends: Ends = 'at the deadline',
  ): Promise<Api[Name][1]> {
    const timeout = (leftMs: number) => (ends === 'at the deadline' ? leftMs : undefined);
    const request = (leftMs: number) => this.client.send(operation, input, timeout(leftMs));
    return sendUntilSettled(this.where, this.meter, request, deadline);
  }

  private queryInput({ index, key, backward, limit, after, attributes = [] }: Query<unknown>) {
    const { expression, names } = listOf(attributes);
    return defined({
      TableName: this.name,
      IndexName: index,
      ConsistentRead: index === undefined,
      KeyConditionExpression: key.expression,
      ProjectionExpression: attributes.length > 0 ? expression : undefined,
      ...namesAndValues({ names: { ...key.names, ...names }, values: key.values }),
      ScanIndexForward: backward !== true,
      Limit: limit,
      ExclusiveStartKey: after,
    });
  }
}

/** A name that no other key has, whatever its characters. */
function nameOf({ pk, sk }: Key): string {
  return JSON.stringify([pk, sk]);
}
