import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Checks the signature of a request to AWS by computing it as AWS does.
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)
 *
 * @param request - to the path `/`, without a query
 * @returns the names of the signed headers
 * @throws Error when the signature belongs to another request, or is missing
 */
export function signedHeaders({ method = '', headers }: IncomingMessage, body: string, secretKey: string): string[] {
  const parts = /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(
    headers.authorization ?? '',
  );
  if (parts === null) throw new Error(`not a signature: ${String(headers.authorization)}`);
  const [, scope = '', signed = '', signature] = parts;
  const names = signed.split(';');
  const canonicalHeaders = names.map((name) => `${name}:${String(headers[name]).trim()}\n`).join('');
  const canonical = [method, '/', '', canonicalHeaders, signed, sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  if (hmac(key, text).toString('hex') !== signature) throw new Error(`the signature does not belong to\n${canonical}`);
  return names;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
