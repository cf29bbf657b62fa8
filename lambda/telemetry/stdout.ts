import { write, writeSync } from 'node:fs';

const STDOUT = 1;

/** How long a line waits before a full pipe is tried again, milliseconds. */
const RETRY_MS = 1;

/** The same for lines that nobody waits for. */
const RETRY_LATER_MS = 20;

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

/** The reader has left, as behind `| head`: not a reason to fail a request. */
function hasNoReader(code: string | undefined): boolean {
  return code === 'EPIPE';
}

/** What waits for a reader at most, characters; further lines are dropped. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Makes a function that writes lines to standard output while the process goes on: a reader who pauses, as by Ctrl-S or
 * `| less`, does not stop the server. Not for Lambda, which freezes a process between two requests.
 */
export function createLineQueue(): (line: string) => void {
  let waiting = '';
  let isWriting = false;

  function writeWaiting(): void {
    isWriting = waiting !== '';
    const bytes = Buffer.from(waiting);
    waiting = '';
    if (isWriting) writeAll(bytes);
  }

  function writeAll(bytes: Buffer): void {
    write(STDOUT, bytes, (error, taken) => {
      if (error?.code === 'EAGAIN') setTimeout(writeAll, RETRY_LATER_MS, bytes);
      else if (error !== null && !hasNoReader(error.code)) throw error;
      else if (error === null && taken < bytes.length) writeAll(bytes.subarray(taken));
      else writeWaiting();
    });
  }

  return (line) => {
    if (waiting.length < MOST_WAITING) waiting += `${line}\n`;
    if (!isWriting) writeWaiting();
  };
}
