import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tracked } from './child-processes.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** Long enough for a build on a busy computer. */
export const START_MS = 30_000;

/** A running `npm start`. */
export interface LocalServer {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly exit: Promise<number | null>;
  /** Everything that it has written so far, to both streams. */
  readonly output: () => string;
}

/** Runs the script behind `npm start`. The system chooses the port unless `env` names one. */
export function startServer(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): LocalServer {
  const child = tracked(
    spawn(path.join(root, 'scripts/server'), args, {
      env: { ...process.env, HOST: '', PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, exit, output: () => output };
}

/** Waits for output that matches. @returns the pattern's first group @throws Error with all output, after a while */
export async function printed(server: LocalServer, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const match = pattern.exec(server.output());
    if (match?.[1] !== undefined) return match[1];
    await sleep(50);
  }
  throw new Error(`never printed ${String(pattern)}, but:\n${server.output()}`);
}

/** Waits until a server listens. @returns the base URL of its API, e.g. `http://127.0.0.1:4711/resources` */
export function urlOf(server: LocalServer): Promise<string> {
  return printed(server, /^vm-pool lends VMs at (\S+)/m);
}
