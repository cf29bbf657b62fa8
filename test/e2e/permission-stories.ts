import { expect, it } from '@jest/globals';
import { tableArn } from '../support/emulated-aws/deployed-table.ts';
import type { Use } from '../support/emulated-aws/role.ts';
import type { RunningEnvironment } from './environment.ts';

/** What the function's role may do with the table, held against what the AWS SDK really called in all the other stories. */
export function permissionStories(running: () => RunningEnvironment): void {
  it('allows all that the function did', async () => {
    const uses = usesOf(running());
    expect(uses).not.toEqual([]);
    expect(await allowedOf(running(), uses)).toEqual(uses);
  });

  it('grants nothing that the function did not need', () => {
    const { role } = running();
    expect(sorted(role.usesOf('dynamodb'))).toEqual(sorted(usesOf(running())));
  });

  it('allows nothing else', async () => {
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
