import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { unusedPackages } from '../../../scripts/lib/bundle/unused-packages.ts';
import { tracked } from './child-processes.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const outdir = path.join(root, 'dist/integration');

/**
 * Bundles a module of `test/integration/` as `scripts/build` bundles the function, so that its processes start fast.
 *
 * @param name - without extension
 * @returns the bundle
 */
export async function compiledWorker(name: string): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: `test/integration/${name}.ts` },
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    plugins: [unusedPackages],
  });
  return path.join(outdir, `${name}.mjs`);
}

/** A child process that gets one task and sends its result. */
export class Worker<Task extends object, Result> {
  private readonly process: ChildProcess;
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>;

  /** @param variables - its whole environment; it inherits none of this process's variables */
  constructor(bundle: string, variables: Readonly<Record<string, string>>) {
    this.process = tracked(fork(bundle, { env: { NODE_NO_WARNINGS: '1', ...variables }, execArgv: [] }));
    this.ended = once(this.process, 'close').then(([code]) => code as number | null);
  }

  /** Sends the task and waits. @returns the result; undefined when the process ends without one */
  async run(task: Task): Promise<Result | undefined> {
    const result = once(this.process, 'message').then(([message]) => message as Result);
    this.process.send(task);
    return Promise.race([result, this.ended.then(() => undefined)]);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}
