import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { percentDecoded } from '../../../scripts/lib/gateway/routes.ts';

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string;
  /** Percent-encoded, without the query */
  readonly path: string;
  readonly rawQueryString: string;
  /** Names in small letters */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string | Buffer;
}

/** What the header `Authorization` of a signed request says. */
export interface Signature {
  readonly accessKeyId: string;
  /** Day, region and service that the signature is for, such as `20150830` */
  readonly scope: { readonly day: string; readonly region: string; readonly service: string };
  /** Names of the headers that the signature covers */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Reads the header `Authorization`. @returns undefined when it is not a signature of AWS, version 4 */
export function readSignature(authorization = ''): Signature | undefined {
  const parts = FORM.exec(authorization);
  if (parts === null) return undefined;
  const [, accessKeyId = '', day = '', region = '', service = '', names = '', signature = ''] = parts;
  return { accessKeyId, scope: { day, region, service }, signedHeaders: names.split(';'), signature };
}

/**
 * Computes the signature of a request as AWS does.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf(
  request: SentRequest,
  { scope, signedHeaders: names }: Signature,
  secretKey: string,
): string {
  const parts = [scope.day, scope.region, scope.service, 'aws4_request'];
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}\n`).join('');
  const { method, path, rawQueryString, body } = request;
  const canonical = [
    method,
    canonicalPath(path),
    canonicalQuery(rawQueryString),
    headers,
    names.join(';'),
    sha256(body),
  ];
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], parts.join('/'), sha256(canonical.join('\n'))];
  const key = parts.reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  return hmac(key, text.join('\n')).toString('hex');
}

/**
 * Checks the signature of a request to AWS.
 *
 * @returns the names of the signed headers
 * @throws Error when the signature belongs to another request, or is missing
 */
export function signedHeaders(request: IncomingMessage, body: string, secretKey: string): readonly string[] {
  const { method = '', url = '', headers } = request;
  const [path = '', rawQueryString = ''] = url.split('?', 2);
  const signature = readSignature(headers.authorization);
  if (signature === undefined) throw new Error(`not a signature: ${String(headers.authorization)}`);
  const computed = signatureOf({ method, path, rawQueryString, headers, body }, signature, secretKey);
  if (computed !== signature.signature) throw new Error(`the signature does not belong to ${method} ${url} ${body}`);
  return signature.signedHeaders;
}

/** Without `.`, `..` and empty segments, and encoded once more, which all services but S3 do. */
function canonicalPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encoded(segment));
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Sorted by name, then by value. */
function canonicalQuery(rawQueryString: string): string {
  const pairs = rawQueryString.split('&').filter((pair) => pair !== '');
  const parameters = pairs.map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')].map((part) => encoded(percentDecoded(part)));
  });
  return parameters
    .sort(([a = '', b = ''], [c = '', d = '']) => (a < c || (a === c && b < d) ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');
}

/** RFC 3986: all but the unreserved characters. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
