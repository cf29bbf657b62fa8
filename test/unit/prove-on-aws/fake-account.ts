import { setImmediate } from 'node:timers/promises';
import { Account } from '../../../scripts/lib/prove-on-aws/account.ts';
import type { Ran } from '../../../scripts/lib/prove-on-aws/commands.ts';
import { PROBES } from '../../../scripts/lib/prove-on-aws/probes.ts';
import type { Result } from '../../../scripts/lib/prove-on-aws/report.ts';
import { resultOf } from '../../../scripts/lib/prove-on-aws/report.ts';
import type { Behaviour } from '../../support/api/fake-deployment.ts';
import { CALLER, fakeDeployment, GATEWAY_ID, SIGN_INS } from '../../support/api/fake-deployment.ts';

/** What a program prints, by its name and leading arguments; a function gets all arguments. */
export type Programs = Readonly<Record<string, unknown>>;

const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev';
const KMS_KEY = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd';

/** Answers of the aws CLI and of the scripts in a healthy account. */
const HEALTHY: Programs = {
  'aws apigatewayv2 get-apis': { Items: [{ Name: 'other' }, { Name: 'vm-pool-dev', ApiId: 'a1b2c3' }] },
  'aws apigatewayv2 get-integrations': {
    Items: [{ IntegrationUri: `arn:aws:apigateway:us-east-1:lambda:path/functions/${FUNCTION}:live/invocations` }],
  },
  'aws apigatewayv2 get-stage': { DefaultRouteSettings: { ThrottlingBurstLimit: 20 } },
  'aws scheduler get-schedule': { State: 'ENABLED', Target: { Arn: `${FUNCTION}:live` } },
  'aws logs filter-log-events': (args: readonly string[]) => {
    const known = args.includes('{ $.message = "tick" }') || args.includes(JSON.stringify(GATEWAY_ID));
    return { events: known ? [{ timestamp: 0 }] : [] };
  },
  'aws lambda get-function-configuration': {
    FunctionArn: FUNCTION,
    Role: 'arn:aws:iam::123456789012:role/vm-pool-dev',
    Environment: { Variables: { METRICS_NAMESPACE: 'vm-pool-dev', CERTIFICATE_AUTHORITY: KMS_KEY } },
    State: 'Active',
    VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'] },
  },
  'aws lambda get-function-concurrency': { ReservedConcurrentExecutions: 1 },
  'aws cloudwatch get-metric-statistics': {
    Datapoints: [
      { SampleCount: 2, Maximum: 5, Timestamp: '2026-11-21T12:00:00Z' },
      { SampleCount: 1, Maximum: 4, Timestamp: '2026-11-21T11:59:00Z' },
    ],
  },
  'aws cloudwatch describe-alarms': {
    MetricAlarms: [{ AlarmName: 'vm-pool-dev-5xx', StateValue: 'OK', Metrics: [{ Id: 'faults' }] }],
    CompositeAlarms: [{ AlarmName: 'vm-pool-dev', StateValue: 'OK' }],
  },
  'aws cloudwatch get-metric-data': { MetricDataResults: [{ Values: [0] }] },
  'aws cloudwatch list-metrics': { Metrics: [{ Dimensions: [{ Value: 'default' }] }, { Dimensions: [] }] },
  'aws logs describe-query-definitions': {
    queryDefinitions: [{ name: 'vm-pool-dev/faults', queryString: 'limit 1', logGroupNames: ['log'] }],
  },
  'aws logs start-query': { queryId: 'q1' },
  'aws logs get-query-results': { status: 'Complete' },
  'aws dynamodb describe-table': { Table: { SSEDescription: { KMSMasterKeyArn: KMS_KEY } } },
  'aws dynamodb describe-continuous-backups': restorableTo('2026-11-21T11:55:00Z'),
  'aws dynamodb describe-time-to-live': { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } },
  'aws kms describe-key': {
    KeyMetadata: { KeyManager: 'CUSTOMER', KeyState: 'Enabled', KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' },
  },
  'aws kms sign': { status: 254, stdout: '', stderr: 'An error occurred (AccessDeniedException)' },
  'aws ec2 describe-network-interfaces': { NetworkInterfaces: [{ Status: 'in-use' }] },
  'aws s3api head-object': { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KMS_KEY },
  'aws s3api get-bucket-encryption': {
    ServerSideEncryptionConfiguration: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KMS_KEY } }],
    },
  },
  'aws iam simulate-principal-policy': (args: readonly string[]) => {
    const ofNetwork = args.includes('--context-entries') ? 'explicitDeny' : 'allowed';
    return decisions(args, args.includes('ec2:CreateNetworkInterface') ? ofNetwork : 'implicitDeny');
  },
  'scripts/terraform bootstrap output': { plan_role_arn: { value: 'arn:aws:iam::123456789012:role/plan' } },
  'scripts/terraform dev plan': '',
  'scripts/logs': (args: readonly string[]) => ({ requestId: args.at(-1) }),
};

/** What DynamoDB says of a table that can be restored to that time. */
export function restorableTo(LatestRestorableDateTime: string | number) {
  return { ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { LatestRestorableDateTime } } };
}

/** What IAM's simulator answers when it decides the same of every action. */
export function decisions(args: readonly string[], EvalDecision: string) {
  const actions = args.slice(args.indexOf('--action-names') + 1).filter((word) => /^[a-z0-9]+:[A-Za-z]+$/.test(word));
  return { EvaluationResults: actions.map((EvalActionName) => ({ EvalActionName, EvalDecision })) };
}

/** How a proof differs from one of a healthy account. */
export interface World extends Behaviour {
  readonly programs?: Programs;
  readonly env?: Readonly<Record<string, string>>;
  readonly tableName?: string;
  readonly visitorName?: string;
  readonly withLoad?: boolean;
  /** Folder of the repository. */
  readonly root?: string;
}

/** Runs one probe; its time passes only while it waits. */
export async function prove(id: string, world: World): Promise<Result & { waitedMs: number; ran: string[] }> {
  const probe = PROBES.find((one) => one.id === id);
  if (probe === undefined) throw new Error(`no probe ${id}`);
  const deployment = await fakeDeployment(world);
  const ran: string[] = [];
  let nowMs = deployment.behind.clock.read();
  const startMs = nowMs;
  const root = world.root ?? '/nowhere';
  const account = new Account({
    environment: 'dev',
    region: 'us-east-1',
    outputs: {
      apiUrl: deployment.url,
      functionName: 'vm-pool-dev',
      logGroup: '/aws/lambda/vm-pool-dev',
      accessLogGroup: '/aws/vendedlogs/apigateway/vm-pool-dev',
      tableName: world.tableName,
      visitorName: world.visitorName,
    },
    signIn: SIGN_INS[world.guard],
    env: world.env ?? CALLER,
    root,
    run: async (program, args) => {
      const line = [program.replace(`${root}/`, ''), ...args].join(' ');
      ran.push(line);
      return answered({ ...HEALTHY, ...world.programs }, line, args);
    },
    clock: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      await setImmediate();
    },
  });
  try {
    const result = await resultOf(probe, account, world.withLoad ?? true);
    return { ...result, waitedMs: nowMs - startMs, ran };
  } finally {
    await deployment.close();
  }
}

function answered(programs: Programs, line: string, args: readonly string[]): Ran {
  const name = Object.keys(programs).find((start) => line === start || line.startsWith(`${start} `));
  if (name === undefined) throw new Error(`nobody expected: ${line}`);
  const known = programs[name];
  const output: unknown = typeof known === 'function' ? (known as (args: readonly string[]) => unknown)(args) : known;
  if (isRan(output)) return output;
  return { status: 0, stdout: typeof output === 'string' ? output : JSON.stringify(output), stderr: '' };
}

function isRan(output: unknown): output is Ran {
  return typeof output === 'object' && output !== null && 'stderr' in output;
}
