import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Lease } from '../pool/lease.ts';
import type { OpenGrant } from '../pool/lending.ts';

/** What a call answers, before it is written down for API Gateway. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Seconds since the epoch as the API writes them: ISO 8601 UTC, to the second. */
export function isoSeconds(epochSec: number): string {
  return `${new Date(epochSec * 1000).toISOString().slice(0, 19)}Z`;
}

/** A lease as the API shows it to its holder. */
export function leaseBody({ id, userId, acquiredAtSec, expiresAtSec }: Lease): Record<string, unknown> {
  return { id, userid: userId, acquiredAt: isoSeconds(acquiredAtSec), expiresAt: isoSeconds(expiresAtSec) };
}

/** A lease and its VM with all it takes to log in. */
export function grantBody({ vm, lease, key }: OpenGrant): Record<string, unknown> {
  const { id, pool, ip, port, username } = vm;
  return { vm: { id, pool, ip, port, username, ...key }, lease: leaseBody(lease) };
}

/**
 * Writes an answer down for API Gateway (payload format 2.0). No answer may be cached: each is true for a moment only,
 * and some carry login material.
 */
export function toResult(answer: Answer, requestId: string): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: answer.status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...answer.headers,
    },
    body: JSON.stringify(answer.body),
  };
}
