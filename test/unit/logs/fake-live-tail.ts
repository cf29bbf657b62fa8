/** What CloudWatch streams to a live tail, https://smithy.io/2.0/aws/amazon-eventstream.html. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';

const TEXT_HEADER = 7;

/** One part of the stream, such as a `sessionUpdate`, or an exception. */
export interface Part {
  readonly kind: 'event' | 'exception';
  readonly type: string;
  readonly body: object;
}

/** An update of a live tail. */
export function updateOf(messages: readonly string[], sampled = false): Part {
  const sessionResults = messages.map((message, at) => {
    return {
      logStreamName: 's',
      logGroupIdentifier: 'g',
      message,
      timestamp: 1_700_000_000_000 + at,
      ingestionTime: 1,
    };
  });
  return { kind: 'event', type: 'sessionUpdate', body: { sessionMetadata: { sampled }, sessionResults } };
}

function encoded({ kind, type, body }: Part): Buffer {
  const headers = Buffer.concat([
    header(':message-type', kind),
    header(`:${kind}-type`, type),
    header(':content-type', 'application/json'),
  ]);
  const payload = Buffer.from(JSON.stringify(body));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(headers.length + payload.length + 16, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const unsigned = Buffer.concat([prelude, checksum(prelude), headers, payload]);
  return Buffer.concat([unsigned, checksum(unsigned)]);
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT_HEADER]),
    length,
    Buffer.from(value),
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}

/** What the fake answers to a call of an API: a body, or the parts of a stream that then stays open. */
export type Replies = Readonly<Record<string, { readonly status?: number; readonly body: unknown } | readonly Part[]>>;

/** A fake of CloudWatch Logs that answers each action with the test's reply, and records the calls. */
export async function startFakeLogs(replies: Replies) {
  const calls: { action: string; body: unknown }[] = [];
  const streams: ServerResponse[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const action = String(request.headers['x-amz-target']).replace('Logs_20140328.', '');
      calls.push({ action, body: JSON.parse(body) as unknown });
      const reply = replies[action];
      if (Array.isArray(reply)) {
        response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
        for (const part of reply as Part[]) response.write(encoded(part));
        streams.push(response);
      } else {
        const { status = 200, body: answer } = (reply ?? { body: {} }) as { status?: number; body: unknown };
        const isPage = typeof answer === 'string';
        response.writeHead(status, { 'content-type': isPage ? 'text/html' : 'application/x-amz-json-1.1' });
        response.end(isPage ? answer : JSON.stringify(answer));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, streams, stop };
}
