import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/transport';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { defined } from '../pool/defined.ts';

/** Where AWS is, and who asks. */
export interface AwsOptions {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** URL of another AWS than the region's. */
  readonly endpoint?: string | undefined;
  readonly credentials: AwsCredentialIdentity;
}

/** What holds for all requests of a client. */
export interface ClientLimits {
  /** Requests that may run at once; the others wait. */
  readonly connections: number;
  readonly connectionTimeoutMs: number;
  /** Longest wait for the next part of an answer. Absent: as long as the request may take. */
  readonly silenceTimeoutMs?: number;
}

/** A request that is not signed yet. */
export interface AwsRequest {
  readonly method: 'GET' | 'POST';
  /** Percent-encoded. */
  readonly path: string;
  /** Names in small letters; `host` and `content-length` are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Put before the name of the host, such as `bucket.` */
  readonly subdomain?: string;
}

/** When a request ends without an answer. */
export interface Patience {
  /** Longest wait for the begin of the answer, milliseconds. */
  readonly timeoutMs?: number;
  /** Ends the request at any time. */
  readonly signal?: AbortSignal;
}

/** An answer of any status. */
export interface AwsAnswer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends signed requests to one service of AWS, by AWS's own signer and HTTP handler. An SDK client does more, but takes
 * a cold start 30 to 155 ms longer, each service anew.
 */
export class AwsClient {
  /** Where requests go, for errors: `https://kms.eu-central-1.amazonaws.com, region eu-central-1`. */
  readonly place: string;
  private readonly endpoint: URL;
  private readonly signer: SignatureV4;
  private readonly http: NodeHttpHandler;

  constructor(
    service: string,
    { region, endpoint = endpointOf(service, region), credentials }: AwsOptions,
    { connections, connectionTimeoutMs, silenceTimeoutMs }: ClientLimits,
  ) {
    this.endpoint = new URL(endpoint);
    this.place = `${this.endpoint.origin}, region ${region}`;
    // S3 is the one service whose signature has the path as it was sent.
    const uriEscapePath = service !== 's3';
    this.signer = new SignatureV4({ service, region, credentials, sha256: Sha256, uriEscapePath });
    this.http = new NodeHttpHandler({
      connectionTimeout: connectionTimeoutMs,
      throwOnRequestTimeout: true,
      ...defined({ socketTimeout: silenceTimeoutMs }),
      httpsAgent: { maxSockets: connections },
      httpAgent: { maxSockets: connections },
    });
  }

  /**
   * Sends a request once.
   *
   * @throws the error of the network when no whole answer came; then the request may have taken effect
   */
  async send(request: AwsRequest, { timeoutMs, signal }: Patience = {}): Promise<AwsAnswer> {
    const signed = await this.signer.sign(this.addressed(request));
    const limits = defined({ requestTimeout: timeoutMs, abortSignal: signal });
    const { response } = await this.http.handle(new HttpRequest(signed), limits);
    return { status: response.statusCode, headers: response.headers, body: await text(response.body as Readable) };
  }

  private addressed({ method, path, headers: own, body, subdomain = '' }: AwsRequest): HttpRequest {
    const { protocol, hostname, host, port } = this.endpoint;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const headers = { host: subdomain + host, ...own, ...length };
    const portNumber = port === '' ? undefined : Number(port);
    return new HttpRequest(
      defined({ method, protocol, hostname: subdomain + hostname, port: portNumber, path, headers, body }),
    );
  }
}

/**
 * The URL of a service in a region (https://docs.aws.amazon.com/general/latest/gr/rande.html). Only the isolated
 * partitions have other names; there an endpoint has to be set.
 */
export function endpointOf(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
