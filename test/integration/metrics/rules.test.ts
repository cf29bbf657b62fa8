/** Rules and the example of a configuration, as promtool reads them. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readRules, readYaml } from '../../support/metrics/dashboards.ts';
import { GRAFANA, promtool } from '../../support/metrics/promtool.ts';

interface AlertTest {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

const alerts = readRules().flatMap(({ alert, ...rule }) => (alert === undefined ? [] : [{ alert, ...rule }]));
const { tests } = readYaml('rules_test.yml') as { tests: { alert_rule_test?: AlertTest[] }[] };
const alertTests = tests.flatMap(({ alert_rule_test: all = [] }) => all);

/** Every alert, and no other. */
const ALERTS = [
  'VmPoolDown',
  'VmPoolEmpty',
  'VmPoolOverdueLeases',
  'VmPoolLateChecks',
  'VmPoolQuarantines',
  'VmPoolServerErrors',
  'VmPoolSlow',
  'VmPoolInventoryFaults',
  'VmPoolStoreRetries',
];

describe('rules.yml', () => {
  it('is what Prometheus reads', () => {
    expect(promtool(['check', 'rules', '--lint-fatal', 'rules.yml'])).toMatchObject({ status: 0 });
  });

  it('does what its tests say', () => {
    expect(promtool(['test', 'rules', 'rules_test.yml'])).toMatchObject({ status: 0 });
  });

  it('has the alerts that the runbook is written for', () => {
    expect(alerts.map(({ alert }) => alert)).toEqual(ALERTS);
  });

  it.each(alerts)('lets $alert fire in a test, and stay quiet in one', ({ alert }) => {
    const firing = alertTests
      .filter(({ alertname }) => alertname === alert)
      .map(({ exp_alerts: all }) => all.length > 0);
    expect(new Set(firing)).toEqual(new Set([true, false]));
  });

  it.each(alerts)('says of $alert how urgent it is, what has happened and what to do', (rule) => {
    const { annotations = {}, labels } = rule;
    expect(rule.for).toMatch(/^\d+m$/);
    expect(['critical', 'warning']).toContain(labels?.severity);
    expect(annotations.summary).toMatch(/\{\{ \$labels\.instance \}\}/);
    expect(annotations.description?.length).toBeGreaterThan(80);
    expect(annotations.runbook_url).toMatch(
      /^https:\/\/github\.com\/OWNER\/vm-pool\/blob\/main\/terraform\/RUNBOOK\.md#[a-z0-9-]+$/,
    );
  });
});

describe('prometheus.yml', () => {
  it('is what Prometheus reads, with a token in the file that it names', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vm-pool-promtool-'));
    await cp(GRAFANA, folder, { recursive: true });
    const missing = promtool(['check', 'config', 'prometheus.yml'], folder);
    for (const name of ['vm-pool-token', 'vm-pool-local-token']) await writeFile(path.join(folder, name), 'secret');
    const checked = promtool(['check', 'config', 'prometheus.yml'], folder);
    await rm(folder, { recursive: true });
    expect(missing).toMatchObject({ status: 1, output: expect.stringContaining('no such file') });
    expect(checked).toMatchObject({ status: 0, output: expect.stringContaining(`${readRules().length} rules found`) });
  });
});
