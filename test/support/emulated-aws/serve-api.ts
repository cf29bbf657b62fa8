import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createGateway, FunctionThrottled } from '../../../scripts/lib/gateway/server.ts';
import type { LambdaFunction } from '../lambda-runtime/lambda-function.ts';
import { TooManyRequests } from '../lambda-runtime/lambda-function.ts';
import type { Callers } from './authorizers.ts';
import { authorizersOf } from './authorizers.ts';
import type { DeployedApi } from './deployed-api.ts';
import { ACCOUNT_ID } from './server.ts';

/** A deployed HTTP API, served on this machine. */
export interface ServedDeployedApi {
  /** URL of its stage: `http://127.0.0.1:PORT/resources` */
  readonly url: string;
  /** Errors that the gateway itself answered with a 500 or 503 */
  readonly faults: unknown[];
  stop(): Promise<void>;
}

/** A function that runs here. */
type Invocable = Pick<LambdaFunction, 'arn' | 'invoke'>;

/**
 * Serves an API on a free port. Like API Gateway, each route checks its authorization, then invokes its function, whose
 * policy must allow it.
 */
export async function serveDeployedApi(
  api: DeployedApi,
  functions: readonly Invocable[],
  callers: Callers = {},
): Promise<ServedDeployedApi> {
  const byArn = new Map(functions.map((lambda) => [lambda.arn, lambda]));
  const faults: unknown[] = [];
  const server = createGateway({
    accountId: ACCOUNT_ID,
    apiId: api.apiId,
    stage: api.stage,
    cors: api.cors,
    routes: [...api.routes.keys()],
    authorizers: authorizersOf(api.routes, callers),
    invoke: async (event) => {
      const { functionArn = '' } = api.routes.get(event.routeKey) ?? {};
      const lambda = byArn.get(functionArn);
      if (!lambda) throw new Error(`${event.routeKey} invokes "${functionArn}", which does not run`);
      if (!api.permittedArns.has(functionArn)) throw new Error(`${functionArn} does not let this API invoke it`);
      return invoked(lambda, event);
    },
    onFault: (fault) => faults.push(fault),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}/${api.stage}`, faults, stop };
}

async function invoked(lambda: Invocable, event: unknown): Promise<unknown> {
  const { payload, functionError } = await lambda.invoke(event).catch((fault: unknown) => {
    throw fault instanceof TooManyRequests ? new FunctionThrottled(fault.message) : fault;
  });
  if (functionError) throw new Error(`${lambda.arn} failed: ${payload.toString()}`);
  return JSON.parse(payload.toString()) as unknown;
}
