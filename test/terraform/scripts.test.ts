/** `scripts/terraform` and `scripts/lib/terraform-cli-config`, with programs in their PATH that only say how they were called. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
const bucket = { TF_STATE_BUCKET: 'states' };

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(path.join(tmpdir(), 'vm-pool-scripts-'));
  for (const folder of ['bin', 'scripts/lib', 'terraform', 'home']) {
    mkdirSync(path.join(repository, folder), { recursive: true });
  }
  for (const name of ['terraform', 'lib/terraform-cli-config']) {
    cpSync(path.join(scripts, name), path.join(repository, 'scripts', name));
  }
  program('terraform', `echo "$*" | sed "s#${repository}/##g" >>"${repository}/calls"; echo "says $2"`);
  program('curl', 'exit 0');
});
afterEach(() => {
  rmSync(repository, { recursive: true });
});

function program(name: string, body: string): void {
  writeFileSync(path.join(repository, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

function run(script: string, args: string[], env: Record<string, string> = {}) {
  const PATH = `${repository}/bin:/usr/bin:/bin`;
  return spawnSync(path.join(repository, 'scripts', script), args, {
    encoding: 'utf8',
    env: { PATH, HOME: path.join(repository, 'home'), ...env },
  });
}

const calls = (): string[] => readFileSync(path.join(repository, 'calls'), 'utf8').trimEnd().split('\n');

function markInitialised(environment: string): void {
  const data = path.join(repository, 'terraform/.terraform', environment);
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, 'terraform.tfstate'), '{}');
}

describe('scripts/terraform', () => {
  it('initialises with the state of the environment, then plans with its variables', () => {
    run('terraform', ['dev', 'plan', '-out=dev.tfplan'], bucket);
    expect(calls()).toEqual([
      '-chdir=terraform init -input=false -backend-config=environments/dev/backend.hcl -backend-config=bucket=states',
      '-chdir=terraform plan -var-file=environments/dev/terraform.tfvars -out=dev.tfplan',
    ]);
  });

  it('initialises once', () => {
    markInitialised('dev');
    run('terraform', ['dev', 'plan']);
    expect(calls()).toEqual(['-chdir=terraform plan -var-file=environments/dev/terraform.tfvars']);
  });

  it('does not take one environment for another that is initialised', () => {
    markInitialised('dev');
    expect(run('terraform', ['prod', 'plan']).stderr).toContain('TF_STATE_BUCKET must name the state bucket');
  });

  it.each([
    { args: ['apply'], passes: 'apply -var-file=environments/dev/terraform.tfvars' },
    { args: ['apply', '-auto-approve'], passes: 'apply -var-file=environments/dev/terraform.tfvars -auto-approve' },
    {
      args: ['apply', '-target', 'module.iam'],
      passes: 'apply -var-file=environments/dev/terraform.tfvars -target module.iam',
    },
    { args: ['apply', 'dev.tfplan'], passes: 'apply dev.tfplan' },
    { args: ['destroy'], passes: 'destroy -var-file=environments/dev/terraform.tfvars' },
    { args: ['output', '-raw', 'api_url'], passes: 'output -raw api_url' },
    {
      args: ['init', '-upgrade'],
      passes: 'init -input=false -backend-config=environments/dev/backend.hcl -backend-config=bucket=states -upgrade',
    },
  ])('passes variables only to commands that take them: $args', ({ args, passes }) => {
    markInitialised('dev');
    writeFileSync(path.join(repository, 'terraform/dev.tfplan'), '');
    run('terraform', ['dev', ...args], bucket);
    expect(calls()).toEqual([`-chdir=terraform ${passes}`]);
  });

  it('prints what the command prints and nothing else, so that an output can be read by a program', () => {
    expect(run('terraform', ['dev', 'output', '-raw', 'api_url'], bucket).stdout).toBe('says output\n');
  });

  it('runs the bootstrap without an environment', () => {
    run('terraform', ['bootstrap', 'apply']);
    expect(calls()).toEqual(['-chdir=terraform/bootstrap init -input=false', '-chdir=terraform/bootstrap apply']);
  });

  it.each([
    { args: [], says: 'usage:' },
    { args: ['test', 'plan'], says: 'no such environment: test' },
    { args: ['dev'], says: 'what shall Terraform do with dev?' },
    { args: ['dev', 'plan'], says: 'scripts/terraform bootstrap apply' },
  ])('says what is wrong with $args and calls nothing', ({ args, says }) => {
    const { status, stderr } = run('terraform', args);
    expect(stderr).toContain(says);
    expect(status).toBe(2);
    expect(existsSync(path.join(repository, 'calls'))).toBe(false);
  });
});

describe('scripts/lib/terraform-cli-config', () => {
  const mirrored = 'home/mirror/registry.terraform.io/hashicorp/aws';

  it('leaves Terraform alone when the registry answers', () => {
    mkdirSync(path.join(repository, mirrored), { recursive: true });
    expect(run('lib/terraform-cli-config', [])).toMatchObject({ status: 0, stdout: '' });
  });

  it('names a mirror when the registry does not answer, even where TF_CLI_CONFIG_FILE names no file', () => {
    program('curl', 'exit 6');
    mkdirSync(path.join(repository, mirrored), { recursive: true });
    const file = run('lib/terraform-cli-config', [], { TF_CLI_CONFIG_FILE: '/no/such/file' }).stdout.trim();
    expect(file).toBe(path.join(repository, '.cache/terraform.rc'));
    // The machine may have a mirror of its own, which is as good.
    const [, mirror = ''] = /^\s*path = "(.*)"$/m.exec(readFileSync(file, 'utf8')) ?? [];
    expect(existsSync(path.join(mirror, 'registry.terraform.io/hashicorp/aws'))).toBe(true);
  });

  it("keeps to somebody's own configuration", () => {
    program('curl', 'exit 6');
    const own = path.join(repository, 'own.rc');
    writeFileSync(own, '');
    expect(run('lib/terraform-cli-config', [], { TF_CLI_CONFIG_FILE: own })).toMatchObject({ status: 0, stdout: '' });
  });
});
