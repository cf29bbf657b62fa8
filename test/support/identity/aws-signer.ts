import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/transport';
import { SignatureV4 } from '@smithy/signature-v4';
import { REGION } from '../emulated-aws/server.ts';
import type { AwsCaller } from './aws-callers.ts';

/** A request before it is sent. */
export interface UnsentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a signature is for. */
export interface SignatureOptions {
  readonly signingDate?: Date;
  readonly region?: string;
  readonly service?: string;
}

/** The credentials of an {@link AwsCaller}. */
export type Credentials = Pick<AwsCaller, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>;

/** Signs a request by AWS's own signer. @returns the headers to send, which contain the given ones */
export async function signed(
  request: UnsentRequest,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  { signingDate = new Date(), region = REGION, service = 'execute-api' }: SignatureOptions = {},
): Promise<Record<string, string>> {
  const { method, headers, body } = request;
  const { protocol, hostname, host, pathname: path, search } = new URL(request.url);
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const query = queryOf(search);
  const sent = new HttpRequest({ method, protocol, hostname, path, query, headers: { ...headers, host }, body });
  return (await signer.sign(sent, { signingDate })).headers;
}

function queryOf(search: string): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) (query[name] ??= []).push(value);
  return query;
}
