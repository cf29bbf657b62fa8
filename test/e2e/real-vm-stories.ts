import { beforeAll, expect, it } from '@jest/globals';
import type { Use } from '../support/emulated-aws/iam.ts';
import { Role } from '../support/emulated-aws/role.ts';
import type { EmulatedAws } from '../support/emulated-aws/server.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import type { Checkout, Outputs } from './checkout.ts';

/** Settings that make an environment lend VMs that exist, but for their inventory. */
export const REAL_VMS = {
  vm_provider: 'static',
  vpc_subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  vpc_security_group_ids: ['sg-0123456789abcdef0'],
};

interface FunctionConfiguration {
  readonly Handler: string;
  readonly VpcConfig: { readonly SubnetIds: readonly string[]; readonly SecurityGroupIds: readonly string[] };
  readonly Environment?: unknown;
}

/**
 * An environment that has just been applied with {@link REAL_VMS}: what Terraform made, and what its roles may do.
 *
 * @param inventory - its text, of which `ssm:/lab/box-01` and `secretsmanager:lab/box-02` are the stored keys
 */
export function realVmStories(
  environment: string,
  account: () => EmulatedAws,
  checkout: () => Checkout,
  inventory: () => string,
): void {
  const service = `vm-pool-${environment}`;
  const roleArn = `arn:aws:iam::${ACCOUNT_ID}:role/${service}-${REGION}`;
  let outputs: Outputs;
  let inventoryUrl: string;
  let variables: Readonly<Record<string, string>>;
  let main: Role;
  let visitor: Role;

  beforeAll(async () => {
    outputs = await checkout().outputs(environment);
    inventoryUrl = outputs.inventory_url ?? '';
    variables = await variablesOf(service);
    main = await Role.read(account(), `${service}-${REGION}`);
    visitor = await Role.read(account(), `${service}-ssh-${REGION}`);
  });

  it('keeps the text of the inventory as it is, where the function reads it', async () => {
    expect(variables.INVENTORY).toBe(inventoryUrl);
    const object = inventoryUrl.replace('s3:/', '');
    expect(await account().ask('s3', object)).toBe(inventory());
  });

  it('makes two keys, tells VMs to trust both and the function to sign with one', async () => {
    const { CERTIFICATE_AUTHORITY: signing = '', CERTIFICATE_AUTHORITY_PUBLIC_KEYS = '' } = variables;
    expect(new Set(outputs.certificate_authority_public_keys).size).toBe(2);
    const [first, ...others] = CERTIFICATE_AUTHORITY_PUBLIC_KEYS.split(',');
    expect(others).toHaveLength(1);
    const answer = await account().act('kms', 'TrentService.GetPublicKey', { KeyId: signing });
    expect(JSON.parse(answer)).toMatchObject({ PublicKey: first, KeyUsage: 'SIGN_VERIFY' });
  });

  it('has the function invoke the version of the visitor that comes from the same package, inside the VPC', async () => {
    const [name, version] = (variables.VISITOR_FUNCTION ?? '').split(':').slice(-2);
    expect([name, version]).toEqual([outputs.visitor_function_name, expect.stringMatching(/^\d+$/)]);
    const answer = await account().ask('lambda', `/2015-03-31/functions/${name}/configuration`);
    const { Handler, VpcConfig, Environment } = JSON.parse(answer) as FunctionConfiguration;
    expect({ Handler, Environment }).toEqual({ Handler: 'visitor.handler' });
    expect(VpcConfig.SubnetIds.toSorted()).toEqual(REAL_VMS.vpc_subnet_ids);
    expect(VpcConfig.SecurityGroupIds).toEqual(REAL_VMS.vpc_security_group_ids);
  });

  it('lets the main function do what lending takes, under the boundary of its environment', async () => {
    const uses = [
      sign({}),
      use('s3:GetObject', inventoryUrl.replace('s3://', 'arn:aws:s3:::')),
      use('lambda:InvokeFunction', variables.VISITOR_FUNCTION ?? ''),
      use('ssm:GetParameter', arn('ssm', 'parameter/lab/box-01')),
      use('secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:lab/box-02-AbCdEf')),
    ];
    expect(await allowedTo(main, uses)).toEqual(uses);
  });

  it('forbids the main function the rest', async () => {
    const uses = [
      sign({ 'kms:MessageType': 'DIGEST' }),
      sign({ 'kms:SigningAlgorithm': 'ECDSA_SHA_512' }),
      sign({ 'aws:ResourceTag/environment': 'prod' }),
      sign({ 'aws:PrincipalArn': `${roleArn}-2` }),
      { ...sign({}), resource: arn('kms', 'key/1234abcd-12ab-44cd-a6ef-1234567890ab') },
      use('s3:PutObject', inventoryUrl.replace('s3://', 'arn:aws:s3:::')),
      use('s3:GetObject', 'arn:aws:s3:::another/inventory.json'),
      use('lambda:InvokeFunction', arn('lambda', 'function:another:1')),
      use('ssm:GetParameter', arn('ssm', 'parameter/lab/box-02')),
      use('secretsmanager:GetSecretValue', arn('secretsmanager', 'secret:lab/box-01-AbCdEf')),
    ];
    expect(await allowedTo(main, uses)).toEqual([]);
  });

  it("lets Lambda make the visitor's network interfaces, and its code nothing at all", async () => {
    const byLambda = [
      use('ec2:CreateNetworkInterface', arn('ec2', 'network-interface/*')),
      use('ec2:DescribeNetworkInterfaces', '*'),
      use('ec2:DescribeSubnets', '*'),
    ];
    expect(await allowedTo(visitor, byLambda)).toEqual(byLambda);
    const code = { 'lambda:SourceFunctionArn': arn('lambda', `function:${service}-visitor`) };
    const uses = [
      ...byLambda.map((each) => ({ ...each, context: code })),
      sign(code),
      use('s3:GetObject', inventoryUrl.replace('s3://', 'arn:aws:s3:::')),
      use('lambda:InvokeFunction', variables.VISITOR_FUNCTION ?? ''),
      use('ssm:GetParameter', arn('ssm', 'parameter/lab/box-01')),
    ];
    expect(await allowedTo(visitor, uses)).toEqual([]);
  });

  /** A signature of a login certificate. @param changes - condition keys that differ from that */
  function sign(changes: Readonly<Record<string, string>>): Use {
    const tags = { 'aws:ResourceTag/service': 'vm-pool', 'aws:ResourceTag/environment': environment };
    const request = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW' };
    return {
      action: 'kms:Sign',
      resource: variables.CERTIFICATE_AUTHORITY ?? '',
      context: { 'aws:PrincipalArn': roleArn, ...tags, ...request, ...changes },
    };
  }

  async function allowedTo(role: Role, uses: readonly Use[]): Promise<Use[]> {
    const verdicts = await Promise.all(
      uses.map(async (each) => {
        const isKey = each.action.startsWith('kms:');
        return role.allows(each, isKey ? await keyPolicy() : undefined);
      }),
    );
    return uses.filter((_, index) => verdicts[index]);
  }

  async function variablesOf(functionName: string): Promise<Record<string, string>> {
    const answer = await account().ask('lambda', `/2015-03-31/functions/${functionName}/configuration`);
    return (JSON.parse(answer) as { Environment: { Variables: Record<string, string> } }).Environment.Variables;
  }

  async function keyPolicy() {
    const wish = { KeyId: variables.CERTIFICATE_AUTHORITY, PolicyName: 'default' };
    const { Policy } = JSON.parse(await account().act('kms', 'TrentService.GetKeyPolicy', wish)) as { Policy: string };
    return JSON.parse(Policy) as Parameters<Role['allows']>[1];
  }
}

function use(action: string, resource: string): Use {
  return { action, resource };
}

function arn(service: string, resource: string): string {
  return ['arn', 'aws', service, REGION, ACCOUNT_ID, resource].join(':');
}
