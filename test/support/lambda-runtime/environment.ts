import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LambdaRuntime } from '../../../scripts/lib/lambda-runtime/install.ts';
import type { FirstUse, Invocation, InvocationResult } from './runtime-api.ts';
import { RuntimeApi } from './runtime-api.ts';

/** Settings of an execution environment. */
export interface EnvironmentOptions {
  readonly runtime: LambdaRuntime;
  /** `index.handler` */
  readonly handler: string;
  /** Folder of the unzipped code */
  readonly codeFolder: string;
  /** All its variables but `AWS_LAMBDA_RUNTIME_API`, which is added. It inherits none of this process. */
  readonly variables: Readonly<Record<string, string>>;
  /** Called with each line that the runtime or the function writes */
  readonly onLogLine: (line: string) => void;
}

/** Lambda's own limit of the init phase. */
const MAX_INIT_MS = 10_000;

/**
 * One execution environment: a process with the runtime interface client and the function, and the Runtime API that it
 * calls. It takes one invocation at a time, as on Lambda.
 */
export class Environment {
  /** Time just before the process started, by `performance.now()` */
  readonly spawnedAtMs: number;

  private readonly api: RuntimeApi;
  private readonly process: ChildProcess;
  private readonly closed: Promise<void>;
  private readonly initialised: Promise<unknown>;

  private constructor(api: RuntimeApi, options: EnvironmentOptions) {
    const { runtime, handler, codeFolder, variables, onLogLine } = options;
    this.api = api;
    this.spawnedAtMs = performance.now();
    this.process = spawn(runtime.node, [runtime.interfaceClient, handler], {
      cwd: codeFolder,
      env: { ...variables, AWS_LAMBDA_RUNTIME_API: api.address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [this.process.stdout, this.process.stderr]) {
      if (output) createInterface(output).on('line', onLogLine);
    }
    this.closed = new Promise((resolve) => {
      this.process.once('close', () => {
        api.abort(this.exitedResult());
        api.close();
        resolve();
      });
    });
    this.process.once('error', (fault) => {
      onLogLine(fault.message);
    });
    this.initialised = this.initialisedInTime();
  }

  /** Starts the process; it is initialising when this resolves. */
  static async start(options: EnvironmentOptions): Promise<Environment> {
    return new Environment(await RuntimeApi.listen(), options);
  }

  get isAlive(): boolean {
    const { exitCode, signalCode, killed } = this.process;
    return exitCode === null && signalCode === null && !killed;
  }

  /** Times of the function's load and first answer. */
  get firstUse(): Readonly<FirstUse> {
    return this.api.firstUse;
  }

  /**
   * Runs the function once. As on Lambda, a function that is too slow is stopped with its process, and a process that
   * exits ends the invocation with an error. Start the next invocation only after this one ends.
   *
   * @param timeoutMs - longest that the function may run, without the time to load its code
   */
  async invoke(event: Omit<Invocation, 'deadlineMs'>, timeoutMs: number): Promise<InvocationResult> {
    await this.initialised;
    if (!this.isAlive) return this.exitedResult();
    const timer = setTimeout(() => {
      this.api.abort(timedOutResult(event.requestId, timeoutMs));
      this.process.kill('SIGKILL');
    }, timeoutMs);
    const result = await this.api.invoke({ ...event, deadlineMs: Date.now() + timeoutMs });
    clearTimeout(timer);
    return result;
  }

  /** Ends the process and waits for its last log line. */
  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.closed;
  }

  private async initialisedInTime(): Promise<void> {
    const timer = setTimeout(() => this.process.kill('SIGKILL'), MAX_INIT_MS);
    await Promise.race([this.api.initialised, this.closed]);
    clearTimeout(timer);
  }

  private exitedResult(): InvocationResult {
    if (this.api.initError) return { payload: this.api.initError, functionError: 'Unhandled' };
    const how = this.process.exitCode ?? this.process.signalCode ?? 'an error';
    return failure({ errorType: 'Runtime.ExitError', errorMessage: `Error: Runtime exited with ${how}` });
  }
}

function timedOutResult(requestId: string, timeoutMs: number): InvocationResult {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return failure({ errorType: 'Sandbox.Timedout', errorMessage });
}

function failure(error: { errorType: string; errorMessage: string }): InvocationResult {
  return { payload: Buffer.from(JSON.stringify(error)), functionError: 'Unhandled' };
}
