import { randomUUID } from 'node:crypto';
import type { AttributeValue, CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { StoreUnavailable } from '../../pool/refusals.ts';
import { DynamoDbError } from './client.ts';
import type { DynamoDb } from './client.ts';
import type { Item, Key } from './layout.ts';

/** A condition, with the names and values it speaks of. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** One action of a transaction. */
export type Action = Write & {
  readonly if?: Condition;
  /** Whether the rest is to be done without this action when its condition does not hold. */
  readonly optional?: boolean;
};

type Write =
  | { readonly put: Item }
  | { readonly delete: Key }
  /** `set`: attributes that get new values. `remove`: attributes that go. */
  | { readonly update: Key; readonly set: Readonly<Record<string, unknown>>; readonly remove?: readonly string[] };

/** A query of one partition of the table or of an index, in the order of the sort key. */
export interface Query {
  readonly index?: 'work' | 'by-user';
  readonly key: Condition;
  readonly backward?: boolean;
  readonly limit?: number;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** What a query found, and where it goes on. */
export interface Found {
  readonly items: readonly Item[];
  readonly next: Readonly<Record<string, unknown>> | undefined;
}

const CANCELLED = 'TransactionCanceledException';
const CONDITION_FAILED = 'ConditionalCheckFailed';

/** Why a transaction was not made: for each action the item that its condition failed on. */
export class Cancelled extends Error {
  constructor(private readonly reasons: readonly CancellationReason[]) {
    super('the transaction was cancelled');
  }

  /** Whether a condition failed; else another transaction was in the way, or there was too much to do. */
  get isByCondition(): boolean {
    return this.reasons.some(({ Code: code }) => code === CONDITION_FAILED);
  }

  /** Whether the condition of the action at this place failed. */
  failedAt(place: number): boolean {
    return this.reasons[place]?.Code === CONDITION_FAILED;
  }

  /** The item that the condition of the action at this place failed on, if it failed and there was one. */
  itemAt(place: number): Item | undefined {
    const item = this.failedAt(place) ? this.reasons[place]?.Item : undefined;
    return item && (unmarshall(item) as Item);
  }
}

/** Longest that one call of the store takes to come to an outcome, milliseconds. Inside the function's time-out. */
const DEADLINE_MS = 6_000;

/**
 * Errors that say that a request was wrong, not that it came at a bad moment; repeating it is useless.
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html)
 */
const OURS = [
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ResourceNotFoundException',
  'SerializationException',
  'UnrecognizedClientException',
  'ValidationException',
];

/** A point in time after which a call gives up. */
export type Deadline = number;

/** When a call of the store that begins now has to come to an outcome. */
export function deadlineFromNow(): Deadline {
  return performance.now() + DEADLINE_MS;
}

/** Waits a moment that grows with every attempt, random so that those who met once do not meet again. */
export async function backOff(attempt: number, deadline: Deadline, cause?: unknown): Promise<void> {
  const waitMs = Math.random() * Math.min(400, 10 * 2 ** attempt);
  if (performance.now() + waitMs > deadline) throw new StoreUnavailable({ cause });
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}

/** Repeats what somebody else's change disturbed, all of it within one deadline. @throws what `attemptIt` throws besides */
export async function untilUndisturbed<Result>(
  attemptIt: (deadline: Deadline, isFirst: boolean) => Promise<Result>,
): Promise<Result> {
  const deadline = deadlineFromNow();
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptIt(deadline, attempt === 0);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      await backOff(attempt, deadline, error);
    }
  }
}

/** One DynamoDB table, in terms of plain items. What is given no deadline has one of its own. */
export class Table {
  constructor(
    private readonly client: DynamoDb,
    private readonly name: string,
  ) {}

  /** One item, strongly consistent. */
  async get(key: Key, deadline?: Deadline): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: marshall(key), ConsistentRead: true };
    const { Item: item } = await this.settled(() => this.client.send('GetItem', input), deadline);
    return item && (unmarshall(item) as Item);
  }

  /** Several items in one request, strongly consistent, in the order of the keys. */
  async getAll(wanted: readonly Key[], deadline = deadlineFromNow()): Promise<(Item | undefined)[]> {
    const found = new Map<string, Item>();
    let keysLeft: Record<string, AttributeValue>[] = wanted.map((key) => marshall(key));
    for (let attempt = 0; keysLeft.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt, deadline);
      const request = { [this.name]: { Keys: keysLeft, ConsistentRead: true } };
      const output = await this.settled(() => this.client.send('BatchGetItem', { RequestItems: request }), deadline);
      for (const raw of output.Responses?.[this.name] ?? []) {
        const item = unmarshall(raw) as Item;
        found.set(item.pk + item.sk, item);
      }
      keysLeft = output.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return wanted.map(({ pk, sk }) => found.get(pk + sk));
  }

  /** Strongly consistent, but for an index, which never is. */
  async query(query: Query, deadline?: Deadline): Promise<Found> {
    const input = this.queryInput(query);
    const { Items = [], LastEvaluatedKey } = await this.settled(() => this.client.send('Query', input), deadline);
    return {
      items: Items.map((item) => unmarshall(item) as Item),
      next: LastEvaluatedKey && unmarshall(LastEvaluatedKey),
    };
  }

  /** Everything that a query finds, or the first of it up to its limit, however many pages DynamoDB makes of that. */
  async queryAll({ limit, ...query }: Query): Promise<Item[]> {
    const items: Item[] = [];
    let after: Found['next'];
    do {
      const page = limit === undefined ? {} : { limit: limit - items.length };
      const found = await this.query({ ...query, ...page, after });
      items.push(...found.items);
      after = found.next;
    } while (after !== undefined && items.length < (limit ?? Infinity));
    return items;
  }

  /** How many items a query finds. */
  async count(query: Query): Promise<number> {
    let count = 0;
    let after: Record<string, AttributeValue> | undefined;
    do {
      const input = { ...this.queryInput(query), Select: 'COUNT' as const, ExclusiveStartKey: after };
      const output = await this.settled(() => this.client.send('Query', input));
      count += output.Count ?? 0;
      after = output.LastEvaluatedKey;
    } while (after !== undefined);
    return count;
  }

  /** Puts one item, whatever was there. */
  async put(item: Item): Promise<void> {
    const input = { TableName: this.name, Item: marshall(item, { removeUndefinedValues: true }) };
    await this.settled(() => this.client.send('PutItem', input));
  }

  /**
   * Makes all the actions, or none, but for optional ones. An answer that got lost is asked for again under the same token, by which DynamoDB
   * knows the transaction, until the outcome is known.
   * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)
   *
   * @throws {@link Cancelled} when a condition failed or another transaction was in the way, {@link StoreUnavailable}
   *   when the outcome could not be learnt in time
   */
  async transact(actions: readonly Action[], deadline = deadlineFromNow()): Promise<void> {
    try {
      await this.transactAll(actions, deadline);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      const failed = actions.filter((_, place) => error.failedAt(place));
      if (failed.length === 0 || !failed.every(({ optional }) => optional)) throw error;
      await this.transact(
        actions.filter((action) => !failed.includes(action)),
        deadline,
      );
    }
  }

  private async transactAll(actions: readonly Action[], deadline: Deadline): Promise<void> {
    const input = {
      ClientRequestToken: randomUUID(),
      TransactItems: actions.map((action) => this.transactItem(action)),
    };
    await this.settled(() => this.client.send('TransactWriteItems', input), deadline);
  }

  /** Repeats a request until its outcome is known. */
  private async settled<Output>(send: () => Promise<Output>, deadline = deadlineFromNow()): Promise<Output> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send();
      } catch (error) {
        if (error instanceof DynamoDbError && error.name === CANCELLED) throw new Cancelled(error.reasons);
        if (error instanceof Error && OURS.includes(error.name)) throw error;
        // Longer than after a lost race: a database that is busy or away is not helped by haste.
        await backOff(attempt + 2, deadline, error);
      }
    }
  }

  private queryInput({ index, key, backward, limit, after }: Query) {
    return {
      TableName: this.name,
      ...(index !== undefined && { IndexName: index }),
      ConsistentRead: index === undefined,
      KeyConditionExpression: key.expression,
      ...namesAndValues(key),
      ScanIndexForward: backward !== true,
      ...(limit !== undefined && { Limit: limit }),
      ...(after !== undefined && { ExclusiveStartKey: marshall(after) }),
    };
  }

  private transactItem(action: Action): TransactWriteItem {
    const common = { TableName: this.name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
    const condition = action.if && { ConditionExpression: action.if.expression };
    if ('put' in action) {
      const Item = marshall(action.put, { removeUndefinedValues: true });
      return { Put: { ...common, Item, ...condition, ...namesAndValues(action.if) } };
    }
    if ('delete' in action) {
      return { Delete: { ...common, Key: marshall(action.delete), ...condition, ...namesAndValues(action.if) } };
    }
    return { Update: { ...common, Key: marshall(action.update), ...condition, ...updateOf(action) } };
  }
}

/** An update expression in which every attribute stands under a name of its own, since many are reserved words. */
function updateOf({ set, remove = [], if: condition }: Extract<Write, { update: Key }> & Pick<Action, 'if'>) {
  const sets = Object.keys(set).map((name) => `#${name} = :set_${name}`);
  const removes = remove.map((name) => `#${name}`);
  const names = Object.fromEntries([...Object.keys(set), ...remove].map((name) => [`#${name}`, name]));
  const values = Object.fromEntries(Object.entries(set).map(([name, value]) => [`:set_${name}`, value]));
  return {
    UpdateExpression: [`SET ${sets.join(', ')}`, ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : [])].join(
      ' ',
    ),
    ...namesAndValues({
      expression: '',
      names: { ...names, ...condition?.names },
      values: { ...values, ...condition?.values },
    }),
  };
}

/** DynamoDB wants neither an empty object nor a name or value that no expression uses. */
function namesAndValues({ names, values }: Partial<Condition> = {}) {
  return {
    ...(names !== undefined && Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(values !== undefined &&
      Object.keys(values).length > 0 && {
        ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
      }),
  };
}
