import { expect, it } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import { CALLS } from '../../lambda/http/calls.ts';
import type { Tokens } from '../support/emulated-aws/authorizers.ts';
import { statementsOf } from '../support/emulated-aws/invoke-permission.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import type { RunningEnvironment } from './environment.ts';

/** What Terraform deploys for an environment with the defaults of variables.tf. */
export function deploymentStories(running: () => RunningEnvironment): void {
  it('deploys the built package with the settings of the environment', () => {
    expect(running().deployed.settings).toEqual({
      functionName: 'vm-pool-dev',
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:vm-pool-dev:live`,
      handler: 'index.handler',
      runtimeName: 'nodejs22.x',
      version: '1',
      region: REGION,
      timeoutSec: 29,
      memoryMb: 1024,
      reservedConcurrency: 1,
      logFormat: 'JSON',
      logGroup: '/aws/lambda/vm-pool-dev',
      variables: {
        STORE: 'memory',
        PROVIDER: 'mock',
        AUTHORIZATION: 'none',
        OPERATOR_ARNS: '',
        SESSION_NAME_ROLES: 'AWSReservedSSO_*',
        JWT_AUDIENCES: '',
        SIGN_IN_SCOPES: 'openid',
        JWT_USER_ID: '{sub}',
        JWT_OPERATOR_CLAIM: '',
        JWT_OPERATOR_VALUES: '',
        JWT_REQUIRED_CLAIMS: '',
        CALLER_REQUESTS_PER_MINUTE: '120',
        EVENTS_KEPT_DAYS: '90',
        LEASE_DEFAULT_MINUTES: '480',
        LEASE_MAX_MINUTES: '10080',
        CHECK_MAX_FAILURES: '3',
        CHECK_BACKOFF_SECONDS: '30',
        CHECK_TIMEOUT_SECONDS: '5',
        MOCK_FAILING_VMS: '',
        METRICS_NAMESPACE: 'vm-pool-dev',
      },
    });
  });

  it('names its URLs', () => {
    const { api, outputs } = running();
    expect(outputs.api_url).toBe(`https://${api.apiId}.execute-api.${REGION}.amazonaws.com/resources`);
    expect(outputs.getvm_url).toBe(`${outputs.api_url}/getvm`);
    expect(outputs.releasevm_url).toBe(`${outputs.api_url}/releasevm`);
  });

  it('gives the function no permissions for DynamoDB', () => {
    expect(running().role.usesOf('dynamodb')).toEqual([]);
  });
}

/** How API Gateway guards the calls for each audience. */
const GUARDS = {
  none: { everybody: 'NONE', borrowers: 'NONE', operators: 'AWS_IAM' },
  iam: { everybody: 'NONE', borrowers: 'AWS_IAM', operators: 'AWS_IAM' },
  jwt: { everybody: 'NONE', borrowers: 'JWT', operators: 'JWT' },
};

/** The routes of an API, and the function behind them. @param tokens - whose tokens its routes accept, if any */
export function routeStories(
  running: () => RunningEnvironment,
  account: () => EmulatedAws,
  authorization: Authorization,
  tokens?: Tokens,
): void {
  it('makes a route for each call and one for all other requests, each with the guard of its audience', () => {
    const { api, deployed, outputs } = running();
    const routeTo = (guard: string) => ({
      functionArn: deployed.settings.functionArn,
      authorization: guard,
      ...(guard === 'JWT' && { tokens }),
    });
    const routes = CALLS.map(({ route, audience }) => [route, routeTo(GUARDS[authorization][audience])]);
    expect(Object.fromEntries(api.routes)).toEqual({ ...Object.fromEntries(routes), $default: routeTo('NONE') });
    expect(outputs.authorization).toBe(authorization);
  });

  it('says to anybody how its callers identify', async () => {
    const { body } = await running().client.as(null).get('/sign-in');
    expect(body).toMatchObject({ authorization });
  });

  it('invokes the function by its alias, whose policy lets this API alone do so', async () => {
    const { api, deployed } = running();
    const { functionArn } = deployed.settings;
    expect(functionArn).toMatch(/:live$/);
    expect(await statementsOf(account(), functionArn)).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Principal: { Service: 'apigateway.amazonaws.com' },
        Resource: functionArn,
        Condition: {
          ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.apiId}/resources/*` },
        },
      }),
    ]);
  });
}
