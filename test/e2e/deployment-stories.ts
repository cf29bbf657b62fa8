import { GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, it } from '@jest/globals';
import { CALLS } from '../../lambda/http/calls.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import type { RunningEnvironment } from './environment.ts';

/** What Terraform deploys for an environment with the defaults of variables.tf. */
export function deploymentStories(running: () => RunningEnvironment, account: () => EmulatedAws): void {
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
        JWT_USER_ID: '{sub}',
        JWT_OPERATOR_CLAIM: '',
        JWT_OPERATOR_VALUES: '',
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

  it('makes a route for each call and one for all other requests, and lets IAM guard the calls of operators', () => {
    const { api, outputs } = running();
    const routeTo = (authorization: string) => ({ functionName: 'vm-pool-dev', authorization });
    const routes = CALLS.map(({ route, audience }) => [route, routeTo(audience === 'operators' ? 'AWS_IAM' : 'NONE')]);
    expect(Object.fromEntries(api.routes)).toEqual({ ...Object.fromEntries(routes), $default: routeTo('NONE') });
    expect(outputs.api_url).toBe(`https://${api.apiId}.execute-api.${REGION}.amazonaws.com/resources`);
    expect(outputs.getvm_url).toBe(`${outputs.api_url}/getvm`);
    expect(outputs.releasevm_url).toBe(`${outputs.api_url}/releasevm`);
  });

  it('lets only this API invoke the alias, and nobody the function beside it', async () => {
    const { api, deployed } = running();
    const client = new LambdaClient(account().clientConfig);
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName: 'vm-pool-dev', Qualifier: 'live' }));
    client.destroy();
    const { Statement } = JSON.parse(Policy) as { Statement: unknown[] };
    expect(Statement).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Principal: { Service: 'apigateway.amazonaws.com' },
        Resource: deployed.settings.functionArn,
        Condition: {
          ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.apiId}/resources/*` },
        },
      }),
    ]);
  });

  it('gives the function no permissions for DynamoDB', () => {
    expect(running().role.usesOf('dynamodb')).toEqual([]);
  });
}
