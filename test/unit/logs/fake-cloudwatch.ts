import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Part } from './event-stream.ts';
import { encoded } from './event-stream.ts';

/** A request that the fake received. */
export interface Call {
  readonly method: string | undefined;
  /** Name of the operation, such as `FilterLogEvents`. */
  readonly action: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/**
 * What to answer: a status and a body, which becomes JSON unless it is a text; or the parts of a stream that stays
 * open.
 */
export type Reply = { readonly status: number; readonly body: unknown } | { readonly parts: readonly Part[] };

/** What moto answers to an operation that it lacks. */
export const LACKING: Reply = { status: 500, body: '<!doctype html>\n<title>500 Internal Server Error</title>' };

/** Environment in which the AWS SDK finds the fake and ignores this computer's AWS configuration. */
export function environmentOf(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** A fake of CloudWatch Logs: answers each call with the test's reply, and records the calls. */
export async function startFakeCloudWatch(reply: (call: Call, index: number) => Reply) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, headers } = request;
      const action = String(headers['x-amz-target']).replace('Logs_20140328.', '');
      const call = { method, action, headers, body: JSON.parse(body) as unknown };
      answer(response, reply(call, calls.push(call) - 1));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, stop };
}

function answer(response: ServerResponse, reply: Reply): void {
  if ('parts' in reply) {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    for (const part of reply.parts) response.write(encoded(part));
    return;
  }
  const isText = typeof reply.body === 'string';
  response.writeHead(reply.status, { 'content-type': isText ? 'text/html' : 'application/x-amz-json-1.1' });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
}
