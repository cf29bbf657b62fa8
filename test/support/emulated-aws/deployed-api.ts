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
import type { Tokens } from './authorizers.ts';
import { tokensOf } from './authorizers.ts';
import { mayInvoke } from './invoke-permission.ts';
import type { EmulatedAws } from './server.ts';
import { ACCOUNT_ID, REGION } from './server.ts';

/** The configuration of an HTTP API in the emulated AWS. */
export interface DeployedApi {
  readonly apiId: string;
  readonly stage: string;
  readonly cors: CorsConfiguration | undefined;
  readonly routes: ReadonlyMap<string, DeployedRoute>;
  /** ARNs of the functions that let this API invoke them */
  readonly permittedArns: ReadonlySet<string>;
}

/** The function and the authorization of a route. */
export interface DeployedRoute {
  /** ARN of the function that it invokes, with the alias if the integration names one */
  readonly functionArn: string;
  /** `NONE`, `AWS_IAM` or `JWT` */
  readonly authorization: string;
  /** Whose tokens a `JWT` route accepts */
  readonly tokens?: Tokens;
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
    const permittedArns = await permitted(aws, [...functions.values()], `${apiId}/${stage}`);
    return { apiId, stage, cors: cors && corsOf(cors), routes: new Map(routeEntries), permittedArns };
  } finally {
    client.destroy();
  }
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
  return { functionArn: functions.get(Target) ?? '', authorization, ...(tokens && { tokens }) };
}

/** The functions of an API whose policies let it invoke them. @param stage - API and stage, as in the ARN of a route */
async function permitted(aws: EmulatedAws, arns: readonly string[], stage: string): Promise<ReadonlySet<string>> {
  const sourceArn = `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${stage}/$default`;
  const verdicts = await Promise.all(arns.map((arn) => mayInvoke(aws, arn, sourceArn)));
  return new Set(arns.filter((_, index) => verdicts[index]));
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

/** The ARN in `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/ARN/invocations`. */
function functionOf({ IntegrationType, IntegrationUri, PayloadFormatVersion }: Integration): string {
  const [, arn] = /\/functions\/(arn:[^/]+)\/invocations$/.exec(IntegrationUri ?? '') ?? [];
  if (IntegrationType === 'AWS_PROXY' && PayloadFormatVersion === '2.0' && arn) return arn;
  throw new Error(`not an integration of a function with payload format 2.0: ${IntegrationType} ${IntegrationUri}`);
}

function only<T>(found: readonly T[]): T {
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`expected one, found ${JSON.stringify(found)}`);
  return first;
}
