import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import type { Job, Step } from './files.ts';
import { commands, jobOf, stepsUsing, workflow } from './files.ts';
import { Stage } from './stage.ts';

const environment = workflow('environment');
const plan = jobOf(environment, 'plan');
const apply = jobOf(environment, 'apply');

const CREDENTIALS = 'aws-actions/configure-aws-credentials';
const text = (step: Step) => [step.uses, step.run].join(' ');
/** The position of the first step that does this. */
const at = ({ steps = [] }: Job, what: string) => steps.findIndex((step) => text(step).includes(what));
const stepThat = (job: Job, what: string): Step => job.steps?.[at(job, what)] ?? {};

describe('plan and apply', () => {
  it.each([
    { job: plan, name: '${{ inputs.environment }}-plan', role: '${{ vars.AWS_PLAN_ROLE_ARN }}' },
    { job: apply, name: '${{ inputs.environment }}', role: '${{ vars.AWS_ROLE_ARN }}' },
  ])('$name has the variables and the role of its own', ({ job, name, role }) => {
    expect(job.environment?.name).toBe(name);
    expect(stepsUsing(job, CREDENTIALS).map((step) => step.with?.['role-to-assume'])).toEqual([role]);
  });

  it('refuse another account, in the action and in Terraform', () => {
    for (const job of [plan, apply]) {
      expect(stepsUsing(job, CREDENTIALS)[0]?.with).toMatchObject({
        'allowed-account-ids': '${{ vars.AWS_ACCOUNT_ID }}',
      });
    }
    expect(environment.env).toMatchObject({
      TF_VAR_account_id: '${{ vars.AWS_ACCOUNT_ID }}',
      TF_VAR_permissions_boundary_arn: '${{ vars.AWS_PERMISSIONS_BOUNDARY_ARN }}',
    });
  });

  it('say where the runbook is, to which alarms link', () => {
    const { TF_VAR_runbook_url } = environment.env ?? {};
    expect(TF_VAR_runbook_url).toBe('${{ github.server_url }}/${{ github.repository }}/blob/HEAD/terraform/RUNBOOK.md');
  });

  it.each([
    { job: plan, role: 'vars.AWS_PLAN_ROLE_ARN' },
    { job: apply, role: 'vars.AWS_ROLE_ARN' },
  ])('take keys only without $role', ({ job, role }) => {
    expect(stepsUsing(job, CREDENTIALS)[0]?.with).toMatchObject({
      'aws-access-key-id': `\${{ !${role} && secrets.AWS_ACCESS_KEY_ID || '' }}`,
      'aws-secret-access-key': `\${{ !${role} && secrets.AWS_SECRET_ACCESS_KEY || '' }}`,
    });
  });

  it('get the package of a release only when it is verified', () => {
    for (const job of [plan, apply]) {
      const fetch = stepThat(job, 'fetch-release');
      expect(fetch).toMatchObject({ if: "env.RELEASE != ''", run: '.github/scripts/fetch-release "$RELEASE"' });
      expect(stepsUsing(job, 'actions/download-artifact').map((step) => [step.with?.name, step.if])).toEqual([
        ['lambda', "env.RELEASE == ''"],
      ]);
    }
    expect(plan.env?.RELEASE).toBe('${{ inputs.release || vars.RELEASE }}');
    expect(apply.env?.RELEASE).toBe('${{ needs.plan.outputs.release }}');
  });

  it('plan no environment whose inventory is wrong, and check it without credentials', () => {
    const check = at(plan, 'inventory:check -- "terraform/environments/$ENVIRONMENT/vms.json"');
    expect(check).toBeGreaterThan(at(plan, 'git merge-base'));
    expect(check).toBeLessThan(at(plan, CREDENTIALS));
    expect(plan.steps?.[check]?.if).toBe(
      "hashFiles(format('terraform/environments/{0}/vms.json', inputs.environment)) != ''",
    );
  });

  it('run nothing of a release, which a tag can name, until its commit is known to be on main', () => {
    const [checkout, check, ...others] = plan.steps ?? [];
    expect(checkout?.uses).toContain('actions/checkout');
    expect(check).toMatchObject({
      if: "env.RELEASE != ''",
      run: expect.stringMatching(/if ! git merge-base --is-ancestor HEAD origin\/main; then[^]*exit 1/),
    });
    expect(others.length).toBeGreaterThan(0);
    // The plan has checked this very commit.
    expect(stepsUsing(apply, 'actions/checkout')[0]?.with?.ref).toBe('${{ needs.plan.outputs.commit }}');
  });

  it('use the same commit', () => {
    const checkouts = [plan, apply].flatMap((job) => stepsUsing(job, 'actions/checkout'));
    expect(checkouts.map((step) => step.with)).toEqual([
      {
        ref: "${{ env.RELEASE && format('refs/tags/{0}', env.RELEASE) || '' }}",
        'fetch-depth': 0,
        'persist-credentials': false,
      },
      { ref: '${{ needs.plan.outputs.commit }}', 'persist-credentials': false },
    ]);
    expect(stepThat(plan, 'commit=$(git rev-parse HEAD)').id).toBe('package');
    expect(plan.outputs?.commit).toBe('${{ steps.package.outputs.commit }}');
  });
});

describe('plan', () => {
  it('keeps the plan file in the state bucket, for its apply alone, and in no artifact', () => {
    expect(stepThat(plan, 'aws s3 cp')).toMatchObject({
      if: "inputs.apply && steps.plan.outputs.changes == 'true'",
      run: expect.stringContaining('"$ENVIRONMENT.tfplan" "s3://$TF_STATE_BUCKET/$PLAN"'),
    });
    expect(plan.env?.PLAN).toBe(
      'plans/${{ inputs.environment }}/${{ github.run_id }}-${{ github.run_attempt }}.tfplan',
    );
    const uploaded = stepsUsing(plan, 'actions/upload-artifact').map((step) => step.with?.path);
    expect(uploaded).toEqual(['${{ inputs.environment }}.plan.md']);
  });

  it('locks the state only for an apply', () => {
    expect(commands(plan).join('\n')).toContain('plan -lock="$APPLY"');
    expect(stepThat(plan, 'plan -lock').env?.APPLY).toBe('${{ inputs.apply }}');
  });

  it('asks for destruction before it keeps the plan', () => {
    expect(at(plan, 'destroy-guard')).toBeGreaterThan(at(plan, 'plan -lock'));
    expect(at(plan, 'destroy-guard')).toBeLessThan(at(plan, 'aws s3 cp'));
    expect(stepThat(plan, 'destroy-guard').if).toBeUndefined();
  });

  describe('reads the messages of', () => {
    const ZEROS = '0'.repeat(40);

    /** What the step hands to destroy-guard, in a repository with these commits. The last is checked out. */
    function messages(subjects: string[], since: (commits: string[]) => string): string[] {
      const stage = new Stage();
      try {
        const git = (...args: string[]) => {
          const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
          return execFileSync('git', [...who, ...args], { cwd: stage.folder, encoding: 'utf8' }).trim();
        };
        git('init', '--quiet');
        const commits = subjects.map((subject) => {
          git('commit', '--quiet', '--allow-empty', '--message', subject);
          return git('rev-parse', 'HEAD');
        });
        stage.program('.github/scripts/destroy-guard', 'cp "$2" seen.txt');
        execFileSync('bash', ['-eo', 'pipefail', '-c', stepThat(plan, 'destroy-guard').run ?? ''], {
          cwd: stage.folder,
          env: { ...process.env, SINCE: since(commits), RUNNER_TEMP: stage.folder, ENVIRONMENT: 'dev' },
        });
        return stage.read('seen.txt').split('\n').filter(Boolean);
      } finally {
        stage.close();
      }
    }

    it.each([
      { of: 'every commit of a push', since: ([first = '']: string[]) => first, seen: ['three', 'two'] },
      { of: 'the deployed commit, when a run is started by hand', since: () => '', seen: ['three'] },
      { of: 'the deployed commit, on a new branch', since: () => ZEROS, seen: ['three'] },
      { of: 'the deployed commit, when the one before is gone', since: () => 'f'.repeat(40), seen: ['three'] },
    ])('$of', ({ since, seen }) => {
      expect(messages(['one', 'two', 'three'], since)).toEqual(seen);
    });

    it('the only commit of a new repository', () => {
      expect(messages(['one'], () => ZEROS)).toEqual(['one']);
    });
  });
});

describe('apply', () => {
  const script = commands(apply).join('\n');

  it('waits for the environment it changes', () => {
    expect(apply.if).toBe("inputs.apply && needs.plan.outputs.changes == 'true'");
  });

  it('looks for reviewers first of all', () => {
    const [checkout, first] = apply.steps ?? [];
    expect(checkout?.uses).toMatch(/^actions\/checkout@/);
    expect(first).toMatchObject({
      run: '.github/scripts/require-reviewers "$ENVIRONMENT"',
      env: { GH_TOKEN: '${{ github.token }}', ALLOW_UNREVIEWED: '${{ vars.ALLOW_UNREVIEWED }}' },
    });
    expect(apply.permissions?.actions).toBe('read');
  });

  it('installs packages before it has credentials', () => {
    expect(at(apply, 'scripts/bootstrap')).toBeGreaterThan(-1);
    expect(at(apply, 'scripts/bootstrap')).toBeLessThan(at(apply, CREDENTIALS));
  });

  it('verifies the approved plan and the planned package', () => {
    expect(stepThat(apply, 'sha256sum --check').env).toEqual({
      PLAN_SHA256: '${{ needs.plan.outputs.plan-sha256 }}',
      PACKAGE_SHA256: '${{ needs.plan.outputs.package-sha256 }}',
    });
    expect(at(apply, 'aws s3 cp')).toBeLessThan(at(apply, 'sha256sum --check'));
    expect(at(apply, 'sha256sum --check')).toBeLessThan(at(apply, 'live-version'));
  });

  it('applies that very plan and makes no other', () => {
    expect(script).toContain('scripts/terraform "$ENVIRONMENT" apply "$PWD/$ENVIRONMENT.tfplan"');
    expect(script).not.toMatch(/terraform\S* .*\b(plan|refresh)\b/);
    expect(script.match(/\bapply\b/g)).toHaveLength(1);
  });

  it('remembers the live version before, and verifies the deployment last, even if the apply failed', () => {
    expect(at(apply, 'live-version')).toBeLessThan(at(apply, '" apply "'));
    expect(stepThat(apply, '" apply "').id).toBe('apply');
    expect(apply.steps?.at(-1)).toMatchObject({
      if: "${{ !cancelled() && (steps.apply.outcome == 'success' || steps.apply.outcome == 'failure') }}",
      run: '.github/scripts/verify-deployment "$ENVIRONMENT" "$BEFORE"',
      env: { BEFORE: '${{ steps.before.outputs.version }}' },
    });
  });
});
