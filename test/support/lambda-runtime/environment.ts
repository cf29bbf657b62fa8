import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LambdaRuntime } from '../../../scripts/lib/lambda-runtime/install.ts';
import type { FirstUse, Invocation, InvocationResult } from './runtime-api.ts';
import { RuntimeApi } from './runtime-api.ts';

/** How an execution environment is set up. */
export interface EnvironmentOptions {
  readonly runtime: LambdaRuntime;
  /** `index.handler` */
  readonly handler: string;
  /** Folder of the unzipped code */
  readonly codeFolder: string;
  /** The whole environment of the process; `AWS_LAMBDA_RUNTIME_API` is added. Nothing of this process is passed on. */
  readonly variables: Readonly<Record<string, string>>;
  /** Called with each line that the runtime or the function writes */
  readonly onLogLine: (line: string) => void;
}

/** Lambda's own limit of the init phase. */
const MAX_INIT_MS = 10_000;

/**
 * One execution environment: a process with the runtime interface client and the function, and the Runtime API it
 * talks to. It takes one invocation at a time, as on Lambda.
 */
export class Environment {
  /** Just before the process was started, on the clock of `performance.now()` */
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

  /** When the function was loaded and when it had answered for the first time. */
  get firstUse(): Readonly<FirstUse> {
    return this.api.firstUse;
  }

  /**
   * Runs the function once. A function that is too slow is stopped together with its process, as on Lambda, and one that
   * exits ends the invocation with an error. Wait for one invocation to end before the next.
   *
   * @param timeoutMs - longest the function may run; loading its code does not count
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

  /** Ends the process and waits until its last log line is in. */
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
