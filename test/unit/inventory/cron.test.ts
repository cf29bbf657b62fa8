import { describe, expect, it } from '@jest/globals';
import { Cron } from 'croner';
import fc from 'fast-check';
import { isCron } from '../../../lambda/providers/inventory/cron.ts';

/** An expression whose hour is that, and whatever else. */
const atHour = (hour: string) => `0 ${hour} * * *`;

describe('a cron expression', () => {
  it.each(['*', '0', '23', '08', '8-18', '8-18/2', '*/6', '8,12,18-20', '*,5'])('may have the hour %s', (hour) => {
    expect(isCron(atHour(hour))).toBe(true);
  });

  it.each([
    '24',
    '18-8',
    '8-24',
    '*/0',
    '*/24',
    '8/2',
    '*/',
    '*-5',
    '**',
    '*9',
    '8-',
    '-8',
    '1-2-3',
    '8/2/2',
    '',
    'x',
    '008',
  ])('has no hour "%s"', (hour) => {
    expect(isCron(atHour(hour))).toBe(false);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '@daily',
    '60 * * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '0 8 * * MON',
  ])('is not "%s"', (text) => {
    expect(isCron(text)).toBe(false);
  });

  it('is one that the schedule can read, whatever the text', () => {
    const item = fc.stringMatching(/^[*\d][\d*/,-]{0,5}$/);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('*'), item), { minLength: 5, maxLength: 5 }), (fields) => {
        const text = fields.join(' ');
        if (isCron(text)) expect(() => new Cron(text, { paused: true })).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});
