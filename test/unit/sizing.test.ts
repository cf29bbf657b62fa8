/** The arithmetic that the READMEs show: how many VMs a team needs, and what the service costs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const README = sectionOf('../../README.md', 'How many VMs, and what it costs');
const POWER = sectionOf('../../README.md', 'Lend your EC2 instances');
const COSTS = sectionOf('../../terraform/README.md', 'What it costs');

/** The rows of tables, heads left out, as cells without marks. */
function sectionOf(file: string, heading: string): string[][] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll(/[*`,]/g, '')),
  );
}

function rowOf(rows: readonly string[][], name: string): string[] {
  const row = rows.find(([first = '']) => first.startsWith(name));
  if (row === undefined) throw new Error(`no such row: ${name}`);
  return row.slice(1);
}

/** `26 × 730 h × $0.0832` is the product of its numbers. */
function product(text: string): number {
  return text.split('×').reduce((value, factor) => value * Number(/[\d.]+/.exec(factor)?.[0]), 1);
}

const dollars = (text = ''): number => Number(/^\$([\d.]+)$/.exec(text)?.[1] ?? NaN);

/** Erlang's formula B: the share of requests that find no VM free, when they come at random. */
function refused(vms: number, lent: number): number {
  return vms === 0 ? 1 : 1 - vms / (vms + lent * refused(vms - 1, lent));
}

describe('the README says how many VMs', () => {
  const averages = rowOf(README, 'VMs lent at a time').map(Number);

  it.each([
    { row: 'VMs so that 1 request in 20 finds', share: 1 / 20 },
    { row: 'VMs so that 1 request in 100 finds', share: 1 / 100 },
  ])('$row none free: enough, and none too many', ({ row, share }) => {
    const wanted = averages.map((lent) => {
      let vms = 0;
      while (refused(vms, lent) > share) vms += 1;
      return vms;
    });
    expect(rowOf(README, row).map(Number)).toEqual(wanted);
  });
});

describe('the README says what a month costs', () => {
  it('for VMs that never stop', () => {
    const [sum = '', total] = rowOf(README, '26 t3.large');
    expect(dollars(total)).toBeCloseTo(product(sum), 2);
  });

  it('for the service, as its bill does', () => {
    const bill = ['metrics of the function at most', 'metrics that alarms', 'alarm of', 'ticks', 'two KMS keys'];
    const cells = bill.map((row) => rowOf(COSTS, row)[2]?.replace(/^\d+: /, ''));
    const [sum, total] = rowOf(README, 'the service');
    expect(sum).toBe(cells.join(' + '));
    expect(dollars(total)).toBeCloseTo(
      cells.reduce((added, cell) => added + dollars(cell), 0),
      2,
    );
  });

  it('for its share of 10,000 leases', () => {
    const [all = ''] = rowOf(COSTS, '10000 leases: API').slice(-1);
    const [share, total] = rowOf(README, 'its calls');
    expect(share).toBe(`18 % of ${all}`);
    expect(dollars(total)).toBeCloseTo(0.18 * dollars(all), 2);
  });
});

describe('the README says what ten EC2 instances cost', () => {
  const sums = POWER.filter(([, sum]) => /[×+]/.test(sum ?? '')).map(([name, sum = '', total]) => ({
    name,
    sum,
    total,
  }));

  it.each(sums.filter(({ sum }) => sum.includes('×')))('$name', ({ sum, total }) => {
    expect(dollars(total)).toBe(Number(product(sum).toFixed(2)));
  });

  it.each(sums.filter(({ sum }) => sum.includes('+')))('$name: of what stands above', ({ sum, total }) => {
    const parts = sum.split(' + ');
    const above = sums.map((row) => row.total);
    expect(parts.filter((part) => !above.includes(part))).toEqual([]);
    expect(dollars(total)).toBeCloseTo(
      parts.reduce((added, part) => added + dollars(part), 0),
      2,
    );
  });

  it('shows both ways to pay', () => {
    expect(sums.length).toBeGreaterThanOrEqual(9);
  });
});

describe('the bill shows its arithmetic', () => {
  const [ticks, leases] = ['a tick', '10000 leases'].map((name) => COSTS.findIndex(([first]) => first === name)) as [
    number,
    number,
  ];
  const BILLED = { million: 1_000_000, '10000': 10_000, GB: 1, 'GB-second': 1 };
  const sums = [...COSTS.slice(ticks + 1, leases), ...COSTS.slice(leases + 1)];

  it.each(sums.map(([name, quantity = '', price = '', sum]) => ({ name, quantity, price, sum })))(
    '$name: $quantity at $price',
    ({ quantity, price, sum }) => {
      const [, each = '', unit = ''] = /^\$([\d.]+) \/ (.+)$/.exec(price) ?? [];
      const gigabytes = quantity.endsWith('kB') ? 1_000_000 : 1;
      const billed = product(quantity) / gigabytes / BILLED[unit as keyof typeof BILLED];
      expect(dollars(sum)).toBe(Number((billed * Number(each)).toFixed(2)));
    },
  );

  it.each([
    { row: 'ticks', from: ticks, to: leases },
    { row: '10000 leases: API', from: leases, to: COSTS.length },
  ])('and adds it up: $row', ({ row, from, to }) => {
    const parts = COSTS.slice(from + 1, to);
    const total = (left: RegExp) =>
      parts.filter(([name = '']) => !left.test(name)).reduce((added, [, , , sum]) => added + dollars(sum), 0);
    const columns = [/^(table|own VMs):/, /^own VMs:/, /^never$/].map((left) => `$${total(left).toFixed(2)}`);
    expect(rowOf(COSTS, row)).toEqual(columns);
  });
});
