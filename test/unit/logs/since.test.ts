import { describe, expect, it } from '@jest/globals';
import { parseSince } from '../../../scripts/lib/logs/since.ts';

const NOW_MS = Date.parse('2026-01-31T12:00:00Z');

describe('parseSince', () => {
  it.each([
    { text: '90s', time: '2026-01-31T11:58:30.000Z' },
    { text: '15m', time: '2026-01-31T11:45:00.000Z' },
    { text: '2h', time: '2026-01-31T10:00:00.000Z' },
    { text: '1d', time: '2026-01-30T12:00:00.000Z' },
    { text: '0m', time: '2026-01-31T12:00:00.000Z' },
    { text: '99999999d', time: '1970-01-01T00:00:00.000Z' },
    { text: '2026-01-30', time: '2026-01-30T00:00:00.000Z' },
    { text: '2026-01-31T08:00', time: '2026-01-31T08:00:00.000Z' },
    { text: '2026-01-31T08:00:01.250Z', time: '2026-01-31T08:00:01.250Z' },
    { text: '2026-01-31T08:00:00+02:00', time: '2026-01-31T06:00:00.000Z' },
  ])('reads $text as $time', ({ text, time }) => {
    expect(new Date(parseSince(text, NOW_MS) ?? Number.NaN).toISOString()).toBe(time);
  });

  it.each([
    '',
    '15',
    'm',
    '-5m',
    '1.5h',
    '5w',
    '15M',
    ' 15m',
    'yesterday',
    '2026-02-30',
    '2026-13-01',
    '2026-01-31T25:00Z',
    '1769860800000',
  ])('refuses %j, which is not a time', (text) => {
    expect(parseSince(text, NOW_MS)).toBeUndefined();
  });

  it.each(['2026-01-31T12:00:01Z', '2026-01-31T11:30-01:00', '2027-01-01'])(
    'refuses %s, which is in the future',
    (text) => {
      expect(parseSince(text, NOW_MS)).toBeUndefined();
    },
  );

  it('accepts 29 February only in a leap year', () => {
    expect(parseSince('2025-02-29', NOW_MS)).toBeUndefined();
    expect(parseSince('2024-02-29', NOW_MS)).toBe(Date.parse('2024-02-29T00:00Z'));
  });
});
