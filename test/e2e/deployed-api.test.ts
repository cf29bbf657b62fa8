import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { AddPermissionCommand, CreateAliasCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { deployedApi } from '../support/emulated-aws/deployed-api.ts';
import type { ServedDeployedApi } from '../support/emulated-aws/serve-api.ts';
import { serveDeployedApi } from '../support/emulated-aws/serve-api.ts';
import { ACCOUNT_ID, EmulatedAws, REGION } from '../support/emulated-aws/server.ts';
import { iamUser } from '../support/identity/aws-callers.ts';
import { signed } from '../support/identity/aws-signer.ts';
import { AUDIENCE, TestIssuer } from '../support/identity/test-issuer.ts';

const ISSUER = 'https://id.example.com';
const OLIVIA = iamUser('olivia');

const ECHO = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:echo`;

let aws: EmulatedAws;
let issuer: TestIssuer;
let served: ServedDeployedApi;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  aws = await EmulatedAws.start();
  cleanups.push(() => aws.stop());
  issuer = await TestIssuer.start(ISSUER);
  cleanups.push(() => issuer.stop());
  await makeFunction(await makeApi());
  const echo = (arn: string) => ({
    arn,
    invoke: (event: unknown) => Promise.resolve({ payload: Buffer.from(JSON.stringify(event)) }),
  });
  const api = await deployedApi(aws, 'guarded');
  served = await serveDeployedApi(api, [echo(`${ECHO}:live`), echo(`${ECHO}:next`)], {
    aws: [OLIVIA],
    fetch: issuer.fetch,
  });
  cleanups.push(() => served.stop());
}, 60_000);

afterAll(async () => {
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

/** Makes an HTTP API with a route for each authorization, and for each way to name a function. @returns its id */
async function makeApi(): Promise<string> {
  const client = new ApiGatewayV2Client(aws.clientConfig);
  const { ApiId = '' } = await client.send(new CreateApiCommand({ Name: 'guarded', ProtocolType: 'HTTP' }));
  await client.send(new CreateStageCommand({ ApiId, StageName: 'resources' }));
  const targetOf = async (functionArn: string) => {
    const path = `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
    const integration = {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: path,
      PayloadFormatVersion: '2.0',
    } as const;
    const { IntegrationId = '' } = await client.send(new CreateIntegrationCommand(integration));
    return `integrations/${IntegrationId}`;
  };
  const { AuthorizerId } = await client.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: 'tokens',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: ISSUER, Audience: [AUDIENCE] },
    }),
  );
  const route = { ApiId, Target: await targetOf(`${ECHO}:live`) };
  await client.send(new CreateRouteCommand({ ...route, RouteKey: 'GET /none', AuthorizationType: 'NONE' }));
  await client.send(new CreateRouteCommand({ ...route, RouteKey: 'GET /iam', AuthorizationType: 'AWS_IAM' }));
  await client.send(new CreateRouteCommand({ ...route, RouteKey: 'GET /jwt', AuthorizationType: 'JWT', AuthorizerId }));
  const others = { 'GET /other-alias': `${ECHO}:next`, 'GET /no-alias': ECHO };
  for (const [RouteKey, arn] of Object.entries(others)) {
    await client.send(new CreateRouteCommand({ ApiId, RouteKey, Target: await targetOf(arn) }));
  }
  client.destroy();
  return ApiId;
}

/** Makes a function with two aliases, of which the API may invoke one. */
async function makeFunction(apiId: string): Promise<void> {
  const client = new LambdaClient(aws.clientConfig);
  const echo = { FunctionName: 'echo' };
  const trust = encodeURIComponent('{"Version":"2012-10-17","Statement":[]}');
  await aws.ask('iam', `/?Action=CreateRole&Version=2010-05-08&RoleName=echo&AssumeRolePolicyDocument=${trust}`);
  const Role = `arn:aws:iam::${ACCOUNT_ID}:role/echo`;
  const code = {
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: zipSync({ 'index.js': strToU8('') }) },
  } as const;
  await client.send(new CreateFunctionCommand({ ...echo, ...code, Role }));
  for (const Name of ['live', 'next']) {
    await client.send(new CreateAliasCommand({ ...echo, Name, FunctionVersion: '$LATEST' }));
  }
  const permission = {
    StatementId: 'api',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/resources/*`,
  };
  await client.send(new AddPermissionCommand({ ...echo, ...permission, Qualifier: 'live' }));
  client.destroy();
}

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; caller?: unknown }> {
  const response = await fetch(served.url + path, { headers });
  const { requestContext } = (await response.json()) as { requestContext?: { authorizer?: unknown } };
  return { status: response.status, caller: requestContext?.authorizer };
}

describe('an API in the emulated AWS', () => {
  it('lets anybody call a route without authorization', async () => {
    expect(await get('/none')).toEqual({ status: 200 });
  });

  it('lets nobody call a guarded route without credentials', async () => {
    expect(await get('/iam')).toEqual({ status: 403 });
    expect(await get('/jwt')).toEqual({ status: 401 });
  });

  it('takes a signature on the route for signatures only', async () => {
    const url = (path: string) => ({ method: 'GET', url: served.url + path });
    expect(await get('/iam', await signed(url('/iam'), OLIVIA))).toMatchObject({
      status: 200,
      caller: { iam: { userArn: OLIVIA.userArn } },
    });
    expect(await get('/jwt', await signed(url('/jwt'), OLIVIA))).toEqual({ status: 401 });
  });

  it("takes a token of the authorizer's issuer and audience on the route for tokens only", async () => {
    const bearer = async (claims = {}) => ({ authorization: `Bearer ${await issuer.token(claims)}` });
    expect(await get('/jwt', await bearer())).toMatchObject({
      status: 200,
      caller: { jwt: { claims: { sub: 'alice' } } },
    });
    expect(await get('/jwt', await bearer({ aud: 'other' }))).toEqual({ status: 401 });
    expect(await get('/iam', await bearer())).toEqual({ status: 403 });
  });

  it.each([
    { fault: 'an alias that does not let it', path: '/other-alias', says: `${ECHO}:next does not let this API` },
    { fault: 'the function beside its aliases', path: '/no-alias', says: `invokes "${ECHO}", which does not run` },
  ])('fails to invoke $fault', async ({ path, says }) => {
    expect(await get(path)).toEqual({ status: 500 });
    expect(served.faults.at(-1)).toMatchObject({ message: expect.stringContaining(says) });
  });
});
