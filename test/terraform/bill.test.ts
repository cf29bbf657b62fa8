/** The bill in terraform/README.md, against what the code emits and what Terraform plans. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { FigureName } from '../../lambda/pool/meter.ts';
import { figureOf, FIGURES } from '../../lambda/telemetry/figures.ts';
import { cloudWatchNames, FIGURE_DOCUMENTATION } from '../../lambda/telemetry/figures-documentation.ts';
import { defaultThresholds } from '../support/cloudwatch/default-thresholds.ts';
import type { PlannedWatch } from '../support/cloudwatch/planned-watch.ts';
import { metricsOf, planWatch } from '../support/cloudwatch/planned-watch.ts';

const PLAN_MS = 120_000;

/** The columns of the bill: what an environment has beside leases in memory. */
const COLUMNS = [
  { environment: 'memory', only: [], alarms: [] },
  { environment: 'DynamoDB', only: ['a table'], alarms: ['table-'] },
  { environment: 'own VMs', only: ['a table', 'an inventory'], alarms: ['table-', 'inventory-', 'visitor-'] },
] as const;

/** Each row of the bill, by its first cell. */
const BILL = new Map(
  /\n## What it costs\n[^|]*((?:\|.*\n)+)/
    .exec(readFileSync(new URL('../../terraform/README.md', import.meta.url), 'utf8'))?.[1]
    ?.split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('*', '')),
    )
    .map(([name = '', ...cells]) => [name, cells] as const),
);

let watch: PlannedWatch;

beforeAll(async () => {
  watch = await planWatch(defaultThresholds());
}, PLAN_MS);

describe.each(COLUMNS.map((column, index) => ({ ...column, index })))('the bill of $environment', (column) => {
  const { only, index } = column;
  const figures = (Object.keys(FIGURES) as FigureName[]).filter((name) => {
    const { onlyWith } = FIGURE_DOCUMENTATION[name];
    return onlyWith === undefined || (only as readonly string[]).includes(onlyWith);
  });

  it('has every metric that one pool can have', () => {
    // A pool checks its VMs or resets them.
    const names = figures.flatMap(cloudWatchNames).filter((name) => !name.startsWith('Reset'));
    expect(cell('metrics of the function, at most ($0.30 each)', index)).toBe(priced(names.length, 0.3));
  });

  it('has, when nobody calls, what a tick publishes', () => {
    const names = figures.filter((name) => figureOf(name).kind === 'gauge').flatMap(cloudWatchNames);
    expect(cell('metrics of the function, idle ($0.30 each)', index)).toBe(priced(names.length, 0.3));
  });

  it('has each metric of each alarm', () => {
    const others = COLUMNS.flatMap(({ alarms }) => alarms as readonly string[]).filter(
      (part) => !(column.alarms as readonly string[]).includes(part),
    );
    const alarms = watch.alarms.filter(({ name }) => !others.some((part) => name.startsWith(`vm-pool-dev-${part}`)));
    expect(cell('metrics that alarms watch ($0.10 each)', index)).toBe(priced(alarms.flatMap(metricsOf).length, 0.1));
  });

  it('adds up', () => {
    const always = ['metrics that alarms watch ($0.10 each)', 'alarm of the environment', 'two KMS keys'];
    const idle = [...always, 'ticks: Lambda, schedule, logs, table'];
    const lent = [...idle, '10,000 leases: API, Lambda, logs, table, visits'];
    const sum = (rows: readonly string[]) => rows.reduce((total, row) => total + dollars(row, index), 0).toFixed(2);
    expect(cell('idle', index)).toBe(`$${sum([...idle, 'metrics of the function, idle ($0.30 each)'])}`);
    expect(cell('with 10,000 leases', index)).toBe(
      `$${sum([...lent, 'metrics of the function, at most ($0.30 each)'])}`,
    );
  });
});

it('has three metrics more for each pool that stops VMs', () => {
  const names = (Object.keys(FIGURES) as FigureName[])
    .filter((name) => FIGURE_DOCUMENTATION[name].onlyWith === 'stopped VMs')
    .flatMap(cloudWatchNames);
  expect(names).toHaveLength(3);
  expect(textOf('README.md')).toContain(`$${(0.3 * names.length).toFixed(2)} for three metrics of each pool that`);
  expect(textOf('terraform/README.md')).toContain('3 more for each pool that stops EC2 instances');
});

function textOf(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
}

function cell(row: string, index: number): string {
  const text = BILL.get(row)?.[index];
  if (text === undefined) throw new Error(`the bill lacks: ${row}`);
  return text;
}

/** `22: $6.60` is 6.6; a dash is nothing. */
function dollars(row: string, index: number): number {
  return Number(/\$([\d.]+)$/.exec(cell(row, index))?.[1] ?? 0);
}

function priced(count: number, price: number): string {
  return `${String(count)}: $${(count * price).toFixed(2)}`;
}
