import type * as dynamodb from '@aws-sdk/client-dynamodb';
import type { AwsOptions } from '../../aws/client.ts';
import { AwsClient } from '../../aws/client.ts';
import { jsonErrorCode, jsonRequest } from '../../aws/json-request.ts';

/** Where DynamoDB is, and who asks. */
export type ClientOptions = AwsOptions;

/** Input and output of each request, in the words of the API reference. */
export interface Api {
  readonly BatchGetItem: [dynamodb.BatchGetItemInput, dynamodb.BatchGetItemOutput];
  readonly GetItem: [dynamodb.GetItemInput, dynamodb.GetItemOutput];
  readonly PutItem: [dynamodb.PutItemInput, dynamodb.PutItemOutput];
  readonly Query: [dynamodb.QueryInput, dynamodb.QueryOutput];
  readonly TransactGetItems: [dynamodb.TransactGetItemsInput, dynamodb.TransactGetItemsOutput];
  readonly TransactWriteItems: [dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput];
}

/** Body of an answer that is an error. */
interface ErrorBody {
  /** `com.amazonaws.dynamodb.v20120810#ValidationException` */
  readonly __type?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly CancellationReasons?: readonly dynamodb.CancellationReason[];
}

/** DynamoDB answered with an error. */
export class DynamoDbError extends Error {
  /**
   * @param name - the error's code, such as `ValidationException`
   * @param reasons - why a transaction was cancelled, an entry for each of its actions
   */
  constructor(
    override readonly name: string,
    message: string,
    readonly reasons: readonly dynamodb.CancellationReason[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Longest that one request may take; one that takes longer is most likely lost. */
const REQUEST_TIMEOUT_MS = 1_500;

const LIMITS = {
  /** The work of a tick goes out in parallel. */
  connections: 64,
  connectionTimeoutMs: 1_000,
  silenceTimeoutMs: REQUEST_TIMEOUT_MS,
};

/**
 * The few operations of DynamoDB that the store needs. The SDK's whole client would do, but it takes a cold start 30 ms
 * more to load and to warm up (`npm run bench -- --only cold-dynamodb`).
 *
 * Each request is sent once; the caller decides whether to send it again.
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html)
 */
export class DynamoDb {
  /** Where requests go, for errors: `https://dynamodb.eu-central-1.amazonaws.com, region eu-central-1`. */
  readonly place: string;
  private readonly client: AwsClient;

  constructor(options: ClientOptions) {
    this.client = new AwsClient('dynamodb', options, LIMITS);
    this.place = this.client.place;
  }

  /**
   * @param timeoutMs - longest wait for an answer; never more than {@link REQUEST_TIMEOUT_MS}
   * @throws {@link DynamoDbError} when DynamoDB answers with an error. Without an answer, the error of the network;
   *   then the request may have taken effect
   */
  async send<Name extends keyof Api>(
    operation: Name,
    input: Api[Name][0],
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<Api[Name][1]> {
    const request = jsonRequest('1.0', `DynamoDB_20120810.${operation}`, input);
    const answer = await this.client.send(request, { timeoutMs: Math.min(timeoutMs, REQUEST_TIMEOUT_MS) });
    const body: unknown = JSON.parse(answer.body);
    if (answer.status !== 200) throw errorOf(body as ErrorBody);
    return body as Api[Name][1];
  }
}

function errorOf({ __type, message, Message, CancellationReasons }: ErrorBody): DynamoDbError {
  return new DynamoDbError(jsonErrorCode(__type), message ?? Message ?? '', CancellationReasons);
}
