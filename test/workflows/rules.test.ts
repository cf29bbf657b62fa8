/** Rules for our workflows that a linter does not know. */
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Job } from './files.ts';
import { actions, compositeActions, jobs, steps, stepsUsing, workflows } from './files.ts';

const sources = [...workflows, ...actions];

describe('an action', () => {
  const references = sources.flatMap(({ path: file, text }) =>
    [...text.matchAll(/^\s*(?:- )?uses: (?<reference>.+)$/gm)].map(({ groups }) => ({
      file,
      reference: groups?.reference ?? '',
    })),
  );
  const foreign = references.filter(({ reference }) => !reference.startsWith('./'));

  it.each(foreign)('$reference ($file) is pinned to a commit, with its version behind', ({ reference }) => {
    expect(reference).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+[.]\d+[.]\d+$/);
  });

  it('has the same version everywhere', () => {
    const names = new Set(foreign.map(({ reference }) => reference.split('@')[0]));
    expect(new Set(foreign.map(({ reference }) => reference)).size).toBe(names.size);
  });

  it.each(compositeActions)('$path names a shell for every command, as it must', ({ content }) => {
    expect(content.runs.steps?.filter(({ run, shell }) => run !== undefined && shell === undefined)).toEqual([]);
  });

  it.each(compositeActions)('$path declares every input that its callers pass', ({ path: file, content }) => {
    const calls = steps.filter(({ step }) => step.uses === `./${path.dirname(file)}`);
    const given = calls.flatMap(({ step }) => Object.keys(step.with ?? {}));
    expect(calls).not.toEqual([]);
    expect(Object.keys(content.inputs ?? {})).toEqual(expect.arrayContaining(given));
  });
});

describe('a workflow', () => {
  it.each(workflows)('$path grants permissions only job by job', ({ content }) => {
    expect(content.permissions).toEqual({});
  });

  // These run a stranger's code with the repository's secrets.
  it.each(workflows)('$path is not started by pull_request_target or workflow_run', ({ content }) => {
    expect(Object.keys(content.on)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pull_request_target|workflow_run)$/)]),
    );
  });
});

describe('a job', () => {
  /** All that a job may change on GitHub, besides asking for a token (`id-token`). */
  const mayWrite: Record<string, string[]> = {
    'deploy.yml: comment': ['pull-requests'],
    'drift.yml: report': ['issues'],
    'release.yml: publish': ['attestations', 'contents'],
    'scorecard.yml: scorecard': ['security-events'],
    'security.yml: codeql': ['security-events'],
  };
  const written = (job: Job) =>
    Object.entries(job.permissions ?? {}).flatMap(([to, how]) => (how === 'write' ? to : []));
  const uses = (job: Job) => [job.uses, ...(job.steps ?? []).map((step) => step.uses)].join(' ');

  it.each(jobs)('$name says what it may do', ({ job }) => {
    expect(job.permissions).toEqual(expect.any(Object));
  });

  it.each(jobs.filter(({ job }) => job.steps))('$name ends within an hour', ({ job }) => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  it.each(jobs)('$name writes only what its purpose is', ({ name, job }) => {
    expect(
      written(job)
        .filter((scope) => scope !== 'id-token')
        .toSorted(),
    ).toEqual(mayWrite[name] ?? []);
  });

  it.each(jobs.filter(({ name }) => mayWrite[name]))('$name, which writes, has no AWS credentials', ({ job }) => {
    expect(uses(job)).not.toMatch(/aws-actions|environment[.]yml/);
  });

  it.each(jobs.filter(({ job }) => job.permissions?.['id-token']))('$name asks for a token and uses it', ({ job }) => {
    expect(uses(job)).toMatch(/aws-actions[/]configure-aws-credentials|environment[.]yml|actions[/]attest@/);
  });

  // GitHub starts no run of a workflow that asks for more than its caller may do.
  it.each(jobs.filter(({ job }) => job.uses))('$name may do all that the workflow it calls asks for', ({ job }) => {
    const called = workflows.find(({ path: file }) => job.uses === `./${file}`)?.content.jobs;
    const wanted = Object.values(called ?? {}).flatMap(({ permissions }) => Object.entries(permissions ?? {}));
    expect(wanted).not.toEqual([]);
    for (const [scope, how] of wanted) expect([how, 'write']).toContain(job.permissions?.[scope]);
  });

  it.each(jobs)('$name passes secrets by name', ({ job }) => {
    expect(job.secrets ?? {}).toEqual(expect.any(Object));
  });

  // Another workflow could have put something into the cache; these jobs build, apply or sign what others trust.
  it.each(jobs.filter(({ name }) => /^(build|environment|release)[.]yml/.test(name)))(
    '$name takes nothing from a cache',
    ({ job }) => {
      expect(uses(job)).not.toMatch(/actions[/]cache/);
      const setups = stepsUsing(job, './.github/actions/setup').map((step) => step.with);
      for (const inputs of setups) {
        expect(inputs).toMatchObject({ 'npm-cache': '' });
        expect(inputs).not.toHaveProperty('lambda-runtime');
      }
    },
  );

  it.each(jobs)('$name never continues after an error', ({ job }) => {
    expect(JSON.stringify(job)).not.toContain('continue-on-error');
  });
});

describe('a step', () => {
  const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
  const commands = steps.filter(({ step }) => step.run !== undefined);

  it.each(checkouts)('$name leaves no token in the checkout', ({ step }) => {
    expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  // The value of an expression would become part of the script; an environment variable stays a value.
  it.each(commands)('$name takes values from the environment', ({ step }) => {
    expect(step.run).not.toContain('${{');
  });

  // Such a file changes the commands of all later steps.
  it.each(commands)('$name changes neither PATH nor the environment of later steps', ({ step }) => {
    expect(step.run).not.toMatch(/GITHUB_(ENV|PATH)/);
  });

  it.each(commands.filter(({ step }) => step.run?.includes('docker run')))(
    '$name runs an image by its digest',
    ({ step }) => {
      expect(Object.values(step.env ?? {})).toEqual([expect.stringMatching(/^[\w./-]+:[\d.]+@sha256:[0-9a-f]{64}$/)]);
    },
  );
});
