import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Meter } from '../../pool/meter.ts';
import { StoreUnavailable } from '../../pool/refusals.ts';
import { DynamoDbError } from './client.ts';
import type { Item } from './items.ts';

const CANCELLED = 'TransactionCanceledException';
const CONDITION_FAILED = 'ConditionalCheckFailed';

/** Why a transaction was not made: for each action, the item that its condition failed on. */
export class Cancelled extends Error {
  constructor(private readonly reasons: readonly CancellationReason[]) {
    super('the transaction was cancelled');
  }

  /** Whether a condition failed; if not, another transaction was in the way, or DynamoDB had too much to do. */
  get isByCondition(): boolean {
    return this.reasons.some(({ Code: code }) => code === CONDITION_FAILED);
  }

  /** Whether the condition of the action at this position failed. */
  failedAt(position: number): boolean {
    return this.reasons[position]?.Code === CONDITION_FAILED;
  }

  /** The item that the condition of the action at this position failed on, if it failed and the item exists. */
  itemAt(position: number): Item | undefined {
    const item = this.failedAt(position) ? this.reasons[position]?.Item : undefined;
    return item && (unmarshall(item) as Item);
  }
}

/** Longest time until a call of the store has an outcome, milliseconds. Inside the function's time-out. */
const DEADLINE_MS = 6_000;

/**
 * Errors that say that a request was wrong, not that it came at a bad moment. Sending it again is useless.
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html)
 */
const WRONG_REQUEST = [
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

/** When a call gives up: milliseconds on the clock of `performance.now()`. */
export type Deadline = number;

/** The deadline of a call that starts now. */
export function deadlineFromNow(): Deadline {
  return performance.now() + DEADLINE_MS;
}

/** Waits a moment that grows with every attempt. It is random, so that callers who met once do not meet again. */
export async function backOff(attempt: number, deadline: Deadline, cause?: unknown): Promise<void> {
  const waitMs = Math.random() * Math.min(400, 10 * 2 ** attempt);
  if (performance.now() + waitMs > deadline) throw new StoreUnavailable({ cause });
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}

/** Retries while the transaction is cancelled, until the deadline. @throws whatever else `attemptIt` throws */
export async function retryCancelled<Result>(
  meter: Meter,
  attemptIt: (deadline: Deadline, isFirst: boolean) => Promise<Result>,
  deadline = deadlineFromNow(),
): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptIt(deadline, attempt === 0);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      meter('storeConflicts', {});
      await backOff(attempt, deadline, error);
    }
  }
}

/** Sends one request. @param leftMs - time until the deadline, milliseconds */
type Send<Output> = (leftMs: number) => Promise<Output>;

/**
 * Sends a request again until its outcome is known.
 *
 * @param where - the table and its place, for errors
 * @throws {@link Cancelled}, {@link DynamoDbError} when the request is wrong, {@link StoreUnavailable} at the deadline
 */
export async function sendUntilSettled<Output>(
  where: string,
  meter: Meter,
  send: Send<Output>,
  deadline: Deadline,
): Promise<Output> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(Math.max(1, deadline - performance.now()));
    } catch (error) {
      const fault = faultAt(where, error);
      meter('storeRetries', {});
      // Longer than after a lost race: haste does not help a database that is busy or away.
      await backOff(attempt + 2, deadline, fault);
    }
  }
}

/**
 * Sends a request once.
 * @throws {@link Cancelled}, {@link DynamoDbError} when the request is wrong, {@link StoreUnavailable} without an
 *   answer
 */
export async function sendOnce<Output>(where: string, send: Send<Output>, timeoutMs: number): Promise<Output> {
  try {
    return await send(timeoutMs);
  } catch (error) {
    throw new StoreUnavailable({ cause: faultAt(where, error) });
  }
}

/**
 * The error of a request that may succeed if it is sent again, with the table and its place.
 * @throws {@link Cancelled}, {@link DynamoDbError} when sending it again is useless
 */
function faultAt(where: string, error: unknown): Error {
  if (error instanceof DynamoDbError && error.name === CANCELLED) throw new Cancelled(error.reasons);
  if (error instanceof DynamoDbError && WRONG_REQUEST.includes(error.name)) {
    throw new DynamoDbError(error.name, `${where}: ${error.message}${hintOf(error)}`, error.reasons, { cause: error });
  }
  return new Error(`${where}: ${descriptionOf(error)}`, { cause: error });
}

/** What to look at, for faults that come from a wrong configuration. */
function hintOf({ name }: DynamoDbError): string {
  if (name === 'ResourceNotFoundException') return '; TABLE_NAME must name a table of that region';
  if (name === 'ExpiredTokenException') return '; the AWS credentials of this process have expired';
  return '';
}

/** Name and message of an error; a failed connection to several addresses has only a code. */
function descriptionOf(error: unknown): string {
  const { name, message, code } = error as Partial<NodeJS.ErrnoException>;
  return [name, message === '' ? code : message].filter((text) => text !== undefined).join(': ');
}
