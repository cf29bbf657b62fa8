import { escapeUri } from '@smithy/core/protocols';
import type { AwsOptions, AwsRequest } from './client.ts';
import { AwsService } from './service.ts';

/** Longest that one read may take, the second try included. */
const READ_TIMEOUT_MS = 3_000;

/** An object to read. */
export interface ObjectWish {
  readonly bucket: string;
  readonly key: string;
  /** Of what is known already. */
  readonly etag?: string | undefined;
}

/** The text of an object. */
export interface S3Object {
  readonly etag: string;
  readonly body: string;
}

/**
 * Reads an object of S3, unless it still has the ETag of the wish.
 *
 * @throws AwsError when it can't be read; `NoSuchKey` needs permission to list the bucket, else it is `AccessDenied`
 */
export type GetObject = (wish: ObjectWish) => Promise<S3Object | 'not-modified'>;

/** Makes a reader of objects in S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). */
export function objectReader(options: AwsOptions, timeoutMs = READ_TIMEOUT_MS): GetObject {
  const s3 = new AwsService('s3', options);
  return async (wish) => {
    const { status, headers, body } = await s3.send(requestOf(wish, options), { timeoutMs });
    return status === 304 ? 'not-modified' : { etag: headers.etag ?? '', body };
  };
}

/** The request for an object. Only the name of a bucket without dots may stand in a host: TLS knows no other. */
export function requestOf({ bucket, key, etag }: ObjectWish, { endpoint }: AwsOptions): AwsRequest {
  const headers = etag === undefined ? {} : { 'if-none-match': etag };
  const object = key.split('/').map(escapeUri).join('/');
  if (endpoint !== undefined || bucket.includes('.')) return { method: 'GET', path: `/${bucket}/${object}`, headers };
  return { method: 'GET', subdomain: `${bucket}.`, path: `/${object}`, headers };
}
