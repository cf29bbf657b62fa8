import { beforeAll, expect, it } from '@jest/globals';
import type { Use } from '../support/emulated-aws/iam.ts';
import { neededPermissions } from '../support/emulated-aws/needed-permissions.ts';
import { Role } from '../support/emulated-aws/role.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import { signerOf } from './checkout.ts';

/**
 * Granted, although no story needs them: AWS documents that these calls need them, and the emulated AWS asks for none
 * or the stories change nothing that exists.
 */
const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  'a change of what exists': [
    'dynamodb:UpdateTable',
    'iam:PutRolePermissionsBoundary',
    'iam:UpdateAssumeRolePolicy',
    'iam:UpdateRoleDescription',
    'lambda:DeleteFunctionConcurrency',
    'kms:PutKeyPolicy',
    'kms:UpdateAlias',
    'kms:UpdateKeyDescription',
    'lambda:UpdateFunctionCode',
    'scheduler:UpdateSchedule',
  ],
  'a change of tags': [
    'apigateway:TagResource',
    'apigateway:UntagResource',
    'cloudwatch:UntagResource',
    'dynamodb:UntagResource',
    'iam:UntagRole',
    'kms:UntagResource',
    'lambda:UntagResource',
    'logs:UntagResource',
    's3:PutObjectTagging', // the tags of a new object are in a header
    'scheduler:UntagResource',
    'sns:UntagResource',
  ],
  'an access log of API Gateway': [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
  ],
  'the first API of an account': ['iam:CreateServiceLinkedRole'],
  'a key of the customer': [
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKey*',
    'kms:ReEncrypt*',
    'logs:AssociateKmsKey',
    'logs:DisassociateKmsKey',
  ],
  'a function in a VPC': ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
  'a truststore of mutual TLS': ['s3:GetObjectVersion'],
  'a budget, which moto lacks': [
    'budgets:ListTagsForResource',
    'budgets:ModifyBudget',
    'budgets:TagResource',
    'budgets:UntagResource',
    'budgets:ViewBudget',
  ],
  'the smoke test': ['execute-api:Invoke'],
};
const documented = Object.values(DOCUMENTED).flat();

/** As the policy of AWS's own key: the policies of the account decide. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
} as const;

const TAGS = { 'aws:ResourceTag/service': 'vm-pool', 'aws:ResourceTag/environment': 'staging' };

/**
 * Compares the deployers' roles with the calls that Terraform made in all other stories: it planned, applied and
 * destroyed two environments.
 */
export function deployStories(account: () => EmulatedAws, stateBucket: () => string): void {
  const roles = {
    plan: 'vm-pool-github-plan',
    dev: 'vm-pool-github-apply-dev',
    staging: 'vm-pool-github-apply-staging',
  };
  let plan: Role;
  let apply: Readonly<Record<'dev' | 'staging', Role>>;
  /** Permissions that Terraform needed, by the command that asked for them */
  let needed: (environment: string, command: string) => Use[];

  beforeAll(async () => {
    plan = await Role.read(account(), roles.plan);
    apply = { dev: await Role.read(account(), roles.dev), staging: await Role.read(account(), roles.staging) };
    const calls = await account().calls();
    needed = (environment, command) => {
      return neededPermissions(
        calls.filter(({ key }) => key === signerOf(environment, command)),
        calls,
      );
    };
  });

  it.each(['dev', 'staging'] as const)('lets the apply role of %s apply and destroy it', async (environment) => {
    for (const command of ['apply', 'destroy']) {
      const uses = needed(environment, command);
      expect(uses.length).toBeGreaterThan(50);
      expect(await refusedTo(apply[environment], uses)).toEqual([]);
    }
  });

  it.each(['dev', 'staging'])('lets the plan role plan %s', async (environment) => {
    const uses = needed(environment, 'plan');
    expect(uses.length).toBeGreaterThan(50);
    expect(await refusedTo(plan, uses)).toEqual([]);
  });

  it('lets the plan role write nothing but locks and plan files', async () => {
    const reads = ['dev', 'staging'].flatMap((environment) => needed(environment, 'plan')).map(textOf);
    const writes = ['dev', 'staging']
      .flatMap((environment) => ['apply', 'destroy'].flatMap((command) => needed(environment, command)))
      .filter((use) => !reads.includes(textOf(use)));
    expect(writes.length).toBeGreaterThan(50);
    expect(await allowedTo(plan, writes)).toEqual([]);
    expect(plan.allowedActions.filter((action) => !/:(Describe|Get|List|View)|apigateway:GET/.test(action))).toEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
      's3:DeleteObject',
      's3:PutObject',
    ]);
  });

  it('grants no action that no call needs', () => {
    const used = (commands: string[]) => {
      const uses = ['dev', 'staging'].flatMap((environment) =>
        commands.flatMap((command) => needed(environment, command)),
      );
      return [...uses.map(({ action }) => action), ...documented];
    };
    expect(plan.allowedActions.filter((action) => !used(['plan']).includes(action))).toEqual([]);
    const changes = used(['plan', 'apply', 'destroy']);
    expect(apply.staging.allowedActions.filter((action) => !changes.includes(action))).toEqual([]);
    expect(documented.filter((action) => !apply.staging.allowedActions.includes(action))).toEqual([]);
  });

  it('keeps the roles of two environments apart', async () => {
    for (const command of ['apply', 'destroy']) {
      // Whatever has the environment in its name. AWS shows composite alarms only to those who may read all alarms.
      const uses = needed('dev', command).filter(
        ({ action, resource }) => action !== 'cloudwatch:DescribeAlarms' && /vm-pool[/-].*dev/.test(resource),
      );
      expect(uses.length).toBeGreaterThan(30);
      expect(await allowedTo(apply.staging, uses)).toEqual([]);
    }
    const api = `arn:aws:apigateway:${REGION}::/apis/abc`;
    const others = [
      { ...TAGS, 'aws:ResourceTag/environment': 'dev' },
      { ...TAGS, 'aws:ResourceTag/service': 'another' },
    ];
    const uses = [TAGS, ...others].map((context) => ({ action: 'apigateway:DELETE', resource: api, context }));
    expect(await allowedTo(apply.staging, uses)).toEqual(uses.slice(0, 1));
  });

  it("keeps an apply role off every key but its environment's", async () => {
    const key = `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/1234abcd-12ab-44cd-a6ef-1234567890ab`;
    const spec = { 'kms:KeySpec': 'ECC_NIST_P256', 'kms:KeyUsage': 'SIGN_VERIFY' };
    const contexts = [{ ...TAGS }, { ...TAGS, 'aws:ResourceTag/environment': 'dev' }, {}];
    for (const name of ['PutKeyPolicy', 'ScheduleKeyDeletion', 'CreateAlias', 'GetPublicKey']) {
      const uses = contexts.map((context) => ({ action: `kms:${name}`, resource: key, context }));
      expect(await allowedTo(apply.staging, uses)).toEqual(uses.slice(0, 1));
    }
    const tagging = contexts.map((context) => ({
      action: 'kms:TagResource',
      resource: key,
      context: { ...context, ...spec },
    }));
    // A key without tags may be its own, which has none before the first call ends.
    expect(await allowedTo(apply.staging, tagging)).toEqual([tagging[0], tagging[2]]);
    const uses = ['Sign', 'CreateGrant', 'Decrypt'].map((name) => ({
      action: `kms:${name}`,
      resource: key,
      context: TAGS,
    }));
    expect(await allowedTo(apply.staging, uses)).toEqual([]);
  });

  it('lets an apply role read its own plan files only', async () => {
    const plans = ['dev', 'staging'].map((name) => stateObject('s3:GetObject', `plans/${name}/1.tfplan`));
    expect(await allowedTo(apply.dev, plans)).toEqual(plans.slice(0, 1));
    const written = plans.map(({ resource }) => ({ action: 's3:PutObject', resource }));
    expect(await allowedTo(apply.dev, written)).toEqual([]);
    expect(await allowedTo(plan, written)).toEqual(written);
  });

  it('lets nobody but bootstrap touch its own state', async () => {
    const uses = ['s3:GetObject', 's3:PutObject'].map((action) =>
      stateObject(action, 'vm-pool/bootstrap/terraform.tfstate'),
    );
    for (const role of [plan, apply.dev]) expect(await allowedTo(role, uses)).toEqual([]);
  });

  it('lets an apply role make no role without the boundary of its environment', async () => {
    const resource = roleArn(`vm-pool-dev-${REGION}`);
    const boundary = (name: string) => ({ 'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT_ID}:policy/${name}` });
    const contexts = [boundary('vm-pool-dev-boundary'), boundary('vm-pool-staging-boundary'), {}];
    for (const action of ['CreateRole', 'PutRolePolicy', 'PutRolePermissionsBoundary', 'UpdateAssumeRolePolicy']) {
      const uses = contexts.map((context) => ({ action: `iam:${action}`, resource, context }));
      expect(await allowedTo(apply.dev, uses)).toEqual(uses.slice(0, 1));
    }
    const escapes = [
      { action: 'iam:DeleteRolePermissionsBoundary', resource },
      { action: 'iam:AttachRolePolicy', resource },
      { action: 'iam:CreatePolicyVersion', resource: `arn:aws:iam::${ACCOUNT_ID}:policy/vm-pool-dev-boundary` },
      { action: 'iam:PutRolePolicy', resource: roleArn(roles.dev), context: boundary('vm-pool-dev-boundary') },
      { action: 'iam:UpdateAssumeRolePolicy', resource: roleArn(roles.plan) },
    ];
    expect(await allowedTo(apply.dev, escapes)).toEqual([]);
  });

  it('lets an apply role pass each role only to the service that it is for', async () => {
    const passes = ['', '-tick'].flatMap((end) =>
      ['lambda', 'scheduler', 'ec2'].map((service) => ({
        action: 'iam:PassRole',
        resource: roleArn(`vm-pool-dev${end}-${REGION}`),
        context: { 'iam:PassedToService': `${service}.amazonaws.com` },
      })),
    );
    expect(await allowedTo(apply.dev, passes)).toEqual([passes[0], passes[4]]);
  });

  it("lets an apply role's smoke test borrow and give back, and call nothing else", () => {
    // The simulator reads no wildcard at the beginning of a resource, so this compares the policy's own words.
    const calls = ['releasevm', 'getvm'].map((call) => ({
      action: 'execute-api:Invoke',
      resource: `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:*/resources/POST/${call}`,
    }));
    expect(apply.dev.usesOf('execute-api')).toEqual(calls);
    expect(plan.usesOf('execute-api')).toEqual([]);
  });

  function stateObject(action: string, key: string): Use {
    return { action, resource: `arn:aws:s3:::${stateBucket()}/${key}` };
  }
}

async function allowedTo(role: Role, uses: readonly Use[]): Promise<Use[]> {
  const verdicts = await Promise.all(
    uses.map((use) => role.allows(use, use.action.startsWith('kms:') ? KEY_POLICY : undefined)),
  );
  return uses.filter((_, index) => verdicts[index]);
}

async function refusedTo(role: Role, uses: readonly Use[]): Promise<Use[]> {
  const allowed = await allowedTo(role, uses);
  return uses.filter((use) => !allowed.includes(use));
}

function textOf({ action, resource }: Use): string {
  return `${action} on ${resource}`;
}

function roleArn(name: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
}
