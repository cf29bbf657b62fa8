import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Stage } from '../stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});
afterEach(() => {
  stage.close();
});

describe('drift-issue', () => {
  const bot = { login: 'github-actions[bot]' };
  const open = { number: 42, title: 'Drift in prod', user: bot };
  const report = (plan: string) =>
    stage.run('plan-report', ['prod', stage.write('plan.txt', plan)], { COMMIT: '0a5bbc7', RUN_URL: 'url' }).stdout;
  const drift = '  ~ memory_size = 128 -> 1024\n\nPlan: 0 to add, 1 to change, 0 to destroy.\n';
  const none = 'No changes. Your infrastructure matches the configuration.\n';

  /** The calls that change something on GitHub. */
  function tell(plan: string, issues: unknown) {
    const file = stage.write('report.md', report(plan));
    stage.github(issues);
    const { status, calls } = stage.run('drift-issue', ['prod', file], { RUN_URL: 'https://example.com/runs/1' });
    expect(status).toBe(0);
    return calls.filter((call) => call.includes('--method'));
  }

  it('opens an issue with the plan', () => {
    const [created, ...rest] = tell(drift, []);
    expect(created).toMatch(
      /--method POST repos\/team\/vm-pool\/issues --raw-field title=Drift in prod --field body=@/,
    );
    expect(rest).toEqual([]);
  });

  it.each([
    { of: 'another environment', issue: { ...open, title: 'Drift in dev' } },
    { of: 'a person', issue: { ...open, user: { login: 'alice' } } },
  ])('leaves an issue of $of alone', ({ issue }) => {
    expect(tell(drift, [issue])[0]).toContain('--method POST repos/team/vm-pool/issues --raw-field');
    expect(tell(none, [issue])).toHaveLength(1);
  });

  it('replaces the text of its open issue while the drift lasts', () => {
    const calls = tell(drift, [{ ...open, number: 41, title: 'Drift in dev' }, open, { ...open, number: 43 }]);
    expect(calls).toEqual([expect.stringContaining('--method PATCH repos/team/vm-pool/issues/42 --field body=@')]);
  });

  it('closes its issue when the drift is gone, and says in which run', () => {
    expect(tell(none, [open])).toEqual([
      expect.stringContaining(
        'POST repos/team/vm-pool/issues/42/comments --raw-field body=The drift is gone: https://example.com/runs/1',
      ),
      expect.stringContaining('PATCH repos/team/vm-pool/issues/42 --raw-field state=closed'),
    ]);
  });

  it('says nothing when there is no drift and no issue', () => {
    expect(tell(none, [])).toEqual([]);
  });

  it('changes no issue after a plan that failed', () => {
    expect(tell('', [open])).toEqual([]);
    stage.github([open]);
    expect(stage.run('drift-issue', ['prod', 'missing.md'], { RUN_URL: 'url' })).toMatchObject({ status: 0 });
  });

  it('stops when GitHub does not answer', () => {
    const file = stage.write('report.md', report(drift));
    stage.githubFails();
    expect(stage.run('drift-issue', ['prod', file], { RUN_URL: 'url' }).status).not.toBe(0);
  });

  it('shows the plan in the issue', () => {
    const file = stage.write('report.md', report(drift));
    stage.write('answer.json', '[]');
    stage.program('gh', 'for argument; do case $argument in body=@*) cp "${argument#body=@}" sent.md ;; esac; done');
    stage.run('drift-issue', ['prod', file], { RUN_URL: 'url' });
    expect(stage.read('sent.md')).toContain('AWS differs from what `main` says for `prod`');
    expect(stage.read('sent.md')).toContain(drift);
  });
});
