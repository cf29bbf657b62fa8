import type { AwsRequest } from './client.ts';

/**
 * A request of the JSON protocols.
 *
 * @param version - 1.0 or 1.1, which a service chooses
 * @param target - version of the API and operation, such as `DynamoDB_20120810.GetItem`
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function jsonRequest(version: '1.0' | '1.1', target: string, input: unknown): AwsRequest {
  const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
  return { method: 'POST', path: '/', headers, body: JSON.stringify(input) };
}

/** The code of an error: `ValidationException` of `com.amazonaws.dynamodb.v20120810#ValidationException`. */
export function jsonErrorCode(type: string | undefined): string {
  return type?.split('#').at(-1) ?? 'unknown';
}
