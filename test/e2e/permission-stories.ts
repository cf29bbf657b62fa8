import { describe, expect, it } from '@jest/globals';
import { tableArn } from '../support/emulated-aws/deployed-table.ts';
import type { PolicyDocument, Use } from '../support/emulated-aws/iam.ts';
import { isAllowed } from '../support/emulated-aws/iam.ts';
import { documentedKeyPolicy } from '../support/emulated-aws/keys.ts';
import { ACCOUNT_ID, REGION } from '../support/emulated-aws/server.ts';
import type { RunningEnvironment } from './environment.ts';

/** ARNs of an environment's customer-managed keys, by what they encrypt. */
export interface Keys {
  readonly table: string;
  readonly logs: string;
  /** The login keys in SSM and Secrets Manager */
  readonly stored: string;
}

/** Compares the grants of the function's role with the calls that the function made in all other stories. */
export function permissionStories(running: () => RunningEnvironment, keys: () => Keys): void {
  it('allows every call that the function made', async () => {
    const uses = usesOf(running());
    expect(uses).not.toEqual([]);
    expect(await allowedOf(running(), uses)).toEqual(uses);
  });

  it('grants only the actions that the function used', () => {
    const { role } = running();
    expect(sorted(role.usesOf('dynamodb'))).toEqual(sorted(usesOf(running())));
  });

  it('allows no other call', async () => {
    const table = running().outputs.table_name ?? '';
    const onTable = ['Scan', 'ConditionCheckItem', 'DescribeTable', 'UpdateTable', 'UpdateTimeToLive', 'DeleteTable'];
    const onOthers = ['GetItem', 'PutItem', 'Query'];
    const others = [tableArn('vm-pool-dev'), tableArn(`${table}-2`)];
    const uses = [
      ...onTable.map((name) => useOf(name, tableArn(table))),
      ...others.flatMap((resource) => onOthers.map((name) => useOf(name, resource))),
      useOf('Scan', tableArn(table, 'work')),
      useOf('Query', tableArn('vm-pool-dev', 'work')),
      { action: 'lambda:InvokeFunction', resource: running().deployed.settings.functionArn },
      { action: 'logs:DeleteLogGroup', resource: logGroupArn(running()) },
    ];
    expect(await allowedOf(running(), uses)).toEqual([]);
  });

  describe('with keys of the customer, whose policies are those of the READMEs', () => {
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    const needed = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
    const through = (service: string, key: string, names = needed): Use[] =>
      names.map((name) => {
        const context = { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` };
        return { action: `kms:${name}`, resource: key, context };
      });

    it('lets DynamoDB use the key of the table for the function', async () => {
      const uses = through('dynamodb', keys().table);
      expect(await allowedWith(uses)).toEqual(uses);
    });

    it('forbids the function every other use of a key', async () => {
      const uses = [
        ...through('s3', keys().table),
        ...through('dynamodb', keys().logs),
        ...through('dynamodb', keys().table, ['CreateGrant', 'PutKeyPolicy', 'ScheduleKeyDeletion']),
      ];
      expect(await allowedWith(uses)).toEqual([]);
    });

    it('lets CloudWatch Logs encrypt both log groups, and no others', async () => {
      const { log_group_name: ofFunction, access_log_group_name: ofAccess } = running().outputs;
      const verdicts = [ofFunction, ofAccess, '/aws/lambda/another'].map(async (name) => [
        name,
        await logsMayUse(name),
      ]);
      expect(await Promise.all(verdicts)).toEqual([
        [ofFunction, true],
        [ofAccess, true],
        ['/aws/lambda/another', false],
      ]);
    });

    async function allowedWith(uses: readonly Use[]): Promise<Use[]> {
      const { role, deployed } = running();
      const policy = documentedKeyPolicy('dynamodb', deployed.settings.functionName);
      const verdicts = await Promise.all(uses.map((use) => role.allows(use, policy)));
      return uses.filter((_, index) => verdicts[index]);
    }

    async function logsMayUse(groupName = ''): Promise<boolean> {
      const arn = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${groupName}`;
      const verdicts = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'GenerateDataKey', 'DescribeKey'].map((name) =>
        isAllowed({
          principal: `logs.${REGION}.amazonaws.com`,
          action: `kms:${name}`,
          resource: keys().logs,
          context: { 'aws:SourceArn': arn },
          resourcePolicy: logsKeyPolicy(),
        }),
      );
      return (await Promise.all(verdicts)).every(Boolean);
    }

    /** Moves the ARN of the log group to `aws:SourceArn`, because the simulator can't read encryption contexts. */
    function logsKeyPolicy(): PolicyDocument {
      const policy = JSON.stringify(documentedKeyPolicy('logs', running().deployed.settings.functionName));
      expect(policy).toContain('"kms:EncryptionContext:aws:logs:arn"');
      return JSON.parse(policy.replace('kms:EncryptionContext:aws:logs:arn', 'aws:SourceArn')) as PolicyDocument;
    }
  });
}

function usesOf({ table }: RunningEnvironment): Use[] {
  return [...(table?.uses.values() ?? [])];
}

async function allowedOf({ role }: RunningEnvironment, uses: readonly Use[]): Promise<Use[]> {
  const verdicts = await Promise.all(uses.map((use) => role.allows(use)));
  return uses.filter((_, index) => verdicts[index]);
}

function useOf(name: string, resource: string): Use {
  return { action: `dynamodb:${name}`, resource };
}

function logGroupArn({ deployed }: RunningEnvironment): string {
  const { functionArn, logGroup } = deployed.settings;
  const [arn, partition, , region, account] = functionArn.split(':');
  return [arn, partition, 'logs', region, account, 'log-group', logGroup].join(':');
}

function sorted(uses: readonly Use[]): string[] {
  return uses.map(({ action, resource }) => `${action} on ${resource}`).sort();
}
