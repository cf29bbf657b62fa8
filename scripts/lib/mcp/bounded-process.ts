import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Shown } from './excerpt.ts';
import { Excerpt } from './excerpt.ts';

/** What a process may use up. */
export interface Bounds {
  readonly timeoutMs: number;
  /** Bytes kept of each stream. */
  readonly maxOutput: number;
  /** Ends it before. */
  readonly signal: AbortSignal;
  /** From the polite signal to the other one, and from there to its open pipes. */
  readonly graceMs?: number;
}

/** How a process ended. */
export interface Ended {
  /** Null when a signal has ended it. */
  readonly exitCode: number | null;
  readonly stdout: Shown;
  readonly stderr: Shown;
  readonly isTimedOut: boolean;
  readonly tookMs: number;
}

/**
 * Runs a process until it ends, the time is over or the signal comes. Whatever it writes is read, and little of it kept.
 *
 * @throws Error of `spawn` when the program can't be started
 */
export async function runBounded(
  [program, ...args]: readonly [string, ...string[]],
  stdin: string,
  { timeoutMs, maxOutput, signal, graceMs = 1_000 }: Bounds,
): Promise<Ended> {
  const startedMs = Date.now();
  const child = spawn(program, args, { stdio: 'pipe' });
  const [stdout, stderr] = [kept(child.stdout, maxOutput), kept(child.stderr, maxOutput)];
  // A command need not read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const timeUp = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, timeUp]);
  const onStop = () => void end(child, graceMs);
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const tookMs = Date.now() - startedMs;
    return { exitCode, stdout: stdout.shown(), stderr: stderr.shown(), isTimedOut: timeUp.aborted, tookMs };
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function kept(stream: NodeJS.ReadableStream, limit: number): Excerpt {
  const excerpt = new Excerpt(limit);
  stream.on('data', (chunk: Buffer) => {
    excerpt.add(chunk);
  });
  return excerpt;
}

/** Ends a process. Its own children may keep its pipes open, so these are closed at last. */
async function end(child: ChildProcessWithoutNullStreams, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const closed = once(child, 'close').catch(() => undefined);
  if (await within(graceMs, closed)) return;
  child.kill('SIGKILL');
  if (await within(graceMs, closed)) return;
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
}

async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  return Promise.race([done.then(() => true), late]).finally(() => {
    clearTimeout(timer);
  });
}
