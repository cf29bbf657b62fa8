/** What CloudWatch streams to a live tail, https://smithy.io/2.0/aws/amazon-eventstream.html. */
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

/** The bytes of a part. */
export function encoded({ kind, type, body }: Part): Buffer {
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
