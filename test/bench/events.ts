import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { toEvent } from '../../scripts/lib/gateway/event.ts';

/** Headers of a command-line client, and those that the network before API Gateway adds. */
const HEADERS = {
  accept: '*/*',
  'content-type': 'application/json',
  host: 'abcdef1234.execute-api.eu-central-1.amazonaws.com',
  'user-agent': 'curl/8.5.0',
  'x-amzn-trace-id': 'Root=1-6740a5b2-0123456789abcdef01234567',
  'x-forwarded-for': '192.0.2.200',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};

const API = { accountId: '123456789012', apiId: 'abcdef1234', stage: 'resources' };

/** API Gateway's event for a `POST` of `parameters` as JSON. */
export function postEvent(call: 'getvm' | 'releasevm', parameters: Record<string, unknown>): APIGatewayProxyEventV2 {
  const body = Buffer.from(JSON.stringify(parameters));
  const rawHeaders = Object.entries({ ...HEADERS, 'content-length': String(body.length) }).flat();
  const request = { method: 'POST', httpVersion: '1.1', rawHeaders, socket: { remoteAddress: '192.0.2.200' } };
  const route = { routeKey: `POST /${call}` };
  return toEvent({ request, path: `/resources/${call}`, rawQueryString: '', body, route }, API, Date.now());
}
