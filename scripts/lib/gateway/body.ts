import type { IncomingMessage } from 'node:http';

/**
 * Quota of API Gateway for HTTP APIs: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** What all bodies that are still arriving may take together: this computer has less memory than API Gateway. */
const MAX_ARRIVING_BYTES = 6 * MAX_BODY_BYTES;

/** A whole body, undefined for an empty one, or why there is none. */
export type ReadBody = Buffer | 'too large' | 'no room' | 'aborted' | undefined;

/** RFC 9112 section 6.3: only a request with one of these headers has a body. */
export function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/** Reads the bodies of one server's requests. */
export class BodyReader {
  /** Bytes of all bodies that are still arriving. */
  private arriving = 0;

  /** Reads a whole body. `node:http` throws away what comes past a limit once the answer is out. */
  read(request: IncomingMessage): Promise<ReadBody> {
    if (Number(request.headers['content-length']) > MAX_BODY_BYTES) return Promise.resolve('too large');
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const end = (body: ReadBody) => {
        request.off('data', keep);
        this.arriving -= bytes;
        bytes = 0;
        chunks.length = 0;
        resolve(body);
      };
      const keep = (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        this.arriving += chunk.length;
        if (bytes > MAX_BODY_BYTES) end('too large');
        else if (this.arriving > MAX_ARRIVING_BYTES) end('no room');
      };
      request.on('data', keep);
      request.once('end', () => {
        end(bytes === 0 ? undefined : Buffer.concat(chunks));
      });
      const abort = () => {
        end('aborted');
      };
      request.once('close', abort);
      request.once('error', abort);
    });
  }
}
