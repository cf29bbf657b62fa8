/** `scripts/terraform` and `scripts/lib/terraform-cli-config`. The programs in their PATH only log their calls. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
const ENVIRONMENTS = ['terraform/environments/dev', 'terraform/environments/prod'];
const bucket = { TF_STATE_BUCKET: 'states' };
const DEV = '-chdir=terraform/environments/dev';
/** Appends the arguments of the call to the file `calls`; the programs lie in `bin/` beside it. */
const LOG_CALL = 'here=${0%/bin/*}; echo "$*" | sed "s#$here/##g" >>"$here/calls"';
const BOOTSTRAP = '-chdir=terraform/bootstrap';

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(path.join(tmpdir(), 'vm-pool-scripts-'));
  for (const folder of ['bin', 'home', 'scripts/lib', 'terraform/bootstrap', ...ENVIRONMENTS]) {
    mkdirSync(path.join(repository, folder), { recursive: true });
  }
  for (const name of ['terraform', 'lib/terraform-cli-config']) {
    cpSync(path.join(scripts, name), path.join(repository, 'scripts', name));
  }
  program('terraform', `${LOG_CALL}; echo "says $2"`);
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

/** Makes a folder look as after `terraform init`, in the format of Terraform 1.11. */
function markInitialised(folder: string, backend = { bucket: 'states', region: 'us-east-1' }): void {
  const data = path.join(repository, folder, '.terraform');
  mkdirSync(data, { recursive: true });
  const state = {
    version: 3,
    backend: { type: 's3', config: { profile: null, ...backend, sts_region: null }, hash: 1 },
  };
  writeFileSync(path.join(data, 'terraform.tfstate'), JSON.stringify(state, null, 2));
}

const backendFile = () => path.join(repository, 'terraform/bootstrap/backend.tf');

describe('scripts/terraform with an environment', () => {
  it('initialises with the state in the bucket, then runs the command', () => {
    run('terraform', ['dev', 'plan', '-out=dev.tfplan'], bucket);
    expect(calls()).toEqual([
      `${DEV} init -input=false -backend-config=bucket=states -backend-config=region=us-east-1`,
      `${DEV} plan -out=dev.tfplan`,
    ]);
  });

  it('finds the bucket in the region TF_STATE_REGION', () => {
    run('terraform', ['dev', 'plan'], { ...bucket, TF_STATE_REGION: 'eu-west-1' });
    expect(calls()[0]).toBe(`${DEV} init -input=false -backend-config=bucket=states -backend-config=region=eu-west-1`);
  });

  it.each([
    { given: 'the same bucket', env: bucket },
    { given: 'no bucket', env: {} },
  ])('initialises once when the shell then names $given', ({ env }) => {
    markInitialised('terraform/environments/dev');
    run('terraform', ['dev', 'plan'], env);
    expect(calls()).toEqual([`${DEV} plan`]);
  });

  it.each([
    { differs: 'bucket', env: { TF_STATE_BUCKET: 'others' }, backend: 'others', region: 'us-east-1' },
    { differs: 'region', env: { TF_STATE_REGION: 'eu-west-1' }, backend: 'states', region: 'eu-west-1' },
  ])('reports another $differs and initialises again', ({ env, backend, region }) => {
    markInitialised('terraform/environments/dev');
    const { stderr } = run('terraform', ['dev', 'plan'], env);
    expect(stderr).toContain(`dev: the state was in states (us-east-1); from now on it is in ${backend} (${region})`);
    expect(calls()).toEqual([
      `${DEV} init -input=false -backend-config=bucket=${backend} -backend-config=region=${region} -reconfigure`,
      `${DEV} plan`,
    ]);
  });

  it('initialises each environment by itself', () => {
    markInitialised('terraform/environments/dev');
    expect(run('terraform', ['prod', 'plan']).stderr).toContain('TF_STATE_BUCKET must name the state bucket');
  });

  it.each([
    { args: ['apply', '-auto-approve'] },
    { args: ['apply', 'dev.tfplan'] },
    { args: ['destroy', '-target', 'module.vm_pool'] },
  ])('passes the arguments on unchanged: $args', ({ args }) => {
    markInitialised('terraform/environments/dev');
    run('terraform', ['dev', ...args]);
    expect(calls()).toEqual([`${DEV} ${args.join(' ')}`]);
  });

  it('keeps the known bucket for an init that asks for more', () => {
    markInitialised('terraform/environments/dev');
    run('terraform', ['dev', 'init', '-upgrade']);
    expect(calls()).toEqual([
      `${DEV} init -input=false -backend-config=bucket=states -backend-config=region=us-east-1 -upgrade`,
    ]);
  });

  it('prints what the command prints and nothing else, so that a program can read an output', () => {
    expect(run('terraform', ['dev', 'output', '-raw', 'api_url'], bucket).stdout).toBe('says output\n');
  });

  it('treats every folder of terraform/environments/ as an environment', () => {
    mkdirSync(path.join(repository, 'terraform/environments/dev-eu'));
    run('terraform', ['dev-eu', 'plan'], bucket);
    expect(calls()).toContain('-chdir=terraform/environments/dev-eu plan');
  });
});

describe('scripts/terraform bootstrap', () => {
  const MIGRATION = `${BOOTSTRAP} init -input=false -backend-config=bucket=made -backend-config=region=made -migrate-state -force-copy`;

  it('applies with a local state, then moves the state into the new bucket', () => {
    program('terraform', `${LOG_CALL}; case "$2" in output) printf made ;; esac`);
    expect(run('terraform', ['bootstrap', 'apply']).status).toBe(0);
    expect(calls()).toEqual([
      `${BOOTSTRAP} init -input=false`,
      `${BOOTSTRAP} apply`,
      `${BOOTSTRAP} output -raw bucket_name`,
      `${BOOTSTRAP} output -raw bucket_region`,
      MIGRATION,
    ]);
    expect(readFileSync(backendFile(), 'utf8')).toContain('key          = "vm-pool/bootstrap/terraform.tfstate"');
  });

  it('says what to do when the state could not move, and keeps using the local one', () => {
    program('terraform', `${LOG_CALL}; case "$*" in *output*) printf made ;; *migrate*) exit 1 ;; esac`);
    const { status, stderr } = run('terraform', ['bootstrap', 'apply']);
    expect(stderr).toContain('run this again: scripts/terraform bootstrap apply');
    expect(status).toBe(2);
    expect(existsSync(backendFile())).toBe(false);
  });

  it('moves nothing when the apply fails', () => {
    program('terraform', `${LOG_CALL}; [ "$2" != apply ]`);
    expect(run('terraform', ['bootstrap', 'apply']).status).toBe(1);
    expect(calls()).toEqual([`${BOOTSTRAP} init -input=false`, `${BOOTSTRAP} apply`]);
  });

  it('creates the bucket in the region TF_STATE_REGION', () => {
    program('terraform', 'echo "$2 $TF_VAR_region" >>"${0%/bin/*}/calls"');
    run('terraform', ['bootstrap', 'plan'], { TF_STATE_REGION: 'eu-west-1' });
    expect(calls()).toEqual(['init eu-west-1', 'plan eu-west-1']);
  });

  it('reads the state from the bucket in a fresh clone', () => {
    run('terraform', ['bootstrap', 'plan'], bucket);
    expect(calls()).toEqual([
      `${BOOTSTRAP} init -input=false -backend-config=bucket=states -backend-config=region=us-east-1`,
      `${BOOTSTRAP} plan`,
    ]);
    expect(existsSync(backendFile())).toBe(true);
  });

  it('says what to do when TF_STATE_BUCKET names a bucket that does not exist', () => {
    program('terraform', `${LOG_CALL}; [ "$2" != init ]`);
    const { status, stderr } = run('terraform', ['bootstrap', 'apply'], bucket);
    expect(stderr).toContain('unset TF_STATE_BUCKET and run: scripts/terraform bootstrap apply');
    expect(status).toBe(2);
    expect(existsSync(backendFile())).toBe(false);
  });

  it('fails instead of printing a warning when no outputs exist yet', () => {
    program('terraform', 'case "$*" in *-json*) echo "{}" ;; *) echo "Warning: No outputs found" ;; esac');
    const { status, stdout, stderr } = run('terraform', ['bootstrap', 'output', '-raw', 'bucket_name']);
    expect(stderr).toContain('bootstrap has no outputs yet; this makes them: scripts/terraform bootstrap apply');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('scripts/terraform', () => {
  it.each([
    { args: [], says: 'usage: scripts/terraform <dev|prod|bootstrap> <command>' },
    { args: ['test', 'plan'], says: 'no such environment: test' },
    { args: ['dev'], says: 'missing Terraform command for dev' },
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
    // The machine may have its own mirror, which serves as well.
    const [, mirror = ''] = /^\s*path = "(.*)"$/m.exec(readFileSync(file, 'utf8')) ?? [];
    expect(existsSync(path.join(mirror, 'registry.terraform.io/hashicorp/aws'))).toBe(true);
  });

  it('keeps the configuration that the caller chose', () => {
    program('curl', 'exit 6');
    const own = path.join(repository, 'own.rc');
    writeFileSync(own, '');
    expect(run('lib/terraform-cli-config', [], { TF_CLI_CONFIG_FILE: own })).toMatchObject({ status: 0, stdout: '' });
  });
});
