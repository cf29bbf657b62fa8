import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { commands, jobOf, jobs, repository, stepsUsing, workflow } from './files.ts';

describe('checkov', () => {
  const text = readFileSync(path.join(repository, '.checkov.yaml'), 'utf8');
  const settings = parse(text) as { directory: string[]; 'skip-check': string[] };

  it('looks at all of the Terraform', () => {
    expect(settings.directory).toEqual(['terraform']);
    expect(commands(jobOf(workflow('ci'), 'terraform')).join('\n')).toContain('--config-file .checkov.yaml');
  });

  it.each(settings['skip-check'])('leaves out %s for a reason', (rule) => {
    const lines = text.split('\n').map((line) => line.trim());
    const line = lines.findIndex((it) => it.startsWith(`- ${rule}`));
    // Behind the rule, or above it.
    expect([lines[line - 1], lines[line]?.replace(`- ${rule} `, '')]).toContainEqual(expect.stringMatching(/^# \w+/));
  });

  it('leaves no rule out twice', () => {
    expect(new Set(settings['skip-check']).size).toBe(settings['skip-check'].length);
  });
});

describe('the scanners', () => {
  it.each([
    { action: 'zizmorcore/zizmor-action', job: 'security.yml: workflows' },
    { action: 'github/codeql-action/init', job: 'security.yml: codeql' },
    { action: 'actions/dependency-review-action', job: 'security.yml: dependencies' },
    { action: 'ossf/scorecard-action', job: 'scorecard.yml: scorecard' },
  ])('$action runs in $job', ({ action, job }) => {
    const found = jobs.filter((it) => stepsUsing(it.job, action).length > 0).map(({ name }) => name);
    expect(found).toEqual([job]);
  });

  it('read the code and the workflows', () => {
    expect(jobOf(workflow('security'), 'codeql').strategy?.matrix).toEqual({
      language: ['javascript-typescript', 'actions'],
    });
  });
});
