import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { regionOf } from '../../../scripts/lib/logs/region.ts';

const ROOT = `
# region = "af-south-1"
module "vm_pool" {
  region = "ap-south-1"
}

provider "aws" {
  allowed_account_ids = var.account_ids
  region              = "sa-east-1"

  default_tags {
    tags = { environment = "dev" }
  }
}
`;

const NAMED_BY_VARIABLE = 'provider "aws" {\n  region = var.region\n}\n\nmodule "x" {\n  region = "ap-south-1"\n}\n';

let environments: string;

beforeAll(() => {
  environments = mkdtempSync(path.join(tmpdir(), 'vm-pool-environments-'));
  for (const [name, text] of Object.entries({ dev: ROOT, prod: NAMED_BY_VARIABLE })) {
    mkdirSync(path.join(environments, name));
    writeFileSync(path.join(environments, name, 'main.tf'), text);
  }
});

afterAll(() => {
  rmSync(environments, { recursive: true });
});

describe('regionOf', () => {
  const both = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };

  it.each([
    { rule: 'the region asked for', region: 'us-west-2', environment: 'dev', env: both, is: 'us-west-2' },
    { rule: 'else AWS_REGION', environment: 'dev', env: both, is: 'eu-west-1' },
    { rule: 'else AWS_DEFAULT_REGION', environment: 'dev', env: { ...both, AWS_REGION: '' }, is: 'eu-west-2' },
    { rule: 'else the region that Terraform deploys the environment to', environment: 'dev', env: {}, is: 'sa-east-1' },
    { rule: 'nothing when Terraform reads it from a variable', environment: 'prod', env: {}, is: undefined },
    { rule: 'nothing for an environment without a root', environment: 'staging', env: {}, is: undefined },
    { rule: 'nothing for a log group that was named', environment: undefined, env: {}, is: undefined },
  ])('is $rule', ({ region, environment, env, is }) => {
    expect(regionOf({ region, environment }, env, environments)).toBe(is);
  });
});
