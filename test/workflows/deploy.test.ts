import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Contexts } from './conditions.ts';
import { play } from './conditions.ts';
import { commands, jobOf, repository, workflow, workflows } from './files.ts';

const deploy = workflow('deploy');
const environments = ['dev', 'staging', 'prod'];
const callsOfEnvironment = workflows
  .flatMap(({ content }) => Object.values(content.jobs))
  .filter(({ uses }) => uses?.endsWith('/environment.yml'));

const main = 'refs/heads/main';
const pullRequest = (from: string, by: string) => ({
  event_name: 'pull_request',
  ref: 'refs/pull/7/merge',
  repository: 'team/vm-pool',
  event: { pull_request: { head: { repo: { full_name: from } }, user: { login: by } } },
});
const onMain = (event_name: string, ref = main) => ({
  event_name,
  ref,
  repository: 'team/vm-pool',
  event: { pull_request: { head: { repo: { full_name: null } }, user: { login: null } } },
});

/** The jobs that run, in their order. */
function jobsThatRun(contexts: Partial<Contexts>, failing: string[] = []): string[] {
  const all = { github: onMain('push'), inputs: {}, vars: { TF_STATE_BUCKET: 'bucket' }, ...contexts };
  return Object.entries(play(deploy, all, failing)).flatMap(([id, result]) => (result === 'skipped' ? [] : id));
}

describe('deploy', () => {
  it('knows every environment', () => {
    const entries = readdirSync(path.join(repository, 'terraform/environments'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.toSorted()).toEqual(environments.toSorted());
  });

  const dispatch = { github: onMain('workflow_dispatch') };
  it.each([
    { rule: 'a push to main is tested, then applied', given: {}, run: ['test', 'build', ...environments] },
    { rule: 'a commit that fails its tests is not even planned', given: {}, failing: ['test'], run: ['test'] },
    { rule: 'a broken build stops it', given: {}, failing: ['build'], run: ['test', 'build'] },
    { rule: 'dev fails: nothing after it', given: {}, failing: ['dev'], run: ['test', 'build', 'dev'] },
    { rule: 'staging fails: no prod', given: {}, failing: ['staging'], run: ['test', 'build', 'dev', 'staging'] },
    { rule: 'no state bucket: only tests', given: { vars: { TF_STATE_BUCKET: '' } }, run: ['test'] },
    {
      rule: 'a pull request is planned, with comments',
      given: { github: pullRequest('team/vm-pool', 'alice') },
      run: ['build', 'preview', 'comment'],
    },
    {
      rule: 'a plan that fails is reported too',
      given: { github: pullRequest('team/vm-pool', 'alice') },
      failing: ['preview'],
      run: ['build', 'preview', 'comment'],
    },
    { rule: 'a fork gets nothing', given: { github: pullRequest('mallory/vm-pool', 'mallory') }, run: [] },
    { rule: 'Dependabot gets nothing', given: { github: pullRequest('team/vm-pool', 'dependabot[bot]') }, run: [] },
    {
      rule: 'by hand: everything',
      given: { ...dispatch, inputs: { environment: 'all' } },
      run: ['test', 'build', ...environments],
    },
    {
      rule: 'by hand: prod alone',
      given: { ...dispatch, inputs: { environment: 'prod' } },
      run: ['test', 'build', 'prod'],
    },
    {
      rule: 'by hand, a release: tested before it was published',
      given: { ...dispatch, inputs: { environment: 'staging', release: 'v1.2.0' } },
      run: ['build', 'staging'],
    },
    {
      rule: 'by hand on another branch: only tests',
      given: { github: onMain('workflow_dispatch', 'refs/heads/mine'), inputs: { environment: 'all' } },
      run: ['test'],
    },
  ])('$rule', ({ given, failing, run }) => {
    expect(jobsThatRun(given, failing)).toEqual(run);
  });

  it('runs the tests of the very commit, once', () => {
    expect(jobOf(deploy, 'test').uses).toBe('./.github/workflows/ci.yml');
    expect(Object.keys(workflow('ci').on).toSorted()).toEqual(['pull_request', 'workflow_call']);
    expect(deploy.on.push).toEqual({ branches: ['main'] });
  });

  it('plans every environment on a pull request and applies none', () => {
    const preview = jobOf(deploy, 'preview');
    expect(preview.strategy?.matrix).toEqual({ environment: environments });
    expect(preview.with?.apply).toBe(false);
  });

  it.each(environments)('gives %s its own name', (environment) => {
    expect(jobOf(deploy, environment).with).toMatchObject({
      environment,
      apply: true,
      release: '${{ inputs.release }}',
    });
  });

  it('lets one deployment at a time run, to its end', () => {
    expect(deploy.concurrency).toEqual({
      group: 'deploy-${{ github.event.pull_request.number || github.ref }}',
      'cancel-in-progress': "${{ github.event_name == 'pull_request' }}",
    });
  });

  it('builds once, and gives every environment the checksum of that package', () => {
    const builders = workflows.flatMap(({ path: file, content }) =>
      Object.values(content.jobs).flatMap((job) =>
        commands(job).includes('scripts/build') ? path.basename(file) : [],
      ),
    );
    // The release builds a second time, to compare.
    expect(builders.toSorted()).toEqual(['build.yml', 'release.yml']);
    expect(callsOfEnvironment).toHaveLength(5);
    for (const call of callsOfEnvironment) {
      expect(call.with?.['package-sha256']).toBe('${{ needs.build.outputs.package-sha256 }}');
    }
  });
});
