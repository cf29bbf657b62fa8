import type { StdioOptions } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { tracked } from '../support/processes/child-processes.ts';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const OUTPUT = path.join(ROOT, 'dist/bench');

/**
 * Compiles a module of this folder to plain JavaScript, as `scripts/build` compiles the function: a loader would
 * distort the figures.
 *
 * @param name - without extension, relative to this folder
 * @returns the compiled file
 */
export async function compiled(name: string): Promise<string> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { [name]: `test/bench/${name}.ts` },
    outdir: OUTPUT,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  return path.join(OUTPUT, `${name}.mjs`);
}

/** Passes on only the path of this process's environment: settings of a shell must not change the figures. */
function environment(variables: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...variables };
}

/** Standard output goes to the null device: a process still pays for its log lines, but no process reads them. */
const SILENT = ['ignore', 'ignore', 'inherit'] satisfies StdioOptions;

/**
 * Runs a script in a new process and waits for its end.
 *
 * @returns the first message that it sent
 */
export async function runWorker<Message>(
  script: string,
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<Message> {
  const options = { env: environment(variables), execArgv: [], stdio: [...SILENT, 'ipc'] satisfies StdioOptions };
  const child = tracked(fork(script, args, options));
  const messages: Message[] = [];
  child.on('message', (message) => messages.push(message as Message));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const [message] = messages;
  if (exitCode !== 0 || message === undefined) throw new Error(`${path.basename(script)} failed`);
  return message;
}

/** A process that runs until `stop`. */
export interface Service {
  readonly stop: () => Promise<void>;
}

/** Starts Node with `args` in the root of the checkout. */
export function startNode(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Service {
  const child = tracked(spawn(process.execPath, args, { cwd: ROOT, env: environment(variables), stdio: SILENT }));
  const closed = once(child, 'close');
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  return { stop };
}

/** A process that answers messages until `stop`. */
export interface Answerer<First, Answer> extends Service {
  /** The message that it sent when it was ready */
  readonly ready: First;
  readonly ask: () => Promise<Answer>;
}

/** Starts a script that sends a message when it is ready, and answers each message that it gets. */
export async function startAnswerer<First, Answer>(
  script: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Answerer<First, Answer>> {
  const options = { env: environment(variables), execArgv: [], stdio: [...SILENT, 'ipc'] satisfies StdioOptions };
  const child = tracked(fork(script, args, options));
  const closed = once(child, 'close');
  const nextMessage = async <Message>() => {
    const failed = closed.then(() => Promise.reject(new Error(`${path.basename(script)} ended`)));
    const [message] = (await Promise.race([once(child, 'message'), failed])) as [Message];
    return message;
  };
  const ready = await nextMessage<First>();
  const ask = () => {
    const answer = nextMessage<Answer>();
    child.send('');
    return answer;
  };
  const stop = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  return { ready, ask, stop };
}
