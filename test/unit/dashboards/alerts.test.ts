/** One environment, two ways to watch it: alerts of Prometheus have the runbook and the thresholds of the alarms of CloudWatch. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { defaultThresholds } from '../../support/cloudwatch/default-thresholds.ts';
import { readRules } from '../../support/metrics/dashboards.ts';

const thresholds = defaultThresholds();

function rule(name: string) {
  return readRules().find(({ alert }) => alert === name);
}

const runbook = readFileSync(new URL('../../../terraform/RUNBOOK.md', import.meta.url), 'utf8');

describe('the runbook', () => {
  const alerts = readRules().flatMap(({ alert, annotations = {} }) =>
    alert === undefined ? [] : { alert, annotations },
  );

  it.each(alerts)('has the section that $alert leads to, and names it', ({ alert, annotations }) => {
    const [, heading = ''] = annotations.runbook_url?.split('#') ?? [];
    const section = runbook.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
    expect(section).toContain(`\`${alert}\``);
  });
});

describe('an alert has the threshold of its alarm:', () => {
  it.each([
    { alert: 'VmPoolEmpty', minutes: 'empty_pool_minutes' },
    { alert: 'VmPoolOverdueLeases', minutes: 'overdue_leases_minutes' },
  ])('$alert', ({ alert, minutes }) => {
    expect(rule(alert)?.for).toBe(`${thresholds[minutes] ?? ''}m`);
  });

  it('VmPoolLateChecks', () => {
    expect(rule('VmPoolLateChecks')?.expr).toMatch(new RegExp(`>= ${thresholds.oldest_check_seconds ?? ''}$`));
  });

  it('VmPoolSlow', () => {
    expect(rule('VmPoolSlow')?.expr).toMatch(new RegExp(`> ${(thresholds.p99_latency_ms ?? NaN) / 1000}$`));
  });
});
