import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Job } from './files.ts';
import { repository, workflow } from './files.ts';

const deploy = workflow('deploy');
const { plan, apply } = workflow('environment').jobs as { plan: Job; apply: Job };

const commands = (job: Job) => (job.steps ?? []).flatMap(({ run }) => run ?? []);
const stepsUsing = (job: Job, action: string) => (job.steps ?? []).filter(({ uses }) => uses?.startsWith(`${action}@`));
const callsOfEnvironment = Object.values(deploy.jobs).filter(({ uses }) => uses?.endsWith('/environment.yml'));
const environments = ['dev', 'staging', 'prod'];

describe('deploy', () => {
  it('knows every environment', () => {
    const entries = readdirSync(path.join(repository, 'terraform/environments'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.toSorted()).toEqual(environments.toSorted());
  });

  it('plans every environment on a pull request and applies none', () => {
    const { preview } = deploy.jobs;
    expect(preview?.if).toBe("github.event_name == 'pull_request'");
    expect(preview?.strategy?.matrix).toEqual({ environment: environments });
    expect(preview?.with?.apply).toBe(false);
  });

  it('applies dev, then staging, then prod, and nothing on a pull request', () => {
    const chain = environments.map((job) => {
      const { needs, with: inputs } = deploy.jobs[job] ?? {};
      return { job, needs, environment: inputs?.environment };
    });
    expect(chain).toEqual([
      { job: 'dev', needs: 'build', environment: 'dev' },
      { job: 'staging', needs: ['build', 'dev'], environment: 'staging' },
      { job: 'prod', needs: ['build', 'staging'], environment: 'prod' },
    ]);
    expect(deploy.jobs.dev?.if).toBe("github.event_name != 'pull_request'");
  });

  it('lets one deployment at a time run, to its end', () => {
    expect(deploy.concurrency).toEqual({
      group: 'deploy-${{ github.event.pull_request.number || github.ref }}',
      'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
    });
  });

  it('leaves out pull requests that GitHub gives no credentials, and every branch but main', () => {
    const condition = deploy.jobs.build?.if?.replace(/\s+/g, ' ');
    expect(condition).toContain("github.ref == 'refs/heads/main' ||");
    expect(condition).toContain('github.event.pull_request.head.repo.full_name == github.repository &&');
    const first = Object.entries(deploy.jobs).filter(([, job]) => job.needs === undefined);
    expect(first.map(([name]) => name)).toEqual(['build']);
  });

  it('builds without a cache that another workflow could have poisoned', () => {
    const setups = (deploy.jobs.build?.steps ?? []).filter(({ uses }) => uses === './.github/actions/setup');
    expect(setups.map((step) => step.with)).toEqual([{ 'npm-cache': '' }]);
  });

  it('builds once, and gives every environment the checksum of that package', () => {
    const builds = [...Object.values(deploy.jobs), plan, apply]
      .flatMap(commands)
      .filter((run) => run === 'scripts/build');
    expect(builds).toHaveLength(1);
    expect(callsOfEnvironment).toHaveLength(4);
    for (const call of callsOfEnvironment) {
      expect(call.with?.['package-sha256']).toBe('${{ needs.build.outputs.package-sha256 }}');
    }
  });
});

describe('plan', () => {
  it('keeps a plan file only for an apply, and at most five days', () => {
    const uploads = stepsUsing(plan, 'actions/upload-artifact');
    const plans = uploads.filter((step) => String(step.with?.path).endsWith('.tfplan'));
    expect(plans).toEqual([expect.objectContaining({ if: "inputs.apply && steps.plan.outputs.changes == 'true'" })]);
    expect(plans[0]?.with?.['retention-days']).toBeLessThanOrEqual(5);
  });
});

describe('apply', () => {
  const script = commands(apply).join('\n');

  it('waits for the environment it changes', () => {
    expect(apply.environment?.name).toBe('${{ inputs.environment }}');
    expect(apply.if).toBe("inputs.apply && needs.plan.outputs.changes == 'true'");
  });

  it('downloads the approved plan and package, and verifies them', () => {
    expect(stepsUsing(apply, 'actions/download-artifact').map((step) => step.with?.name)).toEqual([
      'lambda',
      'plan-${{ inputs.environment }}',
    ]);
    expect(script.indexOf('sha256sum --check')).toBeGreaterThan(-1);
    expect(script.indexOf('sha256sum --check')).toBeLessThan(script.indexOf('scripts/terraform'));
  });

  it('applies that very plan and makes no other', () => {
    expect(script).toContain('scripts/terraform "$ENVIRONMENT" apply "$PWD/$ENVIRONMENT.tfplan"');
    expect(script).not.toMatch(/terraform\S* .*\b(plan|refresh)\b/);
    expect(script.match(/\bapply\b/g)).toHaveLength(1);
  });

  it('checks out the commit of the plan, and no other', () => {
    const checkouts = [plan, apply].flatMap((job) => stepsUsing(job, 'actions/checkout'));
    expect(checkouts.map((step) => step.with)).toEqual([
      { 'persist-credentials': false },
      { 'persist-credentials': false },
    ]);
  });
});
