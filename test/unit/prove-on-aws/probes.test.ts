import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBES } from '../../../scripts/lib/prove-on-aws/probes.ts';
import type { Call, Reply } from '../../support/api/fake-deployment.ts';
import { CALLER } from '../../support/api/fake-deployment.ts';
import type { World } from './fake-account.ts';
import { decisions, prove, restorableTo } from './fake-account.ts';

/** A repository whose environment dev keeps its state in a bucket. */
let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'vm-pool-proof-'));
  const folder = path.join(root, 'terraform/environments/dev/.terraform');
  mkdirSync(folder, { recursive: true });
  const config = { bucket: 'states', key: 'vm-pool/dev/terraform.tfstate', region: 'eu-central-1' };
  writeFileSync(path.join(folder, 'terraform.tfstate'), JSON.stringify({ backend: { config } }));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const always = (reply: Reply) => () => reply;

/** A page, which nobody reads, as the function sends it. */
const PAGE: Reply = {
  status: 200,
  text: '',
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' },
};
const to = (route: string, reply: Reply) => (call: Call) => (call.route === route ? reply : undefined);
const failing = (stderr: string) => ({ status: 254, stdout: '', stderr });

/** Answers the first requests with 200 and the others with another status. */
const after = (good: number, status: number) => (_: Call, index: number) => (index < good ? undefined : { status });

const withTable: Partial<World> = { tableName: 'vm-pool-dev' };
const withVisitor: Partial<World> = { visitorName: 'vm-pool-dev-visitor' };
/** Answers who identifies, or shows the token, with Prometheus' text. */
const withMetrics = (free: number, token?: string): Partial<World> => ({
  reply: ({ route, isIdentified, headers }) => {
    if (route !== 'GET /metrics') return undefined;
    const isKnown = token === undefined ? isIdentified : headers.authorization === `Bearer ${token}`;
    const vms = (state: string, count: number) => `vm_pool_vms{pool="default",state="${state}"} ${String(count)}\n`;
    return isKnown ? { status: 200, text: vms('leased', 9) + vms('free', free) } : { status: 401 };
  },
});
const configuredWith = (Variables: Record<string, string>): Partial<World> => ({
  programs: { 'aws lambda get-function-configuration': { Environment: { Variables } } },
});
/** An account with two instances of a pool, of which one runs, and other answers about them. */
const withInstances = (programs: World['programs'] = {}): Partial<World> => ({
  programs: {
    'aws lambda get-function-configuration': {
      FunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:vm-pool-dev',
      Role: 'arn:aws:iam::123456789012:role/vm-pool-dev',
      Environment: { Variables: { EC2_POOL_TAG: 'team' } },
    },
    'aws ec2 describe-instances': {
      Reservations: [
        { Instances: [{ InstanceId: 'i-1', State: { Name: 'running' }, Tags: [{ Key: 'team', Value: 'gpu' }] }] },
        { Instances: [{ InstanceId: 'i-2', State: { Name: 'stopped' } }] },
      ],
    },
    'aws iam simulate-principal-policy': (args: readonly string[]) =>
      decisions(args, args.join().includes('ContextKeyValues=gpu') ? 'allowed' : 'implicitDeny'),
    'aws ec2 get-console-output': {
      Output:
        '[5.1] boot\r\n-----BEGIN SSH HOST KEY KEYS-----\r\nssh-ed25519 AAAA root@ip\r\n-----END SSH HOST KEY KEYS-----\r\n',
    },
    'aws ec2 describe-instance-status': {
      InstanceStatuses: [{ InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' } }],
    },
    ...programs,
  },
});
const byToken = configuredWith({ METRICS_NAMESPACE: 'vm-pool-dev', METRICS_TOKEN: 'ssm:/token' });
const withCors: Partial<World> = {
  programs: {
    'aws apigatewayv2 get-apis': {
      Items: [{ Name: 'vm-pool-dev', ApiId: 'a1', CorsConfiguration: { AllowOrigins: ['https://app.example'] } }],
    },
  },
};
const allowing = (origin: string): Reply => ({ status: 204, headers: { 'access-control-allow-origin': origin } });
const burstOf = (ThrottlingBurstLimit: number) => ({
  'aws apigatewayv2 get-stage': { DefaultRouteSettings: { ThrottlingBurstLimit } },
});

interface Row extends Partial<World> {
  readonly id: string;
  readonly rule: string;
}

const PASSING: readonly Row[] = [
  { id: 'anonymous-borrower', rule: 'lets anybody in where nobody is asked', guard: 'none' },
  { id: 'anonymous-borrower', rule: 'is refused by IAM', guard: 'iam' },
  { id: 'anonymous-borrower', rule: 'is refused without a token', guard: 'jwt' },
  { id: 'identified-borrower', rule: 'is let in by signature', guard: 'iam' },
  { id: 'identified-borrower', rule: 'is let in by token', guard: 'jwt' },
  { id: 'forged-identity', rule: 'is refused by IAM', guard: 'iam' },
  { id: 'forged-identity', rule: 'is refused as a token', guard: 'jwt' },
  { id: 'anonymous-operator', rule: 'is refused where borrowers need no identity', guard: 'none' },
  { id: 'anonymous-operator', rule: 'is refused without a token', guard: 'jwt' },
  { id: 'identified-operator', rule: 'is let in by signature, whoever borrows', guard: 'none' },
  {
    id: 'identified-operator',
    rule: 'may be refused by the function itself',
    guard: 'jwt',
    reply: to('GET /vms', { status: 403, body: { code: 'forbidden' } }),
  },
  { id: 'another-user', rule: 'is refused', guard: 'iam' },
  { id: 'canary', rule: 'borrows and releases', guard: 'none' },
  { id: 'canary', rule: 'borrows and releases with an identity', guard: 'jwt' },
  { id: 'preflight', rule: 'allows no origin without CORS' },
  { id: 'preflight', rule: 'allows the origin with CORS', ...withCors, reply: always(allowing('https://app.example')) },
  { id: 'page', rule: 'is there with and without a slash', reply: always(PAGE) },
  { id: 'custom-domain', rule: 'needs no stage in the path', reply: to('GET /resources/health', { status: 404 }) },
  { id: 'schedule', rule: 'finds a tick' },
  { id: 'alias', rule: 'is what API and schedule call' },
  { id: 'log', rule: 'finds the request' },
  { id: 'access-log', rule: 'finds the request' },
  { id: 'queries', rule: 'are all taken' },
  { id: 'metric', rule: 'finds a data point' },
  { id: 'custom-metrics', rule: 'are few' },
  { id: 'metrics-guard', rule: 'refuses strangers', ...withMetrics(5) },
  { id: 'metrics-agree', rule: 'for an operator', ...withMetrics(5) },
  {
    id: 'metrics-agree',
    rule: 'by token',
    ...withMetrics(5, 'secret'),
    ...byToken,
    env: { VM_POOL_METRICS_TOKEN: 'secret' },
  },
  { id: 'alarms', rule: 'all have data' },
  { id: 'alarm-math', rule: 'gives figures' },
  { id: 'environment-alarm', rule: 'is quiet with the others' },
  {
    id: 'environment-alarm',
    rule: 'rings with another',
    programs: {
      'aws cloudwatch describe-alarms': {
        MetricAlarms: [{ AlarmName: 'a', StateValue: 'ALARM' }],
        CompositeAlarms: [{ StateValue: 'ALARM' }],
      },
    },
  },
  { id: 'table-recovery', rule: 'goes back to minutes ago', ...withTable },
  {
    id: 'table-recovery',
    rule: 'reads the seconds of an older aws CLI',
    ...withTable,
    programs: { 'aws dynamodb describe-continuous-backups': restorableTo(Date.UTC(2026, 10, 21, 11, 55) / 1_000) },
  },
  { id: 'signing-keys', rule: 'are ready' },
  { id: 'signing-denied', rule: 'is denied' },
  { id: 'visitor-network', rule: 'is there', ...withVisitor },
  { id: 'visitor-rights', rule: 'are those of Lambda alone', ...withVisitor },
  { id: 'instances-by-tag', rule: 'finds the same twice', ...withInstances() },
  { id: 'instance-rights', rule: 'end at the tag', ...withInstances() },
  { id: 'console-keys', rule: 'are on each console', ...withInstances() },
  { id: 'status-checks', rule: 'are ok', ...withInstances() },
  { id: 'second-plan', rule: 'has no changes' },
  { id: 'state-encryption', rule: "follows the bucket's rule" },
  { id: 'table-key', rule: 'is usable', ...withTable },
  { id: 'plan-role', rule: 'may write nothing', ...withTable },
  { id: 'busy-function', rule: 'is 503', reply: after(4, 503) },
  { id: 'stage-throttling', rule: 'is 429', reply: after(30, 429) },
];

const BROKEN: readonly (Row & { got: string | RegExp })[] = [
  { id: 'anonymous-borrower', rule: 'an open API', guard: 'iam', reply: always({ status: 200 }), got: '200' },
  {
    id: 'identified-borrower',
    rule: 'an identity that is not let in',
    guard: 'jwt',
    reply: always({ status: 401, body: { message: 'Unauthorized' } }),
    got: '401 "Unauthorized"',
  },
  { id: 'forged-identity', rule: 'an accepted forgery', guard: 'jwt', reply: always({ status: 200 }), got: '200' },
  {
    id: 'anonymous-operator',
    rule: 'an operator without identity',
    reply: to('GET /vms', { status: 200 }),
    got: '200',
  },
  {
    id: 'identified-operator',
    rule: "a refusal of API Gateway's own",
    reply: to('GET /vms', { status: 403 }),
    got: '403',
  },
  {
    id: 'another-user',
    rule: 'a claimed userid',
    guard: 'iam',
    reply: (call) => (call.route === 'GET /lease' ? { status: 404, body: { code: 'no_lease' } } : { status: 403 }),
    got: '404 no_lease',
  },
  {
    id: 'canary',
    rule: 'a service that lends nothing',
    reply: to('POST /getvm', { status: 500, body: { code: 'internal' } }),
    got: /POST \/getvm: expected .* got 500 internal/,
  },
  {
    id: 'preflight',
    rule: 'a refused preflight',
    ...withCors,
    reply: always({ status: 405 }),
    got: '405, access-control-allow-origin: none',
  },
  {
    id: 'preflight',
    rule: 'an origin that is allowed without CORS',
    reply: always(allowing('*')),
    got: '204, access-control-allow-origin: *',
  },
  {
    id: 'page',
    rule: 'an address without a slash that leads nowhere',
    reply: ({ route }) => (route === 'GET /' ? PAGE : { status: 404 }),
    got: '200 text/html gzip and 404 application/json uncompressed',
  },
  {
    id: 'page',
    rule: 'a gateway that takes the compressed page for text',
    reply: always({ ...PAGE, headers: { 'content-type': 'text/html' } }),
    got: '200 text/html uncompressed and 200 text/html uncompressed',
  },
  {
    id: 'custom-domain',
    rule: 'a stage in the path of a custom domain',
    reply: always({ status: 200 }),
    got: '200 and 200',
  },
  {
    id: 'schedule',
    rule: 'no tick',
    programs: { 'aws logs filter-log-events': { events: [] } },
    got: 'ENABLED, no tick',
  },
  {
    id: 'schedule',
    rule: 'a disabled schedule',
    programs: { 'aws scheduler get-schedule': { State: 'DISABLED' } },
    got: /^DISABLED, a tick at /,
  },
  {
    id: 'alias',
    rule: 'a schedule that calls $LATEST',
    programs: { 'aws scheduler get-schedule': { Target: { Arn: 'arn:aws:lambda:us-east-1:1:function:vm-pool-dev' } } },
    got: 'vm-pool-dev:live and vm-pool-dev',
  },
  {
    id: 'log',
    rule: 'a log that is not there',
    programs: { 'scripts/logs': failing('logs: there is no log group') },
    got: 'logs: there is no log group',
  },
  {
    id: 'access-log',
    rule: 'a request that is not logged',
    programs: { 'aws logs filter-log-events': {} },
    got: 'no line',
  },
  {
    id: 'metric',
    rule: 'no metric',
    programs: { 'aws cloudwatch get-metric-statistics': { Datapoints: [] } },
    got: 'no data point',
  },
  {
    id: 'queries',
    rule: 'a query that Logs Insights refuses to run',
    programs: { 'aws logs get-query-results': { status: 'Failed' } },
    got: '1 queries; not complete: vm-pool-dev/faults Failed',
  },
  {
    id: 'queries',
    rule: 'a query that does not end',
    programs: { 'aws logs get-query-results': { status: 'Running' } },
    got: '1 queries; not complete: vm-pool-dev/faults too slow',
  },
  {
    id: 'queries',
    rule: 'no query',
    programs: { 'aws logs describe-query-definitions': {} },
    got: '0 queries; not complete: none',
  },
  {
    id: 'custom-metrics',
    rule: 'a metric too many',
    programs: { 'aws cloudwatch list-metrics': { Metrics: Array.from({ length: 26 }, () => ({})) } },
    got: '26 metrics, 0 pools',
  },
  { id: 'metrics-guard', rule: 'metrics for everybody', reply: to('GET /metrics', { status: 200 }), got: '200' },
  { id: 'metrics-agree', rule: 'two opinions', ...withMetrics(4), got: 'default: 4 and 5' },
  {
    id: 'metrics-agree',
    rule: 'no figures',
    reply: to('GET /metrics', { status: 403 }),
    got: '403, without vm_pool_vms',
  },
  {
    id: 'alarm-math',
    rule: 'an expression without figures',
    programs: { 'aws cloudwatch get-metric-data': { MetricDataResults: [{ Values: [] }] } },
    got: '1 expressions; without figures: vm-pool-dev-5xx',
  },
  {
    id: 'environment-alarm',
    rule: 'an alarm that it does not follow',
    programs: {
      'aws cloudwatch describe-alarms': {
        MetricAlarms: [{ AlarmName: 'a', StateValue: 'ALARM' }],
        CompositeAlarms: [{ StateValue: 'OK' }],
      },
    },
    got: 'OK; in ALARM: a',
  },
  {
    id: 'environment-alarm',
    rule: 'no alarm of the environment',
    programs: { 'aws cloudwatch describe-alarms': { CompositeAlarms: [] } },
    got: 'no alarm vm-pool-dev',
  },
  {
    id: 'table-recovery',
    rule: 'a table without a past',
    ...withTable,
    programs: { 'aws dynamodb describe-continuous-backups': {} },
    got: 'restorable to no time; time to live ENABLED',
  },
  {
    id: 'table-recovery',
    rule: 'a past that ended an hour ago',
    ...withTable,
    programs: { 'aws dynamodb describe-continuous-backups': restorableTo('2026-11-21T11:00:00Z') },
    got: /^restorable to 2026-11-21T11:00/,
  },
  {
    id: 'signing-keys',
    rule: 'a key that waits for its deletion',
    programs: { 'aws kms describe-key': { KeyMetadata: { KeyState: 'PendingDeletion' } } },
    got: /^PendingDeletion /,
  },
  { id: 'signing-denied', rule: 'a signature', programs: { 'aws kms sign': {} }, got: 'a signature' },
  {
    id: 'signing-denied',
    rule: 'a key that is not there',
    programs: { 'aws kms sign': failing('NotFoundException') },
    got: 'aws kms sign: NotFoundException',
  },
  {
    id: 'visitor-network',
    rule: 'no interface',
    ...withVisitor,
    programs: { 'aws ec2 describe-network-interfaces': {} },
    got: 'Active, interfaces: none',
  },
  {
    id: 'visitor-rights',
    rule: 'a condition that does not hold',
    ...withVisitor,
    programs: { 'aws iam simulate-principal-policy': (args: readonly string[]) => decisions(args, 'allowed') },
    got: 'with it allowed, without allowed',
  },
  {
    id: 'instances-by-tag',
    rule: 'an instance that short pages miss',
    ...withInstances({
      'aws ec2 describe-instances': (args: readonly string[]) => ({
        Reservations: [
          { Instances: (args.includes('5') ? ['i-1'] : ['i-1', 'i-2']).map((InstanceId) => ({ InstanceId })) },
        ],
      }),
    }),
    got: '1 in pages of 5, 2 in pages of 1,000',
  },
  {
    id: 'instance-rights',
    rule: 'a condition that does not hold',
    ...withInstances({ 'aws iam simulate-principal-policy': (args: readonly string[]) => decisions(args, 'allowed') }),
    got: /with another: ec2:StartInstances, ec2:StopInstances, ec2:GetConsoleOutput$/,
  },
  {
    id: 'instance-rights',
    rule: 'a function that may start nothing',
    ...withInstances({
      'aws iam simulate-principal-policy': (args: readonly string[]) => decisions(args, 'implicitDeny'),
    }),
    got: 'with the tag: nothing; with another: nothing',
  },
  {
    id: 'console-keys',
    rule: 'a console without keys',
    ...withInstances({ 'aws ec2 get-console-output': { Output: '-----BEGIN SSH HOST KEY KEYS-----\r\nssh-ed25519' } }),
    got: '1 consoles; without keys: i-1',
  },
  {
    id: 'status-checks',
    rule: 'an instance that is not ready',
    ...withInstances({
      'aws ec2 describe-instance-status': {
        InstanceStatuses: [{ InstanceStatus: { Status: 'initializing' }, SystemStatus: { Status: 'ok' } }],
      },
    }),
    got: '1 of 1; not ok: initializing and ok',
  },
  {
    id: 'alarms',
    rule: 'an alarm without data',
    programs: {
      'aws cloudwatch describe-alarms': { MetricAlarms: [{ AlarmName: 'a', StateValue: 'INSUFFICIENT_DATA' }] },
    },
    got: '1 alarms; without data: a',
  },
  {
    id: 'alarms',
    rule: 'no alarm',
    programs: { 'aws cloudwatch describe-alarms': { MetricAlarms: [] } },
    got: '0 alarms; without data: none',
  },
  {
    id: 'second-plan',
    rule: 'a plan with changes',
    programs: {
      'scripts/terraform dev plan': {
        status: 2,
        stdout: 'x\nPlan: 0 to add, 1 to change, 0 to destroy.\n',
        stderr: '',
      },
    },
    got: 'Plan: 0 to add, 1 to change, 0 to destroy.',
  },
  {
    id: 'second-plan',
    rule: 'a plan that fails',
    programs: { 'scripts/terraform dev plan': { status: 1, stdout: '', stderr: 'Error: no credentials\n' } },
    got: 'Error: no credentials',
  },
  {
    id: 'state-encryption',
    rule: 'another algorithm',
    programs: { 'aws s3api head-object': { ServerSideEncryption: 'AES256' } },
    got: /^the object: AES256; the rule: aws:kms /,
  },
  {
    id: 'state-encryption',
    rule: 'another key',
    programs: { 'aws s3api head-object': { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key/other' } },
    got: /^the object: aws:kms key\/other; /,
  },
  {
    id: 'table-key',
    rule: 'a key that the function may not use',
    ...withTable,
    reply: always({ status: 503, body: { code: 'store_unavailable' } }),
    got: '503 store_unavailable',
  },
  {
    id: 'plan-role',
    rule: 'a role that may write',
    programs: { 'aws iam simulate-principal-policy': (args: readonly string[]) => decisions(args, 'allowed') },
    got: /^allowed: lambda:UpdateFunctionCode, /,
  },
  {
    id: 'plan-role',
    rule: 'a simulation without judgement',
    programs: { 'aws iam simulate-principal-policy': {} },
    got: /^IAM judged 0 of /,
  },
  { id: 'busy-function', rule: 'an error of another kind', reply: after(4, 502), got: '4 times 200, 6 times 502' },
  { id: 'stage-throttling', rule: 'no throttling', got: '60 times 200' },
];

const SKIPPED: readonly (Row & { why: string })[] = [
  { id: 'identified-borrower', rule: 'nobody is asked', guard: 'none', why: 'anybody may borrow' },
  { id: 'identified-borrower', rule: 'there is no token', guard: 'jwt', env: {}, why: 'set VM_POOL_TOKEN' },
  {
    id: 'another-user',
    rule: 'the identity is an operator',
    guard: 'iam',
    reply: to('GET /lease', { status: 404, body: { code: 'no_lease' } }),
    why: 'the identity is an operator',
  },
  {
    id: 'metric',
    rule: 'metrics are off',
    programs: { 'aws lambda get-function-configuration': {} },
    why: 'writes no metrics',
  },
  { id: 'custom-metrics', rule: 'metrics are off', ...configuredWith({}), why: 'writes no metrics' },
  { id: 'metrics-agree', rule: 'metrics are off', ...configuredWith({}), why: 'writes no metrics' },
  { id: 'metrics-agree', rule: 'there is no token', ...byToken, why: 'set VM_POOL_METRICS_TOKEN' },
  { id: 'table-recovery', rule: 'leases live in memory', why: 'in memory' },
  { id: 'signing-keys', rule: 'nobody signs', ...configuredWith({}), why: 'no pool needs certificates' },
  { id: 'signing-denied', rule: 'nobody signs', ...configuredWith({}), why: 'no pool needs certificates' },
  { id: 'visitor-network', rule: 'VMs are mock', why: 'mock VMs' },
  { id: 'visitor-rights', rule: 'VMs are mock', why: 'mock VMs' },
  { id: 'visitor-network', rule: 'it is in no VPC', ...withVisitor, ...configuredWith({}), why: 'in no VPC' },
  { id: 'visitor-rights', rule: 'it is in no VPC', ...withVisitor, ...configuredWith({}), why: 'in no VPC' },
  ...['instances-by-tag', 'instance-rights', 'console-keys', 'status-checks'].map((id) => {
    return { id, rule: 'it lends no instances', ...configuredWith({}), why: 'lends no EC2 instances' };
  }),
  ...['console-keys', 'status-checks'].map((id) => {
    const programs = { 'aws ec2 describe-instances': { Reservations: [] } };
    return { id, rule: 'all are stopped', ...withInstances(programs), why: 'no instance with the tag runs' };
  }),
  { id: 'state-encryption', rule: 'the state is a local file', root: '/nowhere', why: 'not in a bucket' },
  { id: 'table-key', rule: 'leases live in memory', why: 'in memory' },
  {
    id: 'table-key',
    rule: 'the key is AWS own',
    ...withTable,
    programs: { 'aws dynamodb describe-table': { Table: {} } },
    why: "AWS's own",
  },
  {
    id: 'table-key',
    rule: 'AWS manages the key',
    ...withTable,
    programs: { 'aws kms describe-key': { KeyMetadata: { KeyManager: 'AWS' } } },
    why: 'managed by AWS',
  },
  {
    id: 'plan-role',
    rule: 'bootstrap made none',
    programs: { 'scripts/terraform bootstrap output': failing('no outputs') },
    why: 'no output plan_role_arn',
  },
  {
    id: 'busy-function',
    rule: 'nothing is reserved',
    programs: { 'aws lambda get-function-concurrency': '' },
    why: 'more than once',
  },
  { id: 'stage-throttling', rule: 'it would take too many requests', programs: burstOf(101), why: 'too many requests' },
  { id: 'stage-throttling', rule: 'nobody asked for load', withLoad: false, why: '--with-load' },
];

describe('a probe', () => {
  const world = (row: Row): World => ({ guard: 'none', root, ...row });

  it.each(PASSING)('$id passes: $rule', async (row) => {
    const { outcome, text } = await prove(row.id, world(row));
    expect({ outcome, text }).toEqual({ outcome: 'ok', text: expect.any(String) });
  });

  it.each(BROKEN)('$id finds $rule', async ({ got, ...row }) => {
    const { outcome, text } = await prove(row.id, world(row));
    expect({ outcome, text }).toEqual({
      outcome: 'FAILED',
      text: got instanceof RegExp ? expect.stringMatching(got) : got,
    });
  });

  it.each(SKIPPED)('$id is skipped when $rule', async ({ why, ...row }) => {
    const { outcome, text } = await prove(row.id, world(row));
    expect({ outcome, text }).toEqual({ outcome: 'skipped', text: expect.stringContaining(why) });
  });

  it.each(PROBES.filter(({ run }) => run !== undefined).map(({ id }) => ({ id })))('$id can fail', ({ id }) => {
    expect(BROKEN.map((row) => row.id)).toContain(id);
  });

  it('waits three minutes for what AWS does later', async () => {
    const programs = { 'aws cloudwatch get-metric-statistics': { Datapoints: [] } };
    expect(await prove('metric', { guard: 'none', programs })).toMatchObject({ waitedMs: 180_000 });
  });

  it('fails with what AWS says', async () => {
    const programs = { 'aws apigatewayv2 get-apis': failing('\nAn error occurred (AccessDenied)\n') };
    expect(await prove('alias', { guard: 'none', programs })).toMatchObject({
      outcome: 'FAILED',
      text: 'aws apigatewayv2 get-apis: An error occurred (AccessDenied)',
    });
  });

  it('sends no more than 300 requests at once', async () => {
    const { text } = await prove('stage-throttling', {
      guard: 'none',
      programs: burstOf(100),
      reply: always({ status: 429 }),
    });
    expect(text).toBe('300 times 429');
  });

  it('asks AWS only to read', async () => {
    const ran: string[] = [];
    const everything = { guard: 'jwt', root, ...withTable, ...withVisitor } as const;
    for (const { id } of PROBES) ran.push(...(await prove(id, everything)).ran);
    const verbs = ran.filter((line) => line.startsWith('aws ')).map((line) => line.split(' ')[2] ?? '');
    expect(verbs.length).toBeGreaterThan(20);
    // A query of the log changes nothing, and a signature that is denied neither.
    for (const verb of verbs) expect(verb).toMatch(/^((get|list|describe|head|filter|simulate)-|start-query$|sign$)/);
    expect(ran.join('\n')).not.toContain(CALLER.AWS_SECRET_ACCESS_KEY);
  });
});
