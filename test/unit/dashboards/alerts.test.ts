/** One environment, two ways to watch it: an alert of Prometheus must not wait longer than the alarm of CloudWatch. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readRules } from '../../support/metrics/dashboards.ts';

const variables = readFileSync(new URL('../../../terraform/variables.tf', import.meta.url), 'utf8');

/** The default of a threshold of the alarms. */
function threshold(name: string): number {
  const [, value] = new RegExp(`\\b${name}\\s*= optional\\(number, (\\d+)\\)`).exec(variables) ?? [];
  return Number(value);
}

function rule(name: string) {
  return readRules().find(({ alert }) => alert === name);
}

describe('an alert has the threshold of its alarm:', () => {
  it.each([
    { alert: 'VmPoolEmpty', minutes: 'empty_pool_minutes' },
    { alert: 'VmPoolOverdueLeases', minutes: 'overdue_leases_minutes' },
  ])('$alert', ({ alert, minutes }) => {
    expect(rule(alert)?.for).toBe(`${threshold(minutes)}m`);
  });

  it('VmPoolLateChecks', () => {
    expect(rule('VmPoolLateChecks')?.expr).toMatch(new RegExp(`>= ${threshold('oldest_check_seconds')}$`));
  });

  it('VmPoolSlow', () => {
    expect(rule('VmPoolSlow')?.expr).toMatch(new RegExp(`> ${threshold('p99_latency_ms') / 1000}$`));
  });
});
