import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LambdaFunction } from '../lambda-runtime/lambda-function.ts';
import { TooManyRequests } from '../lambda-runtime/lambda-function.ts';
import type { Use } from './iam.ts';

/** A function that runs here. */
type Invocable = Pick<LambdaFunction, 'arn' | 'invoke'>;

/**
 * The part of Lambda's API that runs a function and waits for its answer, for the functions that run here. moto would
 * need Docker for it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export class InvokeApi {
  /** Distinct uses by its callers */
  readonly uses = new Map<string, Use>();

  private constructor(
    private readonly server: Server,
    private readonly functions: readonly Invocable[],
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.serve(request, response).catch((fault: unknown) => {
        response.destroy(fault as Error);
      });
    });
  }

  /** Listens on a free port. */
  static async start(functions: readonly Invocable[]): Promise<InvokeApi> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new InvokeApi(server, functions);
  }

  /** The environment variable that leads AWS SDKs to it. */
  get variables(): Readonly<Record<string, string>> {
    return { AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}` };
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const payload = await text(request);
    const [, name = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? [];
    const arn = decodeURIComponent(name);
    this.uses.set(arn, { action: 'lambda:InvokeFunction', resource: arn });
    const lambda = this.functions.find((each) => each.arn === arn);
    if (lambda === undefined || request.method !== 'POST') {
      answerError(response, 404, 'ResourceNotFoundException', `Function not found: ${arn}`);
      return;
    }
    try {
      const result = await lambda.invoke(JSON.parse(payload));
      const failed = result.functionError && { 'x-amz-function-error': result.functionError };
      response.writeHead(200, { 'content-type': 'application/json', ...failed }).end(result.payload);
    } catch (error) {
      if (!(error instanceof TooManyRequests)) throw error;
      answerError(response, 429, 'TooManyRequestsException', error.message);
    }
  }
}

function answerError(response: ServerResponse, status: number, type: string, message: string): void {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type };
  response.writeHead(status, headers).end(JSON.stringify({ Message: message }));
}
