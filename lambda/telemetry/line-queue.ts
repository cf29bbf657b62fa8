import { write } from 'node:fs';
import { hasNoReader, STDOUT } from './stdout.ts';

/** How long lines wait before a full pipe is tried again, milliseconds; nobody waits for them. */
const RETRY_MS = 20;

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
      if (error?.code === 'EAGAIN') setTimeout(writeAll, RETRY_MS, bytes);
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
