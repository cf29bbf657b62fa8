/**
 * The life of the service in an emulated AWS account. The commands of the README make the state bucket and apply two
 * environments: dev, which keeps its leases in memory and asks nobody who borrows, and staging, which keeps them in a
 * table and asks for signatures. Then users call the deployed APIs over HTTP. Another apply makes dev ask for tokens,
 * and one makes staging lend VMs to which users log in. In the end the commands destroy everything again.
 *
 * The stories run in this order and build on each other, because the deployment takes a minute.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import { DynamoDbLocal } from '../../scripts/lib/dynamodb-local/start.ts';
import { lambdaRuntime } from '../../scripts/lib/lambda-runtime/install.ts';
import { inventoryOf } from '../support/emulated-aws/inventory.ts';
import { makeKey } from '../support/emulated-aws/keys.ts';
import { ACCOUNT_ID, EmulatedAws, REGION } from '../support/emulated-aws/server.ts';
import { AUDIENCE, TestIssuer } from '../support/identity/test-issuer.ts';
import { describeOnVms } from '../support/vms/describe-on-vms.ts';
import { leaseOf } from './bodies.ts';
import { browserStories } from './browser-stories.ts';
import { callerStories } from './caller-stories.ts';
import { OLIVIA, OPERATOR_ARNS, tokenSettings } from './callers.ts';
import { Checkout } from './checkout.ts';
import { commandLineStory } from './command-line.ts';
import { countsOf } from './counts.ts';
import { deployStories } from './deploy-stories.ts';
import { deploymentStories, routeStories } from './deployment-stories.ts';
import { EC2_POOLS, Ec2Lab } from './ec2-lab.ts';
import { ec2PermissionStories } from './ec2-permission-stories.ts';
import { ec2Stories } from './ec2-stories.ts';
import type { Ground, RunningEnvironment } from './environment.ts';
import { applied } from './environment.ts';
import { inventoryStories, sha256Of } from './inventory-stories.ts';
import { DESKS, Lab } from './lab.ts';
import { lendingStories, oneProcessStory } from './lending-stories.ts';
import { logLines } from './log-lines.ts';
import { logStories, metricStories, readerStories } from './log-stories.ts';
import { loginStories } from './login-stories.ts';
import { operatorStories } from './operator-stories.ts';
import type { Keys } from './permission-stories.ts';
import { permissionStories } from './permission-stories.ts';
import { realVmPermissionStories } from './real-vm-permission-stories.ts';
import { REAL_VMS, realVmStories } from './real-vm-stories.ts';
import { refusalStories } from './refusal-stories.ts';
import { runSchedule } from './schedule.ts';
import { METRICS_TOKEN_PARAMETER, scrapeStories, storeMetricsToken } from './scrape-stories.ts';
import { secretStories } from './secret-stories.ts';
import { smokeStory } from './smoke-story.ts';
import { rushStories, survivingStories } from './surviving-stories.ts';
import { versionStories } from './version-stories.ts';

const build = fileURLToPath(new URL('../../scripts/build', import.meta.url));
const MINUTE_MS = 60_000;
/** Stories start processes and Terraform, on a machine that may be busy. */
jest.setTimeout(MINUTE_MS);

const DOMAIN = 'vms.example.com';
const WEB_ORIGIN = 'https://lab.example.com';
const ISSUER = 'https://id.example.com';

/** Not in the first inventory */
const LATE = DESKS[3];

let aws: EmulatedAws;
let ground: Ground;
let checkout: Checkout;
let stateBucket: string;
/** With the settings of the repository: leases in memory */
let dev: RunningEnvironment;
/** With other settings: leases in a table */
let staging: RunningEnvironment;
let stagingSettings: Record<string, unknown>;
let keys: Keys;
/** KMS key that encrypts the states */
let stateKey: string;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  execFileSync(build);
  aws = await EmulatedAws.start();
  cleanups.push(() => aws.stop());
  checkout = new Checkout(aws, { TF_VAR_operator_arns: JSON.stringify(OPERATOR_ARNS) });
  cleanups.push(() => {
    checkout.remove();
  });
  const database = await DynamoDbLocal.start();
  cleanups.push(() => database.stop());
  const issuer = await TestIssuer.start(ISSUER);
  cleanups.push(() => issuer.stop());
  stateKey = await makeKey(aws);
  keys = { table: await makeKey(aws), logs: await makeKey(aws), stored: await makeKey(aws) };
  const zone = await hostedZone('example.com');
  const bootstrap = {
    kms_key_arn: stateKey,
    github_subject_prefix: 'repo:acme@1/vm-pool@2',
    environments: ['dev', 'staging'],
    service_kms_key_arns: [keys.table, keys.stored],
    service_stored_key_arns: [
      `arn:aws:ssm:${REGION}:${ACCOUNT_ID}:parameter/lab/*`,
      `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:lab/*`,
    ],
    service_ec2_pools: { staging: Object.keys(EC2_POOLS) },
    domains: { staging: { name: DOMAIN, hosted_zone_id: zone, truststore_arn: 'arn:aws:s3:::trust/clients.pem' } },
  };
  const [bucket, runtime] = await Promise.all([checkout.bootstrap(bootstrap), lambdaRuntime()]);
  stateBucket = bucket;
  ground = { checkout, aws, runtime, database, issuer };
  stagingSettings = {
    table_deletion_protection: false,
    table_kms_key_arn: keys.table,
    logs_kms_key_arn: keys.logs,
    alarm_emails: ['on-call@example.com'],
    lease_default_minutes: 5,
    mock_failing_vms: ['vm-01'],
    check_max_failures: 1,
    cors_allowed_origins: [WEB_ORIGIN],
    domain_name: DOMAIN,
    certificate_arn: `arn:aws:acm:${REGION}:${ACCOUNT_ID}:certificate/11111111-2222-3333-4444-555555555555`,
    hosted_zone_id: zone,
    tracing_enabled: true,
  };
  [dev, staging] = await Promise.all([apply('dev', {}), apply('staging', stagingSettings)]);
}, 8 * MINUTE_MS);

afterAll(async () => {
  for (const cleanUp of cleanups.reverse()) await cleanUp();
});

describe('scripts/terraform apply', () => {
  const STATES = ['bootstrap', 'us-east-1/dev', 'us-east-1/staging'].map((name) => `vm-pool/${name}/terraform.tfstate`);

  it('keeps all states in the bucket, that of the bucket included, and leaves no lock behind', async () => {
    const objects = await aws.ask('s3', `/${stateBucket}?list-type=2`);
    expect(objects.match(/<Key>[^<]*/g)).toEqual(STATES.map((key) => `<Key>${key}`));
  });

  it.each(STATES)("encrypts %s by the bucket's rule, with the key given to bootstrap", async (key) => {
    const { headers } = await aws.request('s3', `/${stateBucket}/${key}`, { method: 'HEAD' });
    expect(headers.get('x-amz-server-side-encryption')).toBe('aws:kms');
    expect(headers.get('x-amz-server-side-encryption-aws-kms-key-id')).toBe(stateKey);
  });

  describe('dev', () => {
    deploymentStories(() => dev);
    routeStories(
      () => dev,
      () => aws,
      'none',
    );
  });

  describe('staging with other settings, a table and a domain', () => {
    routeStories(
      () => staging,
      () => aws,
      'iam',
    );

    it('deploys with these settings', () => {
      const { reservedConcurrency, variables } = staging.deployed.settings;
      expect(reservedConcurrency).toBeUndefined();
      expect(variables).toMatchObject({
        STORE: 'dynamodb',
        TABLE_NAME: 'vm-pool-staging',
        LEASE_DEFAULT_MINUTES: '5',
        CHECK_MAX_FAILURES: '1',
        MOCK_FAILING_VMS: 'vm-01',
      });
    });

    it('answers at the domain', async () => {
      expect(staging.outputs.getvm_url).toBe(`https://${DOMAIN}/getvm`);
      expect((await inventoryOf(aws)).domains).toEqual([DOMAIN]);
    });
  });
});

describe('the deployed service with leases in memory', () => {
  beforeEach(() => dev.restart());

  memoryStories('none');
});

describe('the deployed service with leases in a table', () => {
  rushStories(() => staging);

  describe('when all VMs but the quarantined one are free', () => {
    beforeEach(() => takeBack(staging));
    afterAll(() => takeBack(staging));

    lendingStories(() => staging, 4);
    callerStories(() => staging, 'iam');
    smokeStory(() => staging, 'iam');
    commandLineStory(() => staging, 'iam');
  });

  describe('called by web pages', () => {
    browserStories(() => staging, WEB_ORIGIN);
  });
});

describe('a lease of one minute', () => {
  let endsAtMs: number;

  beforeAll(async () => {
    await dev.restart();
    const leases = [dev, staging].map(({ client }) => client.post('/getvm', { userid: 'alice', minutes: 1 }));
    const ends = (await Promise.all(leases)).map((granted) => Date.parse(leaseOf(granted).expiresAt));
    endsAtMs = Math.max(...ends);
  });

  describe('while it is live, with a table', () => {
    survivingStories(() => staging);
    operatorStories(() => staging);
  });

  it.each(['dev', 'staging'])('while it is live, scripts/terraform %s plan finds no changes', expectNoChanges);

  describe('and meanwhile scripts/terraform', () => {
    it('refuses a bucket that does not exist, and then works with the right one again', async () => {
      const other = await checkout.tryTerraformWith({ TF_STATE_BUCKET: 'no-such-bucket' }, 'dev', 'output');
      expect(other.exitCode).not.toBe(0);
      expect(other.stderr).toContain('S3 bucket "no-such-bucket" does not exist');
      expect(await checkout.terraform('dev', 'output', '-raw', 'getvm_url')).toBe(dev.outputs.getvm_url);
    });

    it('refuses every account but the given one', async () => {
      const plan = await checkout.tryTerraformWith({ TF_VAR_account_id: '999999999999' }, 'dev', 'plan');
      expect(plan.exitCode).not.toBe(0);
      expect(plan.stderr).toContain(`AWS account ID not allowed: ${ACCOUNT_ID}`);
    });
  });

  it('grants nothing after its end, and the scheduled tick takes the VM back', endAndTick, 2 * MINUTE_MS);

  async function endAndTick(): Promise<void> {
    await pause(endsAtMs - Date.now());
    for (const running of [dev, staging]) {
      expect((await running.client.get('/lease?userid=alice')).status).toBe(404);
      await runSchedule(aws, running);
    }
    expect(await countsOf(dev)).toMatchObject({ free: 5, leased: 0 });
    expect(await countsOf(staging)).toMatchObject({ free: 4, leased: 0, quarantined: 1 });

    for (const running of [dev, staging]) {
      await running.restart(); // waits for the last log line
      const ticks = logLines(running.deployed).filter(({ message }) => message === 'tick');
      expect(ticks).toEqual([expect.objectContaining({ level: 'INFO', reaped: 1, checked: 1 })]);
    }
  }
});

describe('the role of a function with a table', () => {
  permissionStories(
    () => staging,
    () => keys,
  );
});

describe('the log of these stories', () => {
  describe.each([
    ['in memory', () => dev],
    ['in a table', () => staging],
  ])('with leases %s', (_, running) => {
    logStories(running);
    metricStories(running, () => aws);
  });
});

describe('the deployed service once another apply has made it ask for tokens', () => {
  beforeAll(async () => {
    await dev.restart();
    dev = await apply('dev', tokenSettings(ground.issuer));
  }, 3 * MINUTE_MS);

  beforeEach(() => dev.restart());

  routeStories(
    () => dev,
    () => aws,
    'jwt',
    { issuer: ISSUER, audiences: [AUDIENCE] },
  );
  memoryStories('jwt');

  describe('its log', () => {
    logStories(() => dev);
    readerStories(
      () => dev,
      () => aws,
    );
  });

  describe('its versions', () => {
    versionStories(
      () => dev,
      () => aws,
      () => checkout,
    );
    it('match the plan: it finds no changes', () => expectNoChanges('dev'));
  });
});

describe('staging once another apply has made it lend real VMs', () => {
  let lab: Lab;
  const runs: RunningEnvironment[] = [];

  beforeAll(async () => {
    await takeBack(staging);
    await staging.restart();
    lab = await Lab.start(aws);
    cleanups.push(() => lab.stop());
    const inventory = lab.inventory([LATE]);
    // None of the mock VMs remains.
    const confirmed_inventory = sha256Of(inventory);
    await storeMetricsToken(aws);
    await lend({
      ...REAL_VMS,
      inventory,
      confirmed_inventory,
      stored_keys_kms_key_arns: [keys.stored],
      metrics_token_parameter: METRICS_TOKEN_PARAMETER,
    });
    lab.trust(staging.outputs.certificate_authority_public_keys);
  }, 3 * MINUTE_MS);

  realVmStories(
    'staging',
    () => aws,
    () => checkout,
    () => lab.inventory([LATE]),
  );

  it('matches the plan: it finds no changes', () => expectNoChanges('staging'));

  describe('VMs', () => {
    loginStories({ running: () => staging, account: () => aws, lab: () => lab });
  });

  describe('an inventory', () => {
    inventoryStories({
      running: () => staging,
      account: () => aws,
      lab: () => lab,
      write: async (inventory) => {
        checkout.configure('staging', { ...stagingSettings, inventory });
        // Nothing else has changed, and to look takes longer than to write.
        await checkout.terraform('staging', 'apply', '-auto-approve', '-refresh=false');
      },
      apply: lend,
    });
  });

  describe('its metrics', () => {
    scrapeStories(() => staging);
  });

  describe('their roles', () => {
    realVmPermissionStories({ runs: () => runs, account: () => aws, storedKeysKey: () => keys.stored });
  });

  describeOnVms('EC2 instances, beside them once another apply has made it lend both', () => {
    let ec2Lab: Ec2Lab;

    beforeAll(async () => {
      ec2Lab = await Ec2Lab.start(aws);
      cleanups.push(() => ec2Lab.stop());
      await lend({ vm_provider: 'ec2', inventory: Ec2Lab.inventory(String(stagingSettings.inventory)) });
      await ec2Lab.make(staging.outputs.ec2_user_data);
    }, 3 * MINUTE_MS);

    const story = { running: () => staging, account: () => aws, ground: () => ground, lab: () => ec2Lab };
    ec2Stories(story);

    it('matches the plan: it finds no changes', () => expectNoChanges('staging'));

    describe('the role of their function', () => {
      ec2PermissionStories(story);
    });
  });

  describe('their logs', () => {
    secretStories(() => runs);
    metricStories(
      () => runs[0] ?? staging,
      () => aws,
    );
  });

  /** Applies staging with more settings than before, and runs what comes out. */
  async function lend(settings: Record<string, unknown>): Promise<void> {
    stagingSettings = { ...stagingSettings, ...settings };
    await staging.restart();
    staging = await apply('staging', stagingSettings, staging);
    runs.push(staging);
  }
});

describe('scripts/terraform destroy', () => {
  it('leaves nothing but the state bucket and the roles of deployers', destroy, 2 * MINUTE_MS);

  async function destroy(): Promise<void> {
    const before = await inventoryOf(aws);
    expect(Object.values(before).filter((names) => names.length === 0)).toEqual([]);
    await Promise.all(['dev', 'staging'].map((name) => checkout.terraform(name, 'destroy', '-auto-approve')));
    const nothing = Object.fromEntries(Object.keys(before).map((kind) => [kind, []]));
    const roles = ['apply-dev', 'apply-staging', 'plan'].map((name) => `vm-pool-github-${name}`);
    expect(await inventoryOf(aws)).toEqual({ ...nothing, buckets: [stateBucket], roles });
  }
});

describe('the roles of deployers', () => {
  deployStories(
    () => aws,
    () => stateBucket,
  );
});

/** The stories of a service that forgets its leases before each. */
function memoryStories(authorization: Authorization): void {
  const running = () => dev;

  describe('lending', () => {
    lendingStories(running, 5);
    oneProcessStory(running);
  });

  describe('refusing', () => {
    refusalStories(running);
  });

  describe('knowing its callers', () => {
    callerStories(running, authorization);
    smokeStory(running, authorization);
    commandLineStory(running, authorization);
  });
}

/** Has an operator take back every leased VM. */
async function takeBack({ client }: RunningEnvironment): Promise<void> {
  const { vms } = (await client.as(OLIVIA).get('/vms')).body as { vms: { id: string; state: string }[] };
  const leased = vms.filter(({ state }) => state === 'leased');
  const release = (id: string) => client.as(OLIVIA).post(`/vms/${id}/release`, { reason: 'the next story begins' });
  await Promise.all(leased.map(({ id }) => release(id)));
}

/** Applies an environment and runs it until the end of all tests. */
async function apply(
  environment: string,
  settings: Record<string, unknown>,
  before?: RunningEnvironment,
): Promise<RunningEnvironment> {
  const running = await applied(ground, environment, settings, before);
  cleanups.push(() => running.stop());
  return running;
}

async function expectNoChanges(environment: string): Promise<void> {
  const plan = await checkout.tryTerraform(environment, 'plan', '-detailed-exitcode');
  expect(plan).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('No changes.') });
}

/** Makes the DNS zone that a team with a custom domain has. @returns its id */
async function hostedZone(domain: string): Promise<string> {
  const zone = `<Name>${domain}</Name><CallerReference>1</CallerReference>`;
  const body = `<CreateHostedZoneRequest>${zone}</CreateHostedZoneRequest>`;
  const made = await aws.ask('route53', '/2013-04-01/hostedzone', { method: 'POST', body });
  const [, id] = /<Id>\/hostedzone\/([^<]+)/.exec(made) ?? [];
  if (!id) throw new Error(`no hosted zone: ${made}`);
  return id;
}
