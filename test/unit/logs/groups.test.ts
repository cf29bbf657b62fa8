import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { groupsBeside, groupsOf } from '../../../scripts/lib/logs/groups.ts';

/** Names of the log groups that a module makes for the service `vm-pool-dev`, in their order. */
function madeBy(module: string): string[] {
  const file = new URL(`../../../terraform/modules/${module}/main.tf`, import.meta.url);
  const groups = readFileSync(file, 'utf8').split('resource "aws_cloudwatch_log_group"').slice(1);
  return groups.map((group) => /name\s+= "(.*)"/.exec(group)?.[1]?.replace('${var.name}', 'vm-pool-dev') ?? '');
}

describe('groupsOf', () => {
  it('names the log groups that Terraform makes', () => {
    const { function: ofFunction, access, visitor } = groupsOf('vm-pool-dev');
    expect(madeBy('logs')).toEqual([ofFunction, access]);
    expect(madeBy('visitor')).toEqual([visitor]);
  });
});

describe('groupsBeside', () => {
  it('finds the other groups of a function by its name', () => {
    expect(groupsBeside('/aws/lambda/lab-dev')).toEqual(groupsOf('lab-dev'));
  });

  it('knows no others beside a group that is not named after a function', () => {
    expect(groupsBeside('/my/logs')).toEqual({ function: '/my/logs' });
  });
});
