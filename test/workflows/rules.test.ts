/** Rules for our workflows that a linter does not know. */
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actions, jobs, steps, workflows } from './files.ts';

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

  it.each(actions)('$path names a shell for every command, as a composite action must', ({ content }) => {
    expect(content.runs.steps.filter(({ run, shell }) => run !== undefined && shell === undefined)).toEqual([]);
  });

  it.each(actions)('$path declares every input that its callers pass', ({ path: file, content }) => {
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
  it.each(jobs)('$name says what it may do', ({ job }) => {
    expect(job.permissions).toEqual(expect.any(Object));
  });

  it.each(jobs.filter(({ job }) => job.steps))('$name ends within an hour', ({ job }) => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  it.each(jobs)('$name may write only comments, and only without AWS credentials', ({ job }) => {
    const writes = Object.keys(job.permissions ?? {}).filter((scope) => job.permissions?.[scope] === 'write');
    expect([[], ['id-token'], ['pull-requests']]).toContainEqual(writes);
  });

  it.each(jobs.filter(({ job }) => job.permissions?.['id-token']))('$name asks for a token and uses it', ({ job }) => {
    const uses = [job.uses, ...(job.steps ?? []).map((step) => step.uses)].join(' ');
    expect(uses).toMatch(/aws-actions[/]configure-aws-credentials|environment[.]yml/);
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
});
