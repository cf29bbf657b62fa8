import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration, parseMinutes } from '../../../scripts/lib/cli/durations.ts';
import { printable } from '../../../scripts/lib/cli/output/printable.ts';
import { distance, left, minutesText } from '../../../scripts/lib/cli/output/times.ts';
import { GROUPS } from '../../../scripts/lib/cli/verb.ts';
import { VERBS } from '../../../scripts/lib/cli/verbs.ts';
import { PatientClock, vmPool } from './command-line.ts';

describe('a length of time', () => {
  it.each([
    { text: '90s', ms: 90_000 },
    { text: '10m', ms: 600_000 },
    { text: '1h30m', ms: 5_400_000 },
    { text: '2d', ms: 172_800_000 },
  ])('$text is $ms ms', ({ text, ms }) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '-1m', '1.5h', '10 m', '1w'])('%j is none', (text) => {
    expect(() => parseDuration(text)).toThrow('Give a time such as');
  });

  it.each(['0m', '90s', '30s'])('%s is not the length of a lease, which has whole minutes', (text) => {
    expect(() => parseMinutes(text)).toThrow('Give whole minutes');
  });

  it('of a pool reads back as the same minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (minutes) => {
        expect(parseMinutes(minutesText(minutes).replaceAll(/ |in/g, ''))).toBe(minutes);
      }),
    );
  });

  it.each([
    { ms: 7_200_000, words: 'in 2 h', short: '120 min' },
    { ms: 7_199_000, words: 'in 2 h', short: '119 min' },
    { ms: 90_000, words: 'in 90 s', short: '90 s' },
    { ms: 5_400_000, words: 'in 1 h 30 min', short: '90 min' },
    { ms: -86_400_000 * 3, words: '3 d ago', short: '0 s' },
  ])('shows as $words', ({ ms, words, short }) => {
    expect({ words: distance(ms), short: left(ms) }).toEqual({ words, short });
  });
});

it('printable escapes what acts on a terminal, wherever it stands, and changes nothing else', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(printable(value))).not.toMatch(/[\u0080-\u009f\u2028\u202e]|\\u001b/);
    }),
  );
  expect(printable({ a: ['\u001b[2J', 1, null, true] })).toEqual({ a: ['\\u001b[2J', 1, null, true] });
});

describe('help', () => {
  it('lists every verb under its heading', async () => {
    const { code, stdout } = await vmPool('--help');
    expect(code).toBe(0);
    for (const { group } of VERBS) expect(stdout).toContain(`\n${GROUPS[group]}\n`);
    for (const { name, summary } of VERBS)
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary.slice(0, 20)}`, 'm'));
  });

  it.each(VERBS.map(({ name, examples }) => ({ name, examples })))(
    'of $name has examples, which parse',
    async ({ name, examples }) => {
      const { code, stdout } = await vmPool(`${name} --help`);
      expect(code).toBe(0);
      expect(examples.length).toBeGreaterThan(0);
      for (const { line, does } of examples) {
        expect(stdout).toContain(`  ${line}\n      ${does}\n`);
        expect(line).toContain(`vm-pool ${name}`);
      }
    },
  );

  it.each([
    { line: '', code: 2, stderr: 'Usage: vm-pool' },
    { line: 'gte', code: 2, stderr: 'Did you mean get?' },
    { line: 'get --pol x', code: 2, stderr: 'Did you mean --pool?' },
    { line: 'get extra', code: 2, stderr: 'too many arguments' },
    { line: 'get --wait 5', code: 2, stderr: 'Give a time such as 90s, 10m' },
    { line: 'drain --reason x', code: 2, stderr: "missing required argument 'vm'" },
    { line: 'completion tcsh', code: 2, stderr: 'Allowed choices are bash, zsh, fish' },
  ])('corrects vm-pool $line', async ({ line, code, stderr }) => {
    const outcome = await vmPool(line.split(' ').filter(Boolean), { timer: new PatientClock() });
    expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(stderr) });
  });
});
