import { describe, expect, it } from '@jest/globals';
import { play } from './conditions.ts';
import { jobOf, workflow } from './files.ts';

describe('drift', () => {
  const drift = workflow('drift');

  it('is looked for at night, in every environment, by a plan that is not applied', () => {
    expect(Object.keys(drift.on).toSorted()).toEqual(['schedule', 'workflow_dispatch']);
    const plan = jobOf(drift, 'plan');
    expect(plan.uses).toBe('./.github/workflows/environment.yml');
    expect(plan.strategy?.matrix).toEqual(jobOf(workflow('deploy'), 'preview').strategy?.matrix);
    expect(plan.with?.apply).toBe(false);
  });

  it('is reported also for the environments whose plan succeeded when another failed', () => {
    const contexts = {
      github: { event_name: 'schedule', ref: 'refs/heads/main' },
      inputs: {},
      vars: { TF_STATE_BUCKET: 'bucket' },
    };
    expect(play(drift, contexts, ['plan']).report).toBe('success');
    expect(play(drift, { ...contexts, vars: { TF_STATE_BUCKET: '' } }).report).toBe('skipped');
  });
});
