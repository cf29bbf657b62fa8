import { expect, it } from '@jest/globals';
import { fitsAny } from '../../lambda/http/identity/wildcards.ts';
import { usesOfFunction } from '../support/emulated-aws/function-uses.ts';
import type { PolicyDocument, Use } from '../support/emulated-aws/iam.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import { accessKeyIdOf } from '../support/lambda-runtime/lambda-function.ts';
import type { RunningEnvironment } from './environment.ts';

/** Services whose permissions the calls of these stories don't show: `permission-stories.ts` does, or Lambda uses them. */
const ELSEWHERE = ['dynamodb', 'logs', 'xray'];

/** What the stories of these permissions are about. */
export interface PermissionGround {
  /** Every run of the environment since it lends real VMs, the last one at the end */
  readonly runs: () => readonly RunningEnvironment[];
  readonly account: () => EmulatedAws;
  /** The customer's key of the stored keys */
  readonly storedKeysKey: () => string;
}

/** Compares the roles of both functions with the calls that they made in all stories of real VMs. */
export function realVmPermissionStories({ runs, account, storedKeysKey }: PermissionGround): void {
  const last = (): RunningEnvironment => {
    const run = runs().at(-1);
    if (run === undefined) throw new Error('nothing has run');
    return run;
  };

  it('allows every call that the function made', async () => {
    const uses = await usesOf(runs(), account());
    expect(new Set(uses.map(({ action }) => action))).toEqual(
      new Set([
        'kms:Sign',
        'lambda:InvokeFunction',
        's3:GetObject',
        'secretsmanager:GetSecretValue',
        'ssm:GetParameter',
      ]),
    );
    const verdicts = await Promise.all(uses.map((use) => allows(last(), account(), use)));
    expect(uses.filter((_, index) => !verdicts[index])).toEqual([]);
  });

  it('grants nothing that the function did not use', async () => {
    const { role } = last();
    const uses = await usesOf(runs(), account());
    const isUsed = ({ action, resource }: Use) =>
      uses.some((use) => use.action === action && fitsAny([resource])(use.resource));
    const services = new Set(role.allowedActions.map((action) => action.split(':')[0] ?? ''));
    const granted = [...services]
      .filter((service) => !ELSEWHERE.includes(service))
      .flatMap((name) => role.usesOf(name));
    // Services use the customer's keys in its name; the emulated ones ask for no permission.
    const own = granted.filter(({ action }) => action === 'kms:Sign' || !action.startsWith('kms:'));
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter((use) => !isUsed(use))).toEqual([]);
  });

  it("lets SSM and Secrets Manager decrypt stored keys for the function, and it nothing by the customer's key", async () => {
    const use = (action: string, service: string): Use => {
      const context = { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` };
      return { action, resource: storedKeysKey(), context };
    };
    const needed = [use('kms:Decrypt', 'ssm'), use('kms:Decrypt', 'secretsmanager')];
    const others = [
      { action: 'kms:Decrypt', resource: storedKeysKey() },
      use('kms:Decrypt', 's3'),
      use('kms:Encrypt', 'ssm'),
      use('kms:CreateGrant', 'secretsmanager'),
    ];
    const verdicts = await Promise.all([...needed, ...others].map((each) => last().role.allows(each, BY_IAM)));
    expect(verdicts).toEqual([true, true, false, false, false, false]);
  });

  it('lets the visitor write its log and nothing else, and it made no call', async () => {
    const { visitor } = last();
    const { functionName = '' } = visitor?.deployed.settings ?? {};
    const calls = await account().calls();
    expect(calls.filter(({ key }) => key === accessKeyIdOf(functionName))).toEqual([]);
    const actions = visitor?.role.allowedActions.filter((action) => !action.startsWith('ec2:'));
    expect(actions).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  });
}

/** The policy that a key gets by default: the policies of the account decide. */
const BY_IAM = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }, Action: 'kms:*', Resource: '*' },
  ],
} as const;

async function usesOf(runs: readonly RunningEnvironment[], account: EmulatedAws): Promise<Use[]> {
  const calls = await account.calls();
  const names = new Set(runs.map(({ deployed }) => deployed.settings.functionName));
  return [
    ...[...names].flatMap((name) => usesOfFunction(calls, name)),
    ...runs.flatMap(({ visitor }) => [...(visitor?.invokeApi.uses.values() ?? [])]),
  ];
}

async function allows({ role, deployed }: RunningEnvironment, account: EmulatedAws, use: Use): Promise<boolean> {
  if (!use.action.startsWith('kms:')) return role.allows(use);
  const { functionName } = deployed.settings;
  const context = {
    ...use.context,
    'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT_ID}:role/${functionName}-${REGION}`,
    'aws:ResourceTag/service': 'vm-pool',
    'aws:ResourceTag/environment': 'staging',
  };
  return role.allows({ ...use, context }, await keyPolicyOf(account, use.resource));
}

async function keyPolicyOf(account: EmulatedAws, KeyId: string): Promise<PolicyDocument> {
  const answer = await account.act('kms', 'TrentService.GetKeyPolicy', { KeyId, PolicyName: 'default' });
  return JSON.parse((JSON.parse(answer) as { Policy: string }).Policy) as PolicyDocument;
}
