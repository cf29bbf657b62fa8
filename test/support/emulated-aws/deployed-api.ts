import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Cors, Route } from '@aws-sdk/client-apigatewayv2';
import {
  ApiGatewayV2Client,
  GetApisCommand,
  GetAuthorizerCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStagesCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { CorsConfiguration } from '../../../scripts/lib/gateway/cors.ts';
import { createGateway, FunctionThrottled } from '../../../scripts/lib/gateway/server.ts';
import type { LambdaFunction } from '../lambda-runtime/lambda-function.ts';
import { TooManyRequests } from '../lambda-runtime/lambda-function.ts';
import type { Callers, Tokens } from './authorizers.ts';
import { authorizersOf, tokensOf } from './authorizers.ts';
import type { EmulatedAws } from './server.ts';
import { ACCOUNT_ID } from './server.ts';

/** The configuration of an HTTP API in the emulated AWS. */
export interface DeployedApi {
  readonly apiId: string;
  readonly stage: string;
  readonly cors: CorsConfiguration | undefined;
  readonly routes: ReadonlyMap<string, DeployedRoute>;
}

/** The function and the authorization of a route. */
export interface DeployedRoute {
  /** Name of the function that it invokes */
  readonly functionName: string;
  /** `NONE`, `AWS_IAM` or `JWT` */
  readonly authorization: string;
  /** Whose tokens a `JWT` route accepts */
  readonly tokens?: Tokens;
}

/** A deployed HTTP API, served on this machine. */
export interface ServedDeployedApi {
  /** URL of its stage: `http://127.0.0.1:PORT/resources` */
  readonly url: string;
  /** Errors that the gateway itself answered with a 500 or 503 */
  readonly faults: unknown[];
  stop(): Promise<void>;
}

/** Reads an HTTP API, its one stage and its routes. @throws Error when an integration is not one of a function */
export async function deployedApi(aws: EmulatedAws, apiName: string): Promise<DeployedApi> {
  const client = new ApiGatewayV2Client(aws.clientConfig);
  try {
    const { Items: apis = [] } = await client.send(new GetApisCommand({}));
    const { ApiId: apiId = '', CorsConfiguration: cors } = only(apis.filter(({ Name }) => Name === apiName));
    const { Items: stages = [] } = await client.send(new GetStagesCommand({ ApiId: apiId }));
    const { Items: integrations = [] } = await client.send(new GetIntegrationsCommand({ ApiId: apiId }));
    const { Items: routes = [] } = await client.send(new GetRoutesCommand({ ApiId: apiId }));

    const functions = new Map(integrations.map((known) => [`integrations/${known.IntegrationId}`, functionOf(known)]));
    const tokens = await tokensById(client, apiId, routes);
    const routeEntries = routes.map((route) => [route.RouteKey ?? '', routeOf(route, functions, tokens)] as const);
    const stage = only(stages).StageName ?? '';
    return { apiId, stage, cors: cors && corsOf(cors), routes: new Map(routeEntries) };
  } finally {
    client.destroy();
  }
}

/** Serves an API on a free port. Like API Gateway, each route checks its authorization, then invokes its function. */
export async function serveDeployedApi(
  api: DeployedApi,
  functions: readonly Pick<LambdaFunction, 'name' | 'invoke'>[],
  callers: Callers = {},
): Promise<ServedDeployedApi> {
  const byName = new Map(functions.map((lambda) => [lambda.name, lambda]));
  const faults: unknown[] = [];
  const server = createGateway({
    accountId: ACCOUNT_ID,
    apiId: api.apiId,
    stage: api.stage,
    cors: api.cors,
    routes: [...api.routes.keys()],
    authorizers: authorizersOf(api.routes, callers),
    invoke: async (event) => {
      const { functionName = '' } = api.routes.get(event.routeKey) ?? {};
      const lambda = byName.get(functionName);
      if (!lambda) throw new Error(`${event.routeKey} invokes the function "${functionName}", which does not run`);
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

/** Reads the authorizers of routes, one by one: moto does not list them. */
async function tokensById(
  client: ApiGatewayV2Client,
  apiId: string,
  routes: readonly Route[],
): Promise<ReadonlyMap<string, Tokens>> {
  const ids = new Set(routes.map(({ AuthorizerId = '' }) => AuthorizerId).filter((id) => id !== ''));
  const read = async (id: string) =>
    [id, tokensOf(await client.send(new GetAuthorizerCommand({ ApiId: apiId, AuthorizerId: id })))] as const;
  return new Map(await Promise.all([...ids].map(read)));
}

function routeOf(
  { Target = '', AuthorizationType: authorization = 'NONE', AuthorizerId }: Route,
  functions: ReadonlyMap<string, string>,
  tokensOfAll: ReadonlyMap<string, Tokens>,
): DeployedRoute {
  const tokens = tokensOfAll.get(AuthorizerId ?? '');
  return { functionName: functions.get(Target) ?? '', authorization, ...(tokens && { tokens }) };
}

async function invoked(lambda: Pick<LambdaFunction, 'name' | 'invoke'>, event: unknown): Promise<unknown> {
  const { payload, functionError } = await lambda.invoke(event).catch((fault: unknown) => {
    throw fault instanceof TooManyRequests ? new FunctionThrottled(fault.message) : fault;
  });
  if (functionError) throw new Error(`${lambda.name} failed: ${payload.toString()}`);
  return JSON.parse(payload.toString()) as unknown;
}

function corsOf(cors: Cors): CorsConfiguration {
  return {
    allowOrigins: cors.AllowOrigins ?? [],
    allowMethods: cors.AllowMethods ?? [],
    allowHeaders: cors.AllowHeaders ?? [],
    exposeHeaders: cors.ExposeHeaders ?? [],
    maxAgeSec: cors.MaxAge,
    allowCredentials: cors.AllowCredentials ?? false,
  };
}

interface Integration {
  readonly IntegrationType?: string | undefined;
  readonly IntegrationUri?: string | undefined;
  readonly PayloadFormatVersion?: string | undefined;
}

/** The function of `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/ARN/invocations`. */
function functionOf({ IntegrationType, IntegrationUri, PayloadFormatVersion }: Integration): string {
  const [, name] = /:function:([^:/]+)/.exec(IntegrationUri ?? '') ?? [];
  if (IntegrationType === 'AWS_PROXY' && PayloadFormatVersion === '2.0' && name) return name;
  throw new Error(`not an integration of a function with payload format 2.0: ${IntegrationType} ${IntegrationUri}`);
}

function only<T>(found: readonly T[]): T {
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`expected one, found ${JSON.stringify(found)}`);
  return first;
}
