/** The scripts that write down a plan, for a pull request. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { jobOf, workflow } from '../files.ts';
import { Stage } from '../stage.ts';

const COMMENT_LIMIT = 65_536;

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage.close();
});

describe('plan-report', () => {
  const report = (plan: string) =>
    stage.run('plan-report', ['dev', plan], { COMMIT: '0a5bbc7', RUN_URL: 'https://example.com/runs/1' }).stdout;
  const reportOf = (text: string) => report(stage.write('plan.txt', text));

  it.each([
    { says: 'Plan: 3 to add, 0 to change, 1 to destroy.' },
    { says: 'No changes. Your infrastructure matches the configuration.' },
  ])('begins with the summary of the plan: $says', ({ says }) => {
    const [marker, title] = reportOf(`  # aws_thing.this will be created\n\n${says}\n`).split('\n');
    expect(marker).toBe('<!-- plan of dev -->');
    expect(title).toBe(`### \`dev\`: ${says}`);
  });

  it('shows a plan that fits in full', () => {
    const plan = '  # aws_thing.this will be created\n  + text = "```"\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n';
    expect(reportOf(plan)).toContain(`\n~~~~~~~~\n${plan}~~~~~~~~\n`);
  });

  it('reports changes to outputs, which Terraform does not count', () => {
    expect(reportOf('Changes to Outputs:\n  + api_url = "https://example.com"\n')).toContain(
      '`dev`: changes to outputs only',
    );
  });

  it.each([
    { plan: 'many lines', text: '  + attribute = "value"\n'.repeat(10_000) },
    { plan: 'one endless line', text: `  + policy = "${'x'.repeat(200_000)}"\n` },
    { plan: 'characters of several bytes', text: `  + text = "${'ü€😀'.repeat(30)}"\n`.repeat(3_000) },
  ])('cuts a plan of $plan to the limit of GitHub, in whole lines', ({ text }) => {
    const markdown = reportOf(`${text}Plan: 1 to add, 0 to change, 0 to destroy.\n`);
    const shown = markdown.split('~~~~~~~~\n')[1]?.split('\n').slice(0, -2) ?? [];
    expect(markdown.length).toBeLessThan(COMMENT_LIMIT);
    expect(markdown).toContain('`dev`: Plan: 1 to add, 0 to change, 0 to destroy.');
    expect(markdown).toContain('the log of the run has it all\n~~~~~~~~\n\n</details>\n');
    expect(text.split('\n')).toEqual(expect.arrayContaining(shown));
  });

  it('links the run', () => {
    expect(reportOf('No changes.\n')).toContain('0a5bbc7 · [the run](https://example.com/runs/1)');
  });

  it('says when the plan failed', () => {
    expect(report(path.join(stage.folder, 'missing.txt'))).toContain('### `dev`: the plan failed');
    expect(reportOf('')).toContain('### `dev`: the plan failed');
  });
});

describe('sticky-comment', () => {
  /** Records each call's arguments and answers a search for comments with `found`. */
  function comment(found: string): string[] {
    const calls = path.join(stage.folder, 'calls-with-marker');
    stage.program('gh', `echo "$MARKER | $*" >> '${calls}'\ncase "$*" in *--jq*) printf '${found}' ;; esac`);
    stage.run('sticky-comment', ['7', stage.write('report.md', '<!-- plan of dev -->\nthe plan\n')]);
    return readFileSync(calls, 'utf8').split('\n<!--');
  }
  const body = () => `--field body=@${path.join(stage.folder, 'report.md')}`;

  it('looks for its own comment by the first line of the report', () => {
    const [search] = comment('');
    expect(search).toContain('<!-- plan of dev --> | api --paginate repos/team/vm-pool/issues/7/comments --jq');
  });

  it('creates a comment when none exists', () => {
    expect(comment('')[1]).toContain(`--method POST repos/team/vm-pool/issues/7/comments ${body()}`);
  });

  it('replaces the existing comment, the first of several', () => {
    const calls = comment('42\\n43\\n');
    expect(calls).toHaveLength(2);
    expect(calls[1]).toContain(`--method PATCH repos/team/vm-pool/issues/comments/42 ${body()}`);
  });

  it('creates none when the search fails: there may be one', () => {
    stage.githubFails();
    const { status, calls } = stage.run('sticky-comment', ['7', stage.write('report.md', 'the plan\n')]);
    expect(status).not.toBe(0);
    expect(calls.join('\n')).not.toContain('POST');
  });
});

describe('the job Comment', () => {
  it('says for each environment without a report that its plan failed', () => {
    const { run = '' } = jobOf(workflow('deploy'), 'comment').steps?.at(-1) ?? {};
    stage.write('reports/dev.plan.md', '<!-- plan of dev -->\n');
    stage.program('.github/scripts/plan-report', 'echo "no report of $1"');
    stage.program('.github/scripts/sticky-comment', 'cat "$2"');
    const env = { ...process.env, PULL_REQUEST: '7' };
    const said = execFileSync('bash', ['-e', '-c', run], { cwd: stage.folder, env, encoding: 'utf8' });
    expect(said).toBe('<!-- plan of dev -->\nno report of staging\nno report of prod\n');
  });
});
