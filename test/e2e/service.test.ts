/**
 * The service from nothing to nothing, in an emulated AWS account: the state bucket is made, two environments are
 * applied with the commands of the README, what was deployed is used over HTTP, and all of it is destroyed again.
 *
 * The stories build on each other, in this order: making the bucket takes a minute, so it is made once.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FunctionThrottled } from '../../scripts/gateway/server.ts';
import { OPERATOR_ROUTE_KEYS } from '../../lambda/http/operator-routes.ts';
import { ROUTE_KEYS } from '../../lambda/http/routes.ts';
import { inventoryOf } from '../support/emulated-aws/inventory.ts';
import { ACCOUNT_ID, EmulatedAws, REGION } from '../support/emulated-aws/server.ts';
import { lambdaRuntime, type LambdaRuntime } from '../support/lambda-runtime/install.ts';
import { Checkout } from './checkout.ts';
import { applied, type RunningEnvironment } from './environment.ts';
import { lendingStories } from './lending-stories.ts';
import { logLines } from './log-lines.ts';
import { emittedMetrics, watchedMetrics } from './metrics.ts';
import { refusalStories } from './refusal-stories.ts';

const build = fileURLToPath(new URL('../../scripts/build', import.meta.url));
const MINUTE_MS = 60_000;
const DOMAIN = 'vms.example.com';

let aws: EmulatedAws;
let checkout: Checkout;
let runtime: LambdaRuntime;
let stateBucket: string;
let dev: RunningEnvironment;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  execFileSync(build);
  aws = await EmulatedAws.start();
  cleanups.push(() => aws.stop());
  checkout = new Checkout(aws);
  cleanups.push(() => {
    checkout.remove();
  });
  [stateBucket, runtime] = await Promise.all([checkout.bootstrap(), lambdaRuntime()]);
  dev = await apply('dev');
}, 8 * MINUTE_MS);

afterAll(async () => {
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

describe('scripts/terraform dev apply', () => {
  it('leaves nothing to change', () => expectNoChanges('dev'), MINUTE_MS);

  it('keeps its state in the bucket and leaves no lock behind', async () => {
    const objects = await aws.ask('s3', `/${stateBucket}?list-type=2`);
    expect(objects.match(/<Key>[^<]*/g)).toEqual(['<Key>vm-pool/dev/terraform.tfstate']);
  });

  it('deploys the built package with the settings of the environment', () => {
    expect(dev.deployed.settings).toEqual({
      functionName: 'vm-pool-dev',
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:vm-pool-dev`,
      handler: 'index.handler',
      runtimeName: 'nodejs22.x',
      version: '$LATEST',
      region: REGION,
      timeoutSec: 10,
      memoryMb: 1024,
      reservedConcurrency: 1,
      logFormat: 'JSON',
      logGroup: '/aws/lambda/vm-pool-dev',
      variables: {
        STORE: 'memory',
        LEASE_DEFAULT_MINUTES: '480',
        LEASE_MAX_MINUTES: '10080',
        CHECK_MAX_FAILURES: '3',
        MOCK_FAILING_VMS: '',
        METRICS_NAMESPACE: 'vm-pool-dev',
      },
    });
  });

  it('makes a route for each call of the function, and one for the rest', () => {
    expect([...dev.api.routes.keys()].sort()).toEqual([...ROUTE_KEYS, ...OPERATOR_ROUTE_KEYS, '$default'].sort());
    expect(new Set(dev.api.routes.values())).toEqual(new Set(['vm-pool-dev']));
    expect(dev.outputs.api_url).toBe(`https://${dev.api.apiId}.execute-api.${REGION}.amazonaws.com/resources`);
    expect(dev.outputs.getvm_url).toBe(`${dev.outputs.api_url}/getvm`);
    expect(dev.outputs.releasevm_url).toBe(`${dev.outputs.api_url}/releasevm`);
  });

  it('lets this API invoke the function, and no other', async () => {
    const client = new LambdaClient(aws.clientConfig);
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName: 'vm-pool-dev' }));
    client.destroy();
    const { Statement } = JSON.parse(Policy) as { Statement: unknown[] };
    expect(Statement).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Principal: { Service: 'apigateway.amazonaws.com' },
        Resource: dev.deployed.settings.functionArn,
        Condition: {
          ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${dev.api.apiId}/resources/*` },
        },
      }),
    ]);
  });
});

describe('the deployed service', () => {
  beforeEach(() => dev.restart());

  describe('lending', () => {
    lendingStories(() => dev);
  });

  describe('refusing', () => {
    refusalStories(() => dev);
  });
});

describe('a lease of one minute', () => {
  let endsAtMs: number;

  beforeAll(async () => {
    await dev.restart();
    const { body } = await dev.client.post('/getvm', { userid: 'alice', minutes: 1 });
    endsAtMs = Date.parse((body.lease as { expiresAt: string }).expiresAt);
  });

  // Applied while the minute passes.
  describe('and meanwhile scripts/terraform staging apply with other settings and a domain', () => {
    let staging: RunningEnvironment;

    beforeAll(async () => {
      const settings = {
        lease_default_minutes: 5,
        mock_failing_vms: '["vm-01"]',
        check_max_failures: 1,
        domain_name: DOMAIN,
        certificate_arn: `arn:aws:acm:${REGION}:${ACCOUNT_ID}:certificate/11111111-2222-3333-4444-555555555555`,
        hosted_zone_id: await hostedZone('example.com'),
      };
      staging = await apply('staging', ...Object.entries(settings).map(([name, value]) => `-var=${name}=${value}`));
    }, 3 * MINUTE_MS);

    it('gives the function its settings', async () => {
      const { body } = await staging.client.post('/getvm', { userid: 'alice' });
      const { acquiredAt, expiresAt } = body.lease as { acquiredAt: string; expiresAt: string };
      expect(Date.parse(expiresAt) - Date.parse(acquiredAt)).toBe(5 * MINUTE_MS);
      expect(body.vm).toMatchObject({ id: 'vm-01' });
      const released = await staging.client.post('/releasevm', { userid: 'alice' });
      expect(released.body).toMatchObject({ vm: { id: 'vm-01', state: 'quarantined' } });
    });

    it('answers at the domain', async () => {
      expect(staging.outputs.getvm_url).toBe(`https://${DOMAIN}/getvm`);
      expect((await inventoryOf(aws)).domains).toEqual([DOMAIN]);
    });

    it('changes nothing in the other environment', () => expectNoChanges('dev'), MINUTE_MS);
  });

  it('gives no rights past its end, and the tick of the schedule takes it back', endAndTick, 2 * MINUTE_MS);

  async function endAndTick(): Promise<void> {
    await pause(endsAtMs - Date.now());
    expect((await dev.client.get('/lease?userid=alice')).status).toBe(404);

    const { ScheduleExpression, State, Target } = await scheduleOf('vm-pool-dev', 'tick');
    expect([ScheduleExpression, State, Target.Arn]).toEqual([
      'rate(1 minute)',
      'ENABLED',
      dev.deployed.settings.functionArn,
    ]);
    const { functionError } = await dev.deployed.lambda.invoke(JSON.parse(Target.Input));
    expect(functionError).toBeUndefined();
    expect((await dev.client.get('/pool')).body).toMatchObject({ pools: { default: { free: 5, leased: 0 } } });

    await dev.restart(); // so that the last line is in
    const ticks = logLines(dev.deployed).filter(({ message }) => message === 'tick');
    expect(ticks).toEqual([expect.objectContaining({ level: 'INFO', reaped: 1, checked: 1 })]);
  }
});

describe('the log of all that', () => {
  it('has one line for each request, by its id', () => {
    const requests = logLines(dev.deployed).filter(({ message }) => message === 'request');
    const lineOf = new Map(requests.map((line) => [line.requestId, line]));
    expect(requests).toHaveLength(lineOf.size);
    expect(dev.client.answers.length).toBeGreaterThan(50);
    for (const { status, headers } of dev.client.answers) {
      expect(lineOf.get(headers.get('x-request-id'))).toMatchObject({
        timestamp: expect.any(String),
        level: 'INFO',
        route: expect.any(String),
        status,
        durationMs: expect.any(Number),
      });
    }
  });

  it('has every metric that the dashboard and the alarms look at', async () => {
    const watched = await watchedMetrics(aws, 'vm-pool-dev');
    expect(watched.length).toBeGreaterThan(5);
    expect(emittedMetrics(dev.deployed)).toEqual(expect.arrayContaining(watched));
  });

  it('has no login key', () => {
    const keys = dev.client.answers.flatMap(({ body }) => keyIn(body) ?? []);
    expect(keys.length).toBeGreaterThan(10);
    const log = dev.deployed.lambda.logLines.join('\n');
    expect(keys.filter((key) => log.includes(key))).toEqual([]);
  });

  it('has no fault', () => {
    expect(logLines(dev.deployed).filter(({ level }) => level === 'ERROR')).toEqual([]);
    expect(dev.served.faults.filter((fault) => !(fault instanceof FunctionThrottled))).toEqual([]);
  });
});

describe('scripts/terraform destroy', () => {
  it('leaves nothing but the state bucket', destroy, 2 * MINUTE_MS);

  async function destroy(): Promise<void> {
    const before = await inventoryOf(aws);
    expect(Object.values(before).filter((names) => names.length === 0)).toEqual([]);
    await Promise.all(['dev', 'staging'].map((name) => checkout.terraform(name, 'destroy', '-auto-approve')));
    const nothing = Object.fromEntries(Object.keys(before).map((kind) => [kind, []]));
    expect(await inventoryOf(aws)).toEqual({ ...nothing, buckets: [stateBucket] });
  }
});

/** Applies an environment and sets it to work until the end of all tests. */
async function apply(environment: string, ...args: string[]): Promise<RunningEnvironment> {
  const running = await applied(checkout, aws, runtime, environment, ...args);
  cleanups.push(() => running.stop());
  return running;
}

async function expectNoChanges(environment: string): Promise<void> {
  const plan = await checkout.tryTerraform(environment, 'plan', '-detailed-exitcode');
  expect(plan).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('No changes.') });
}

function keyIn(body: Record<string, unknown>): string | undefined {
  return (body.vm as { privateKey?: string } | undefined)?.privateKey;
}

/** Makes a DNS zone, as a team that wants a friendly name already has one. @returns its id */
async function hostedZone(domain: string): Promise<string> {
  const body = `<CreateHostedZoneRequest><Name>${domain}</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
  const made = await aws.ask('route53', '/2013-04-01/hostedzone', { method: 'POST', body });
  const [, id] = /<Id>\/hostedzone\/([^<]+)/.exec(made) ?? [];
  if (!id) throw new Error(`no hosted zone: ${made}`);
  return id;
}

interface Schedule {
  readonly ScheduleExpression: string;
  readonly State: string;
  readonly Target: { readonly Arn: string; readonly Input: string };
}

async function scheduleOf(group: string, name: string): Promise<Schedule> {
  return JSON.parse(await aws.ask('scheduler', `/schedules/${name}?groupName=${group}`)) as Schedule;
}
