/** The scripts that guard a deployment before it changes AWS, and verify it afterwards. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stage } from '../stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage.close();
});

describe('require-reviewers', () => {
  const rule = (reviewers: string[]) => ({ type: 'required_reviewers', reviewers });

  it.each([
    { environment: 'prod', protection_rules: [{ type: 'wait_timer', wait_timer: 5 }, rule(['alice'])], status: 0 },
    { environment: 'prod', protection_rules: [rule(['alice', 'a-team'])], status: 0 },
    { environment: 'prod', protection_rules: [], status: 1 },
    { environment: 'prod', protection_rules: undefined, status: 1 },
    { environment: 'prod', protection_rules: [rule([])], status: 1 },
    { environment: 'staging', protection_rules: [{ type: 'branch_policy' }], status: 1 },
  ])('$environment with $protection_rules: exit code $status', ({ environment, protection_rules, status }) => {
    stage.github({ name: environment, protection_rules });
    const performance = stage.run('require-reviewers', [environment]);
    expect(performance.status).toBe(status);
    expect(performance.calls[0]).toMatch(`gh api repos/team/vm-pool/environments/${environment} --jq`);
    if (status === 1) expect(performance.stdout).toContain('has no required reviewers, so nothing was applied');
  });

  it.each([
    { environment: 'dev', env: {} },
    { environment: 'prod', env: { ALLOW_UNREVIEWED: 'true' } },
  ])('needs none for $environment with $env', ({ environment, env }) => {
    stage.githubFails();
    expect(stage.run('require-reviewers', [environment], env)).toMatchObject({ status: 0, calls: [] });
  });

  it.each(['', 'false', 'yes'])('takes ALLOW_UNREVIEWED=%j as no', (ALLOW_UNREVIEWED) => {
    stage.github({ protection_rules: [] });
    expect(stage.run('require-reviewers', ['prod'], { ALLOW_UNREVIEWED }).status).toBe(1);
  });

  it('stops when GitHub does not say', () => {
    stage.githubFails();
    expect(stage.run('require-reviewers', ['prod']).status).not.toBe(0);
  });
});

describe('destroy-guard', () => {
  const table = { type: 'aws_dynamodb_table', address: 'module.vm_pool.module.table["a b"].aws_dynamodb_table.this' };
  const bucket = { type: 'aws_s3_bucket', address: 'module.backend.aws_s3_bucket.this' };
  const key = { type: 'aws_kms_key', address: 'aws_kms_key.state' };
  const lambda = { type: 'aws_lambda_function', address: 'module.vm_pool.module.lambda.aws_lambda_function.this' };
  const changes = (things: (typeof table)[], actions: string[]) => things.map((it) => ({ ...it, change: { actions } }));

  function guard(resource_changes: unknown, message = 'feat: something\n') {
    const plan = stage.write('plan.json', JSON.stringify({ format_version: '1.2', resource_changes }));
    return stage.run('destroy-guard', [plan, stage.write('messages.txt', message)]);
  }

  it.each([table, bucket, key])('refuses to destroy or replace $type', (thing) => {
    for (const actions of [['delete'], ['delete', 'create'], ['create', 'delete']]) {
      const { status, stdout } = guard(changes([lambda, thing], actions));
      expect(status).toBe(1);
      expect(stdout).toContain(`This plan destroys or replaces ${thing.address}.`);
      expect(stdout).toContain(`Allow-Destroy: ${thing.type}`);
      expect(stdout).not.toContain(lambda.address);
    }
  });

  it.each([
    { rule: 'creates', things: [table, bucket, key], actions: ['create'] },
    { rule: 'updates', things: [table, bucket, key], actions: ['update'] },
    { rule: 'leaves as they are', things: [table, bucket, key], actions: ['no-op'] },
    { rule: 'forgets', things: [table], actions: ['forget'] },
    { rule: 'replaces, and which can be made again,', things: [lambda], actions: ['create', 'delete'] },
  ])('accepts what a plan $rule', ({ things, actions }) => {
    expect(guard(changes(things, actions))).toMatchObject({ status: 0, stdout: '' });
  });

  it('accepts a plan that changes no resource', () => {
    expect(guard(undefined).status).toBe(0);
  });

  it.each([
    { rule: 'a line allows a type', message: `feat!: start\n\nAllow-Destroy: ${table.type}\n`, status: 0 },
    { rule: 'a line allows an address', message: `feat!: start\n\nAllow-Destroy: ${table.address}\n`, status: 0 },
    { rule: 'it may stand anywhere', message: `fix: one\n\nAllow-Destroy: ${table.type}\n\nThe end.\n`, status: 0 },
    { rule: 'another type allows nothing', message: `Allow-Destroy: ${bucket.type}\n`, status: 1 },
    { rule: 'it is a whole line', message: `docs: tell of Allow-Destroy: ${table.type}\n`, status: 1 },
    { rule: 'a longer name allows nothing', message: `Allow-Destroy: ${table.type}_replica\n`, status: 1 },
    { rule: 'it is not a pattern', message: 'Allow-Destroy: .*\n', status: 1 },
    { rule: 'no message allows nothing', message: '', status: 1 },
  ])('$rule', ({ message, status }) => {
    expect(guard(changes([table], ['delete']), message).status).toBe(status);
  });

  it('names only what no commit allows', () => {
    const { status, stdout } = guard(changes([table, bucket], ['delete']), `Allow-Destroy: ${table.type}\n`);
    expect(status).toBe(1);
    expect(stdout).toContain(bucket.address);
    expect(stdout).not.toContain(table.address);
  });

  it('stops when it cannot read the plan', () => {
    const messages = stage.write('messages.txt', `Allow-Destroy: ${table.type}\n`);
    for (const plan of [stage.write('plan.json', '{"resource_changes": ['), 'missing.json']) {
      expect(stage.run('destroy-guard', [plan, messages]).status).not.toBe(0);
    }
  });
});

describe('live-version', () => {
  const deployed = { values: { outputs: { vm_pool: { value: { function_name: 'vm-pool-dev' } } } } };

  function version(state: unknown, aws: string) {
    stage.program('scripts/terraform', `echo '${JSON.stringify(state)}'`);
    stage.program('aws', aws);
    return stage.run('live-version', ['dev']);
  }

  it('prints the version behind the alias', () => {
    const { status, stdout, calls } = version(deployed, 'echo 7');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'version=7\n' });
    expect(calls[1]).toContain('aws lambda get-alias --function-name vm-pool-dev --name live');
  });

  it('prints none before the first deployment', () => {
    expect(version({ format_version: '1.0' }, 'echo 7')).toMatchObject({
      status: 0,
      stdout: 'version=\n',
      calls: ['scripts/terraform dev show -json'],
    });
  });

  it('prints none when the function has no alias yet', () => {
    const missing = 'echo "An error occurred (ResourceNotFoundException) when calling GetAlias" >&2; exit 254';
    expect(version(deployed, missing)).toMatchObject({ status: 0, stdout: 'version=\n' });
  });

  it('stops when AWS gives no answer', () => {
    const denied = 'echo "An error occurred (AccessDeniedException) when calling GetAlias" >&2; exit 254';
    expect(version(deployed, denied)).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('verify-deployment', () => {
  const outputs = { api_url: 'https://api.example.com/resources', function_name: 'vm-pool-prod' };
  const moved = 'aws lambda update-alias --function-name vm-pool-prod --name live --function-version 6';

  function verify({ smoke = 'exit 0', aws = 'exit 0', before = '6' }, env: Record<string, string> = {}) {
    stage.program('scripts/terraform', `echo '${JSON.stringify(outputs)}'`);
    stage.program('scripts/smoke-test', smoke);
    stage.program('aws', aws);
    stage.program('curl', `echo '{"value": "token-of-github"}'`);
    return stage.run('verify-deployment', ['prod', before], env);
  }

  it('lets a deployment stand whose smoke test succeeds', () => {
    const { status, calls } = verify({});
    expect(status).toBe(0);
    expect(calls).toEqual(['scripts/terraform prod output -json vm_pool', `scripts/smoke-test ${outputs.api_url}`]);
  });

  it('moves the alias back when the smoke test fails, and fails', () => {
    const { status, stdout, calls } = verify({ smoke: 'exit 1' });
    expect(status).toBe(1);
    expect(calls.at(-1)).toBe(moved);
    expect(stdout).toContain('::error::The smoke test of prod failed. The alias live points to version 6 again');
  });

  it('fails, and moves no alias, when the smoke test could not sign in', () => {
    const { status, stdout, calls } = verify({ smoke: 'exit 2' });
    expect(status).toBe(1);
    expect(calls.join()).not.toContain('aws');
    expect(stdout).toContain('says nothing about the deployment, which stays as it is');
  });

  it('fails when the first deployment fails its smoke test', () => {
    const { status, stdout, calls } = verify({ smoke: 'exit 1', before: '' });
    expect(status).toBe(1);
    expect(calls.join()).not.toContain('aws');
    expect(stdout).toContain('no version to go back to');
  });

  it('says when the alias could not be moved back', () => {
    const { status, stdout } = verify({ smoke: 'exit 1', aws: 'exit 254' });
    expect(status).toBe(1);
    expect(stdout).toContain('could not be moved back to version 6: do it by hand');
    expect(stdout).not.toContain('points to version 6 again');
  });

  it.each([
    { audience: 'vm-pool', token: 'token-of-github' },
    { audience: '', token: 'none' },
  ])('sends the token "$token" for the audience "$audience"', ({ audience, token }) => {
    const { status, calls } = verify(
      { smoke: `[ "\${VM_POOL_TOKEN:-none}" = ${token} ]` },
      {
        SMOKE_TEST_AUDIENCE: audience,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request',
        ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example.com/?api-version=2.0',
      },
    );
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes('curl')).length).toBe(audience === '' ? 0 : 1);
    if (audience !== '') expect(calls[1]).toContain('https://token.example.com/?api-version=2.0&audience=vm-pool');
  });
});

describe('fetch-release', () => {
  const contents = 'the package';
  const checksum = createHash('sha256').update(contents).digest('hex');

  function fetch({ sha256 = checksum, verified = 'exit 0' } = {}) {
    stage.program('git', 'echo 0a5bbc7');
    stage.program(
      'gh',
      `case "$1" in
        release) mkdir -p dist; printf '${contents}' > dist/lambda.zip; echo '${sha256}  lambda.zip' > dist/lambda.zip.sha256 ;;
        *) ${verified} ;;
      esac`,
    );
    return stage.run('fetch-release', ['v1.2.0']);
  }

  it('accepts a package with its checksum that the release workflow built from this commit', () => {
    const { status, calls } = fetch();
    expect(status).toBe(0);
    expect(calls[1]).toContain('gh release download v1.2.0 --repo team/vm-pool');
    expect(calls[2]).toContain('gh attestation verify dist/lambda.zip --repo team/vm-pool');
    expect(calls[2]).toContain('--signer-workflow team/vm-pool/.github/workflows/release.yml');
    expect(calls[2]).toContain('--source-ref refs/tags/v1.2.0 --source-digest 0a5bbc7');
  });

  it.each([
    { wrong: 'checksum', options: { sha256: '0'.repeat(64) } },
    { wrong: 'attestation', options: { verified: 'exit 1' } },
  ])('refuses a package with a wrong $wrong', ({ options }) => {
    expect(fetch(options).status).not.toBe(0);
  });
});
