import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One event for the function. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: Buffer;
  readonly functionArn: string;
  /** When the function will be stopped, UTC epoch milliseconds */
  readonly deadlineMs: number;
}

/** The value that a function returned; with `functionError`, the error that it threw. */
export interface InvocationResult {
  readonly payload: Buffer;
  readonly functionError?: 'Unhandled';
}

/** Times of an environment's first use, by `performance.now()`. */
export interface FirstUse {
  /** The runtime asked for its first event: the init phase is over */
  firstNextMs?: number;
  /** The runtime sent its first result */
  firstResponseMs?: number;
}

/**
 * The Lambda Runtime API for one environment: the HTTP server from which a runtime fetches one event at a time, and to
 * which it sends the result.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly firstUse: FirstUse = {};
  /** Resolves when the runtime asks for its first event */
  readonly initialised: Promise<void>;
  /** The runtime's report of a failed init phase, after which it exits */
  initError: Buffer | undefined;

  private readonly server: Server;
  private idleRuntime: ServerResponse | undefined;
  private next: Invocation | undefined;
  private markInitialised: () => void = () => undefined;
  private running: { requestId: string; settle: (result: InvocationResult) => void } | undefined;

  private constructor() {
    this.initialised = new Promise((resolve) => {
      this.markInitialised = resolve;
    });
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((fault: unknown) => {
        response.destroy(fault instanceof Error ? fault : undefined);
      });
    });
  }

  /** Starts the API on a free port of this machine. */
  static async listen(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    api.server.listen(0, '127.0.0.1');
    await once(api.server, 'listening');
    return api;
  }

  /** Host and port, the value of `AWS_LAMBDA_RUNTIME_API` for the runtime. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sends an event to the runtime when it asks for one. Start the next invocation only after this one ends. */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    return new Promise((settle) => {
      this.running = { requestId: invocation.requestId, settle };
      this.next = invocation;
      this.deliver();
    });
  }

  /** Ends the running invocation, if any, on behalf of a runtime that has exited or is being killed. */
  abort(result: InvocationResult): void {
    this.finish(result);
  }

  /** Stops the API and disconnects a runtime that waits for an event. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    if (url.endsWith('/runtime/invocation/next')) {
      this.takeIdle(response);
      return;
    }
    const payload = await buffer(request);
    const isTaken = url.endsWith('/runtime/init/error') ? this.takeInitError(payload) : this.takeResult(url, payload);
    response.writeHead(isTaken ? 202 : 400).end();
  }

  private takeIdle(runtime: ServerResponse): void {
    this.firstUse.firstNextMs ??= performance.now();
    this.markInitialised();
    this.idleRuntime = runtime;
    this.deliver();
  }

  private takeInitError(payload: Buffer): true {
    this.initError = payload;
    return true;
  }

  /** @returns false when the result is not that of the running invocation */
  private takeResult(url: string, payload: Buffer): boolean {
    const [, requestId, outcome] = /\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(url) ?? [];
    if (requestId === undefined || requestId !== this.running?.requestId) return false;
    this.firstUse.firstResponseMs ??= performance.now();
    this.finish(outcome === 'error' ? { payload, functionError: 'Unhandled' } : { payload });
    return true;
  }

  private deliver(): void {
    if (!this.idleRuntime || !this.next) return;
    const { requestId, payload, functionArn, deadlineMs } = this.next;
    this.idleRuntime.writeHead(200, {
      'content-type': 'application/json',
      'content-length': payload.length,
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': deadlineMs,
      'lambda-runtime-invoked-function-arn': functionArn,
    });
    this.idleRuntime.end(payload);
    this.idleRuntime = undefined;
    this.next = undefined;
  }

  private finish(result: InvocationResult): void {
    this.running?.settle(result);
    this.running = undefined;
    this.next = undefined;
  }
}
