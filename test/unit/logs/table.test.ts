import { describe, expect, it } from '@jest/globals';
import { table } from '../../../scripts/lib/logs/table.ts';

describe('table', () => {
  it('aligns texts to the left and numbers to the right, below the names of the columns', () => {
    const rows = [
      { route: 'GET /pool', calls: '1200', p99Ms: '1.2345678' },
      { route: 'POST /getvm', calls: '7', p99Ms: '250' },
    ];
    expect(table(rows).split('\n')).toEqual([
      'route        calls  p99Ms',
      'GET /pool     1200  1.235',
      'POST /getvm      7    250',
      '',
    ]);
  });

  it('leaves a cell empty where a row has no value', () => {
    expect(table([{ a: '1' }, { a: '2', b: 'x' }]).split('\n')).toEqual(['a  b', '1', '2  x', '']);
  });

  it('is empty without rows', () => {
    expect(table([])).toBe('');
  });

  it('does not change a text that only looks like a number', () => {
    expect(table([{ vm: '0012', user: '1.10', at: '2026-01-31T08:00:00.125Z' }])).toContain(
      '0012  1.10  2026-01-31T08:00:00.125Z',
    );
  });

  it('cuts a long text, and escapes what acts on the terminal', () => {
    const [, cut = ''] = table([{ reason: 'x'.repeat(200) }]).split('\n');
    expect(cut).toBe(`${'x'.repeat(79)}…`);
    expect(table([{ '\u001b[2J': '\u009b31m\n' }])).toMatch(/^[\x20-\x7e\n]*$/);
  });
});
