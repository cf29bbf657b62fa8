import { writeSync } from 'node:fs';

/** File descriptor of standard output. */
export const STDOUT = 1;

/** How long a line waits before a full pipe is tried again, milliseconds. */
const RETRY_MS = 1;

/** `Atomics.wait` on this sleeps: nobody ever writes to it. */
const neverWritten = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes a line to standard output, and returns when all of it is written. `process.stdout` could do it too, but
 * loading it takes a good part of a cold start.
 */
export function writeLine(line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) rest = rest.subarray(bytesTaken(rest));
}

/** A pipe takes what it has room for; a pipe that does not block fails with EAGAIN when it is full. */
function bytesTaken(bytes: Buffer): number {
  try {
    return writeSync(STDOUT, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (hasNoReader(code)) return bytes.length;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(neverWritten, 0, 0, RETRY_MS);
    return 0;
  }
}

/** Whether the reader has left, as behind `| head`: not a reason to fail a request. */
export function hasNoReader(code: string | undefined): boolean {
  return code === 'EPIPE';
}
