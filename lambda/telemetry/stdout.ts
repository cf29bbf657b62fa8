import { writeSync } from 'node:fs';

const STDOUT = 1;

/** How long a full pipe is given to empty, milliseconds. */
const PATIENCE_MS = 1;

/** Something to wait on that never changes. */
const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes a line to standard output, and returns when all of it is out. `process.stdout` would do so as well, but to load
 * it is a good part of a cold start.
 */
export function writeLine(line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) rest = rest.subarray(bytesTaken(rest));
}

/** A pipe takes what it has room for, and one that does not block says so when it has none. */
function bytesTaken(bytes: Buffer): number {
  try {
    return writeSync(STDOUT, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Nobody reads any more, as behind `| head`: no reason to fail a request.
    if (code === 'EPIPE') return bytes.length;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(nothing, 0, 0, PATIENCE_MS);
    return 0;
  }
}
