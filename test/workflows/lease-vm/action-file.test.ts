import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { lintWorkflow } from '../actionlint.ts';
import type { Workflow } from '../files.ts';
import { actions, jobOf, repository } from '../files.ts';
import { ACTION } from './world.ts';

const action = actions.find(({ path: file }) => file === `${ACTION}/action.yml`)?.content;
const inputs = Object.keys(action?.inputs ?? {});
const outputs = Object.keys(action?.outputs ?? {});

/** The workflows that a README shows. */
function workflowsIn(readme: string): string[] {
  const text = readFileSync(path.join(repository, readme), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(?<block>[^]*?)^```$/gm)].map(({ groups }) => groups?.block ?? '');
  return blocks.filter((block) => block.includes('/lease-vm@'));
}

describe('the README of lease-vm', () => {
  const text = readFileSync(path.join(repository, ACTION, 'README.md'), 'utf8');
  const rowsOf = (heading: string) => {
    const [, section = ''] = text.split(`## ${heading}\n`);
    return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(?<name>[\w-]+)` \|/gm)].map((row) => row.groups?.name);
  };

  it('describes every input and output', () => {
    expect(rowsOf('Inputs')).toEqual(inputs);
    expect(rowsOf('Outputs and variables')).toEqual(outputs);
  });
});

describe.each(['README.md', `${ACTION}/README.md`])('the workflow in %s', (readme) => {
  const [workflow = ''] = workflowsIn(readme);

  it('is one that actionlint accepts', async () => {
    expect(await lintWorkflow(workflow, 'example.yml')).toEqual([]);
  });

  it('lets its job have a token, and passes only inputs that exist', () => {
    const jobs = Object.keys((parse(workflow) as Workflow).jobs);
    const job = jobOf(parse(workflow) as Workflow, jobs[0] ?? '');
    const step = job.steps?.find(({ uses }) => uses?.includes('/lease-vm@'));
    expect(job.permissions).toMatchObject({ 'id-token': 'write' });
    expect(inputs).toEqual(expect.arrayContaining(Object.keys(step?.with ?? {})));
  });
});
