import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServedDeployedApi } from '../support/emulated-aws/deployed-api.ts';
import { deployedApi, serveDeployedApi } from '../support/emulated-aws/deployed-api.ts';
import { EmulatedAws } from '../support/emulated-aws/server.ts';
import { signed } from '../support/identity/aws-signer.ts';
import { AUDIENCE, TestIssuer } from '../support/identity/test-issuer.ts';
import { AWS_CALLERS, OLIVIA } from './callers.ts';

const ISSUER = 'https://id.example.com';

let aws: EmulatedAws;
let issuer: TestIssuer;
let served: ServedDeployedApi;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  aws = await EmulatedAws.start();
  cleanups.push(() => aws.stop());
  issuer = await TestIssuer.start(ISSUER);
  cleanups.push(() => issuer.stop());
  await makeApi();
  const echo = {
    name: 'echo',
    invoke: (event: unknown) => Promise.resolve({ payload: Buffer.from(JSON.stringify(event)) }),
  };
  const api = await deployedApi(aws, 'guarded');
  served = await serveDeployedApi(api, [echo], { aws: AWS_CALLERS, fetch: issuer.fetch });
  cleanups.push(() => served.stop());
}, 60_000);

afterAll(async () => {
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

/** Makes an HTTP API with a route for each authorization. */
async function makeApi(): Promise<void> {
  const client = new ApiGatewayV2Client(aws.clientConfig);
  const { ApiId } = await client.send(new CreateApiCommand({ Name: 'guarded', ProtocolType: 'HTTP' }));
  await client.send(new CreateStageCommand({ ApiId, StageName: 'resources' }));
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: 'arn:aws:lambda:us-east-1:123456789012:function:echo/invocations',
      PayloadFormatVersion: '2.0',
    }),
  );
  const { AuthorizerId } = await client.send(
    new CreateAuthorizerCommand({
      ApiId,
      Name: 'tokens',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: ISSUER, Audience: [AUDIENCE] },
    }),
  );
  const route = { ApiId, Target: `integrations/${IntegrationId ?? ''}` };
  await client.send(new CreateRouteCommand({ ...route, RouteKey: 'GET /none', AuthorizationType: 'NONE' }));
  await client.send(new CreateRouteCommand({ ...route, RouteKey: 'GET /iam', AuthorizationType: 'AWS_IAM' }));
  await client.send(new CreateRouteCommand({ ...route, RouteKey: 'GET /jwt', AuthorizationType: 'JWT', AuthorizerId }));
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
});
