import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type * as dynamodb from '@aws-sdk/client-dynamodb';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/transport';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { defined } from '../../pool/defined.ts';

/** Where DynamoDB is, and who asks. */
export interface ClientOptions {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** URL of another DynamoDB than the region's. */
  readonly endpoint?: string | undefined;
  readonly credentials: AwsCredentialIdentity;
}

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
const CONNECTION_TIMEOUT_MS = 1_000;

/** The work of a tick goes out in parallel. */
const CONNECTIONS = 64;

/**
 * The few operations of DynamoDB that the store needs, by AWS's own signer and HTTP handler. The SDK's whole client
 * would do, but it takes a cold start 30 ms more to load and to warm up (`npm run bench -- --only cold-dynamodb`).
 *
 * Each request is sent once; the caller decides whether to send it again.
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html)
 */
export class DynamoDb {
  /** Where requests go, for errors: `https://dynamodb.eu-central-1.amazonaws.com, region eu-central-1`. */
  readonly place: string;
  private readonly endpoint: URL;
  private readonly signer: SignatureV4;
  private readonly http = new NodeHttpHandler({
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    socketTimeout: REQUEST_TIMEOUT_MS,
    httpsAgent: { maxSockets: CONNECTIONS },
    httpAgent: { maxSockets: CONNECTIONS },
  });

  constructor({ region, endpoint = endpointOf(region), credentials }: ClientOptions) {
    this.endpoint = new URL(endpoint);
    this.place = `${this.endpoint.origin}, region ${region}`;
    this.signer = new SignatureV4({ service: 'dynamodb', region, credentials, sha256: Sha256 });
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
    const request = await this.signer.sign(this.request(operation, JSON.stringify(input)));
    const { response } = await this.http.handle(new HttpRequest(request), {
      requestTimeout: Math.min(timeoutMs, REQUEST_TIMEOUT_MS),
    });
    const body: unknown = JSON.parse(await text(response.body as Readable));
    if (response.statusCode !== 200) throw errorOf(body as ErrorBody);
    return body as Api[Name][1];
  }

  private request(operation: keyof Api, body: string): HttpRequest {
    const { protocol, hostname, host, port } = this.endpoint;
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const portNumber = port === '' ? undefined : Number(port);
    return new HttpRequest(defined({ method: 'POST', protocol, hostname, port: portNumber, headers, body }));
  }
}

/**
 * The URL of a region's DynamoDB (https://docs.aws.amazon.com/general/latest/gr/ddb.html). Only the isolated partitions
 * have other names; there `AWS_ENDPOINT_URL_DYNAMODB` has to say which.
 */
export function endpointOf(region: string): string {
  return `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function errorOf({ __type, message, Message, CancellationReasons }: ErrorBody): DynamoDbError {
  return new DynamoDbError(__type?.split('#').at(-1) ?? 'unknown', message ?? Message ?? '', CancellationReasons);
}
